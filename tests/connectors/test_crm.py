"""A write to the CRM repeats harmlessly, and a refusal or silence is told for what it is."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from tests.connectors.test_email import DATE
from tests.sandbox.conftest import TOKEN, Sandbox, free_port

from dealix import clock
from dealix.connectors.crm import WITHDRAWN, CompanyWrite, DealWrite, HubSpotCrm
from dealix.connectors.crm.hubspot import _receipt, names_of
from dealix.connectors.rehearsal import rehearsing
from dealix.connectors.secrets import LocalSecrets
from dealix.errors import NotConfigured, ProviderRefused, ProviderUnavailable
from dealix.settings import Settings

opened: list[HubSpotCrm] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Every client that a test opens is closed at its end."""
    yield
    while opened:
        opened.pop().close()


def crm_at(url: str, token: str = TOKEN, **more: Any) -> HubSpotCrm:
    secrets = LocalSecrets(environment={"DEALIX_SECRET_HUBSPOT_TOKEN": token})
    opened.append(HubSpotCrm.of(Settings(sandbox_url=url, **more), secrets))
    return opened[-1]


def inside(sandbox: Sandbox, **more: Any) -> HubSpotCrm:
    return crm_at(f"http://{sandbox.http_address}", **more)


def company(sandbox: Sandbox, **more: str) -> CompanyWrite:
    facts = {
        "ext_ref": f"rawabi-sa.{sandbox.scope}",
        "name": "شركة الواحة",
        "country": "SA",
        "registration_number": "1010123456",
        "status": "terms_sent",
    }
    return CompanyWrite(**facts | more)


def deal(sandbox: Sandbox) -> DealWrite:
    return DealWrite(
        ext_ref=f"deal.{sandbox.scope}",
        name="شراكة الواحة",
        stage="contractsent",
        amount="250000.00",
        currency="SAR",
        partner_ref=f"rawabi-sa.{sandbox.scope}",
        status="terms_sent",
    )


def held(sandbox: Sandbox) -> list[dict[str, Any]]:
    return sandbox.rows("effects", provider="hubspot")


def test_an_upsert_twice_is_one_effect(sandbox: Sandbox) -> None:
    crm = inside(sandbox)
    with rehearsing(sandbox.scope), clock.at(DATE):
        first = crm.upsert_company(company(sandbox), "key-1")
        again = crm.upsert_company(company(sandbox), "key-1")
    assert (first.created, again.created) == (True, False)
    assert first.reference == again.reference
    [effect] = held(sandbox)
    assert effect["key"] == "key-1"
    assert effect["body"]["properties"]["name"] == "شركة الواحة"
    assert effect["at"].startswith("2027-03-01T09:30:00")


def test_a_deal_and_a_dated_path(sandbox: Sandbox) -> None:
    crm = inside(sandbox, hubspot_prefix="/crm/objects/2026-09/")
    with rehearsing(sandbox.scope):
        receipt = crm.upsert_deal(deal(sandbox), "key-2")
        found = crm.look_up("deals", deal(sandbox).ext_ref)
    assert found is not None
    assert found.reference == receipt.reference
    assert found.properties["amount"] == "250000.00"


def test_look_up_finds_what_was_written_and_nothing_else(sandbox: Sandbox) -> None:
    crm = inside(sandbox)
    assert crm.look_up("companies", company(sandbox).ext_ref) is None
    receipt = crm.upsert_company(company(sandbox), "key-1")
    found = crm.look_up("companies", company(sandbox).ext_ref)
    assert found is not None
    assert found.reference == receipt.reference
    assert found.properties["dealix_status"] == "terms_sent"


def test_a_withdrawal_takes_its_write_back(sandbox: Sandbox) -> None:
    crm = inside(sandbox)
    with rehearsing(sandbox.scope):
        crm.upsert_company(company(sandbox), "key-1")
        crm.upsert_company(company(sandbox, status=WITHDRAWN, undoes="key-1"), "key-1-undo")
    first, second = held(sandbox)
    assert first["undone"] == second["reference"]
    with rehearsing(sandbox.scope):
        crm.upsert_company(company(sandbox), "key-3")
    assert [each["undone"] for each in held(sandbox)][1:] == [None, None]


@pytest.mark.parametrize(
    "fault", ["error_500", "error_500_after", "timeout_after", "timeout_before"]
)
def test_silence_may_be_sent_again_but_may_have_happened(sandbox: Sandbox, fault: str) -> None:
    sandbox.fault("hubspot", fault, scope=sandbox.scope)
    crm = inside(sandbox)
    with rehearsing(sandbox.scope):
        with pytest.raises(ProviderUnavailable) as caught:
            crm.upsert_company(company(sandbox), "key-1")
        assert caught.value.params["maybe_done"] is True
        crm.upsert_company(company(sandbox), "key-1")
    assert len(held(sandbox)) == 1


def test_too_many_requests_did_nothing(sandbox: Sandbox) -> None:
    sandbox.fault("hubspot", "rate_limited", scope=sandbox.scope)
    with rehearsing(sandbox.scope), pytest.raises(ProviderUnavailable) as caught:
        inside(sandbox).upsert_company(company(sandbox), "key-1")
    assert "maybe_done" not in caught.value.params
    assert "retry_after" in caught.value.params
    assert held(sandbox) == []


def test_a_refusal_tells_its_code_and_not_its_text(sandbox: Sandbox) -> None:
    crm = crm_at(f"http://{sandbox.http_address}", token="wrong")
    with pytest.raises(ProviderRefused, match=r"HTTP 401 [A-Z_]+") as caught:
        crm.upsert_company(company(sandbox), "key-1")
    assert "الواحة" not in str(caught.value)


def test_a_partial_success_of_one_is_a_refusal() -> None:
    error = {"status": "error", "category": "VALIDATION_ERROR", "message": "شركة الواحة is no"}
    with pytest.raises(ProviderRefused, match="HTTP 207 VALIDATION_ERROR") as caught:
        _receipt("companies", 207, {"status": "COMPLETE", "results": [], "errors": [error]})
    assert "الواحة" not in str(caught.value)


@pytest.mark.parametrize("body", [None, [], {}, {"results": []}, {"results": [{}]}])
def test_an_answer_without_result_may_have_happened(body: object) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        _receipt("deals", 200, body)
    assert caught.value.params["maybe_done"] is True


def test_nobody_listens_so_nothing_happened() -> None:
    crm = crm_at(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ProviderUnavailable) as caught:
        crm.look_up("companies", "x")
    assert "maybe_done" not in caught.value.params


def test_amounts_and_references_have_their_form(sandbox: Sandbox) -> None:
    for field, value in {"amount": "-1", "currency": "sar", "ext_ref": "../deals"}.items():
        with pytest.raises(ValidationError):
            DealWrite(**deal(sandbox).model_dump() | {field: value})


def test_wire_names() -> None:
    assert "dealix_status" in names_of("companies")
    assert {"dealname", "dealstage", "deal_currency_code"} <= set(names_of("deals"))


def test_without_an_address_or_token_it_says_so() -> None:
    with pytest.raises(NotConfigured, match="DEALIX_HUBSPOT_URL"):
        HubSpotCrm.of(Settings(), LocalSecrets(environment={}))
    with pytest.raises(NotConfigured, match=r"hubspot\.token"):
        HubSpotCrm.of(Settings(sandbox_url="http://127.0.0.1:1"), LocalSecrets(environment={}))


def test_probe(sandbox: Sandbox) -> None:
    assert inside(sandbox).probe().ok
    wrong = crm_at(f"http://{sandbox.http_address}", token="wrong").probe()
    assert (wrong.ok, "401" in wrong.detail) == (False, True)
