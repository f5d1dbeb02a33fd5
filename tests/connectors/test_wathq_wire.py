"""Wathq in each generation: what we read is there, and what does not fit is one stable error."""

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from tests.connectors.conftest import Peer, Script
from tests.connectors.test_wathq import (
    ALONE,
    DELETED,
    JOINTLY,
    ORDINARY,
    OVERDUE,
    SUSPENDED,
    UNSAID,
    closed,  # noqa: F401 (an autouse fixture)
    inside,
    looked,
    registry_at,
)
from tests.sandbox.conftest import WATHQ_KEY, Sandbox

from dealix.connectors.company_research.wire import CurrentCompany, OldCompany, UnifiedNumber
from dealix.errors import ProviderUnavailable

NUMBERS = (ALONE, DELETED, JOINTLY, ORDINARY, OVERDUE, SUSPENDED, UNSAID)
CURRENT: dict[str, Any] = {
    "crNationalNumber": "7010000001",
    "crNumber": "1010000001",
    "name": "شركة نجد",
    "status": {"id": 1, "name": "نشط"},
}
OLD: dict[str, Any] = {"crName": "شركة نجد", "crNumber": "1010000001", "status": {"id": "active"}}


def answer(sandbox: Sandbox, path: str) -> Any:
    found = sandbox.client.get(path, headers={"apikey": WATHQ_KEY})
    assert found.status_code == 200
    return found.json()


def unread(model: BaseModel, place: str = "") -> Iterator[str]:
    """The fields of a model that an answer did not have, wherever in it."""
    for name in type(model).model_fields:
        value, here = getattr(model, name), f"{place}.{name}"
        if name not in model.model_fields_set:
            yield here
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, BaseModel):
                yield from unread(each, here)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_sandbox_answers_all_that_we_read(sandbox: Sandbox, number: str) -> None:
    path = f"/commercial-registration/crNationalNumber/{number}"
    unified = UnifiedNumber.model_validate(answer(sandbox, path)).cr_national_number
    full = answer(sandbox, f"/commercial-registration/fullinfo/{unified}")
    assert list(unread(CurrentCompany.model_validate(full))) == []
    old = answer(sandbox, f"/v5/commercialregistration/fullinfo/{number}")
    assert set(unread(OldCompany.model_validate(old))) <= {".business_type.id"}
    oldest = answer(sandbox, f"/v4/commercialregistration/info/{number}")
    assert oldest == {name: value for name, value in old.items() if name != "parties"}


def test_the_oldest_generation_names_no_manager_so_that_nothing_is_said_of_signing(
    sandbox: Sandbox,
) -> None:
    found = looked(sandbox, JOINTLY, wathq_generation="v4")
    assert (found.number, found.national_number) == (JOINTLY, "7010999004")
    assert (found.status, found.confirmation_due, found.managers) == ("active", None, ())
    assert found.may_sign("فهد العتيبي") == "unclear"
    assert looked(sandbox, SUSPENDED, wathq_generation="v4").status == "suspended"
    assert inside(sandbox, wathq_generation="v4").look("1010999003") is None


@pytest.mark.parametrize(
    "change",
    [
        {"activities": [{"id": "620110"}]},
        {"activities": "software"},
        {"crNumber": "12"},
        {"crNumber": None},
        {"management": {"managers": ["نورة"]}},
        {"management": {"managers": [{"positions": []}]}},
        {"name": ""},
        {"parties": {"name": "نورة"}},
        {"status": "نشط"},
        {"status": None},
        {"status": {"name": "نشط", "confirmationDate": {"gregorian": "soon"}}},
        {"status": {}},
    ],
)
def test_a_current_answer_that_does_not_fit_is_one_stable_error(
    peer: Callable[[Script], Peer], change: dict[str, Any]
) -> None:
    with pytest.raises(ProviderUnavailable, match="unreadable") as caught:
        asked(peer, CURRENT | change)
    assert "نورة" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        OLD | {"activities": {"isic": [{"id": 1}]}},
        OLD | {"crName": None},
        OLD | {"crNumber": {}},
        OLD | {"parties": [{"relation": {"id": "manager"}}]},
        OLD | {"status": []},
        {"cr_info": {"cr_number": "1010000001", "cr_name": "x"}},
        None,
    ],
)
def test_an_old_answer_that_does_not_fit_is_one_stable_error(
    peer: Callable[[Script], Peer], body: Any
) -> None:
    with pytest.raises(ProviderUnavailable, match="unreadable"):
        asked(peer, body, wathq_generation="v5")


def test_what_may_be_missing_may_be_missing(peer: Callable[[Script], Peer]) -> None:
    found = asked(peer, CURRENT)
    assert (found.managers, found.confirmation_due, found.entity_type) == ((), None, "")
    dated = {"name": "نشط", "confirmationDate": {"gregorian": "2027-03-01T00:00:00"}}
    assert str(asked(peer, CURRENT | {"status": dated}).confirmation_due) == "2027-03-01"
    numbers = CURRENT | {"crNumber": 1010000001, "crNationalNumber": 7010000001}
    assert asked(peer, numbers).number == "1010000001"


def asked(peer: Callable[[Script], Peer], body: Any, **more: Any) -> Any:
    server = peer(answering(json.dumps(body).encode()))
    return registry_at(f"http://{server.address}", **more).look("7010000001")


def answering(body: bytes) -> Script:
    """Reads one request and answers it with this JSON."""

    def script(connection: socket.socket) -> None:
        received = bytearray()
        while b"\r\n\r\n" not in received:
            received += connection.recv(65_536)
        head = "HTTP/1.1 200 X\r\nContent-Type: application/json\r\nConnection: close\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return script
