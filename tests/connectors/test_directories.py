"""GLEIF and OpenCorporates are asked at their real paths and read for what they list."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from tests.sandbox.conftest import OPENCORPORATES_TOKEN, Sandbox, free_port

from dealix.connectors.company_research.directories import Directory, DirectoryQuery
from dealix.connectors.gleif import Gleif
from dealix.connectors.opencorporates import OpenCorporates
from dealix.connectors.opencorporates.companies import SPENT, status_of
from dealix.connectors.rehearsal import rehearsing
from dealix.connectors.secrets import LocalSecrets
from dealix.errors import NotConfigured, ProviderRefused, ProviderUnavailable
from dealix.sandbox.registers.routes import A_DAY, A_MINUTE
from dealix.settings import Settings

BOTH = {"gleif": Gleif, "opencorporates": OpenCorporates}
each_of_both = pytest.mark.parametrize("name", sorted(BOTH))
opened: list[Directory] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Every client that a test opens is closed at its end."""
    yield
    while opened:
        opened.pop().close()


def directory(name: str, url: str, token: str = OPENCORPORATES_TOKEN) -> Directory:
    secrets = LocalSecrets(environment={"DEALIX_SECRET_OPENCORPORATES_TOKEN": token})
    opened.append(BOTH[name].of(Settings(sandbox_url=url), secrets))
    return opened[-1]


def inside(sandbox: Sandbox, name: str, **more: Any) -> Directory:
    return directory(name, f"http://{sandbox.http_address}", **more)


def listed(sandbox: Sandbox, where: str, **facts: Any) -> None:
    told = {"directory": where, "scope": sandbox.scope, **facts}
    answer = sandbox.client.post("/_sandbox/registers/companies", json=told)
    assert answer.status_code == 201, answer.text


@each_of_both
def test_a_company_is_found_by_its_name_in_its_country(sandbox: Sandbox, name: str) -> None:
    with rehearsing(sandbox.scope):
        [found] = inside(sandbox, name).search("Tuwaiq Systems", "SA")
        assert inside(sandbox, name).search("Tuwaiq Systems", "AE") == ()
    assert (found.directory, found.registered_as, found.country) == (name, "1010700001", "SA")
    assert (found.name, found.status) == ("Tuwaiq Systems Company", "active")


def test_gleif_finds_by_the_arabic_name_too(sandbox: Sandbox) -> None:
    with rehearsing(sandbox.scope):
        [found] = inside(sandbox, "gleif").search("أنظمة طويق", "SA")
    assert found.names == ("Tuwaiq Systems Company", "شركة أنظمة طويق")
    assert (found.number, found.status_text) == ("549300TUWAIQSYSTEM01", "ACTIVE/ISSUED")


@each_of_both
def test_two_of_one_name_are_two_and_one_that_is_gone_is_so(sandbox: Sandbox, name: str) -> None:
    with rehearsing(sandbox.scope):
        found = inside(sandbox, name).search("Marjan Retail", "SA")
    assert [each.status for each in found] == ["active", "deleted"]
    assert {each.registered_as for each in found} == {"1010700002", "4030700003"}


@each_of_both
def test_nobody_of_that_name_is_an_empty_answer(sandbox: Sandbox, name: str) -> None:
    with rehearsing(sandbox.scope):
        assert inside(sandbox, name).search("Nobody Knows Us", "SA") == ()


@each_of_both
def test_what_is_told_for_one_scope_is_seen_by_it_alone(sandbox: Sandbox, name: str) -> None:
    listed(sandbox, name, number="X1", name="Dahna Foods", registered_as="1010700009")
    with rehearsing(sandbox.scope):
        assert [each.registered_as for each in inside(sandbox, name).search("dahna", "SA")] == [
            "1010700009"
        ]
    with rehearsing("another"):
        assert inside(sandbox, name).search("dahna", "SA") == ()
    for bad in ({}, {"directory": name}, {"directory": "x", "number": "1", "name": "a"}, []):
        answer = sandbox.client.post("/_sandbox/registers/companies", json=bad)
        assert answer.status_code == 422


@each_of_both
def test_limits_and_silence_may_be_asked_again(sandbox: Sandbox, name: str) -> None:
    asked = inside(sandbox, name)
    with rehearsing(sandbox.scope):
        for fault in ("rate_limited", "timeout_before", "timeout_after", "error_500"):
            sandbox.fault(name, fault, scope=sandbox.scope)
            with pytest.raises(ProviderUnavailable):
                asked.search("Tuwaiq", "SA")
            assert asked.search("Tuwaiq", "SA")


def test_gleif_takes_sixty_searches_a_minute_and_says_when_to_come_again(sandbox: Sandbox) -> None:
    asked = inside(sandbox, "gleif")
    with rehearsing(sandbox.scope):
        for _ in range(A_MINUTE):
            asked.search("Tuwaiq", "SA")
        with pytest.raises(ProviderUnavailable) as told:
            asked.search("Tuwaiq", "SA")
    assert told.value.params["retry_after"] == 60


def test_an_allowance_that_is_used_up_is_a_refusal(sandbox: Sandbox) -> None:
    asked = inside(sandbox, "opencorporates")
    with rehearsing(sandbox.scope):
        sandbox.fault("opencorporates", "allowance_spent", scope=sandbox.scope)
        with pytest.raises(ProviderRefused, match=SPENT):
            asked.search("Tuwaiq", "SA")
        for _ in range(A_DAY):
            asked.search("Tuwaiq", "SA")
        with pytest.raises(ProviderRefused, match=SPENT):
            asked.search("Tuwaiq", "SA")


def test_the_token_is_in_a_header_and_in_no_address(sandbox: Sandbox) -> None:
    with rehearsing(sandbox.scope):
        inside(sandbox, "opencorporates").search("Tuwaiq", "SA")
        with pytest.raises(ProviderRefused, match="HTTP 401"):
            inside(sandbox, "opencorporates", token="wrong").search("Tuwaiq", "SA")
    first, _ = sandbox.rows("requests")
    assert ["x-api-token", OPENCORPORATES_TOKEN] in first["headers"]
    assert OPENCORPORATES_TOKEN not in first["query"]
    by_parameter = {"q": "Tuwaiq", "api_token": OPENCORPORATES_TOKEN}
    answer = sandbox.client.get("/v0.4/companies/search", params=by_parameter)
    assert answer.json()["results"]["total_count"] == 1


@each_of_both
def test_a_probe_uses_up_no_fault_and_no_limit(sandbox: Sandbox, name: str) -> None:
    sandbox.fault(name, "error_500")
    assert inside(sandbox, name).probe().ok
    assert not directory(name, f"http://127.0.0.1:{free_port()}").probe().ok
    assert not inside(sandbox, "opencorporates", token="wrong").probe().ok


def test_signs_that_a_directory_reads_otherwise_do_not_leave() -> None:
    assert DirectoryQuery.of('Najd, "Foods"*\x00 Co', "SA").name == "Najd Foods Co"
    for name, country in (("*", "SA"), ("", "SA"), ("Najd", "Saudi"), ("Najd", "sa")):
        with pytest.raises(ValidationError):
            DirectoryQuery.of(name, country)


def test_a_standing_is_read_by_inactivity_first() -> None:
    assert status_of(True, "Active") == "deleted"
    assert status_of(False, "") == "active"
    assert (status_of(None, " LIVE "), status_of(None, "Struck off")) == ("active", "other")


def test_without_an_address_or_key_it_says_so() -> None:
    bare = LocalSecrets(environment={})
    with pytest.raises(NotConfigured, match="DEALIX_GLEIF_URL"):
        Gleif.of(Settings(), bare)
    with pytest.raises(NotConfigured, match="DEALIX_OPENCORPORATES_URL"):
        OpenCorporates.of(Settings(), bare)
    with pytest.raises(NotConfigured, match=r"opencorporates\.token"):
        OpenCorporates.of(Settings(opencorporates_url="http://127.0.0.1:1"), bare)
