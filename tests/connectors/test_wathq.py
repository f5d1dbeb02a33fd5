"""The registry's answer is read for what it says: standing, confirmation, and who may sign."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from tests.sandbox.conftest import WATHQ_KEY, Sandbox, free_port

from dealix import clock
from dealix.connectors.company_research import Manager, RegistryRecord, Wathq
from dealix.connectors.company_research.records import bare_name
from dealix.connectors.company_research.wathq import power, state_of
from dealix.connectors.rehearsal import rehearsing
from dealix.connectors.secrets import LocalSecrets
from dealix.errors import NotConfigured, ProviderRefused, ProviderUnavailable
from dealix.settings import Settings

ORDINARY, SUSPENDED, OVERDUE, UNKNOWN = "1010000001", "1010999001", "1010999002", "1010999003"
JOINTLY, DELETED, ALONE, UNSAID = "1010999004", "1010999005", "1010999006", "1010999007"
FOR_LONG = "2999-01-01T00:00:00Z"
opened: list[Wathq] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Every client that a test opens is closed at its end."""
    yield
    while opened:
        opened.pop().close()


def registry_at(url: str, key: str = WATHQ_KEY, **more: Any) -> Wathq:
    secrets = LocalSecrets(environment={"DEALIX_SECRET_WATHQ_KEY": key})
    opened.append(Wathq.of(Settings(sandbox_url=url, **more), secrets))
    return opened[-1]


def inside(sandbox: Sandbox, **more: Any) -> Wathq:
    return registry_at(f"http://{sandbox.http_address}", **more)


def looked(sandbox: Sandbox, number: str, **more: Any) -> RegistryRecord:
    found = inside(sandbox, **more).look(number)
    assert found is not None
    return found


def today() -> date:
    return clock.real_now().date()


def test_an_ordinary_company_is_active_and_its_one_manager_signs_alone(sandbox: Sandbox) -> None:
    found = looked(sandbox, ORDINARY)
    assert (found.number, found.national_number) == (ORDINARY, "7010000001")
    assert found.is_active
    assert not found.confirmation_overdue(today())
    assert found.entity_type == "شركة مساهمة مبسطة"
    assert found.activities
    assert found.parties == ("فهد العتيبي",)
    assert found.managers == (Manager(name="فهد العتيبي", position="مدير"),)
    assert (found.may_sign("فهد العتيبي"), found.may_sign("سامي")) == ("alone", "no")


def test_the_same_company_by_its_unified_number_in_one_call(sandbox: Sandbox) -> None:
    registry = inside(sandbox)
    with rehearsing(sandbox.scope):
        assert registry.look("7010000001") == looked(sandbox, ORDINARY)
        [row] = [each for each in sandbox.rows("requests") if "7010000001" in each["path"]][:1]
    assert row["path"] == "/commercial-registration/fullinfo/7010000001"
    assert ["apikey", WATHQ_KEY] in row["headers"]


@pytest.mark.parametrize(
    ("number", "status"), [(SUSPENDED, "suspended"), (DELETED, "deleted"), (OVERDUE, "active")]
)
def test_what_a_company_has_become(sandbox: Sandbox, number: str, status: str) -> None:
    found = looked(sandbox, number)
    assert found.status == status
    assert found.confirmation_overdue(today()) == (number == OVERDUE)


@pytest.mark.parametrize(
    ("number", "answer"), [(JOINTLY, "jointly"), (ALONE, "alone"), (UNSAID, "unclear")]
)
def test_several_managers_sign_as_the_registry_says(
    sandbox: Sandbox, number: str, answer: str
) -> None:
    found = looked(sandbox, number)
    assert len(found.managers) == 2
    assert found.may_sign("فهد العتيبي") == answer
    assert found.may_sign("Omar Nasser") == "no"


def test_an_unknown_number_is_none_and_a_malformed_one_is_not_asked(sandbox: Sandbox) -> None:
    registry = inside(sandbox)
    assert registry.look(UNKNOWN) is None
    for number in ("", "123", "٧٠١٠٠٠٠٠٠١", "70100000012", "../../../x"):
        with pytest.raises(ValidationError):
            registry.look(number)


def test_the_older_generation_tells_less(sandbox: Sandbox) -> None:
    found = looked(sandbox, JOINTLY, wathq_generation="v5")
    assert (found.number, found.national_number) == (JOINTLY, "7010999004")
    assert (found.status, found.confirmation_due) == ("active", None)
    assert found.may_sign("فهد العتيبي") == "unclear"
    assert looked(sandbox, SUSPENDED, wathq_generation="v5").status == "suspended"
    assert inside(sandbox, wathq_generation="v5").look(UNKNOWN) is None


def test_an_outage_of_two_days_ends_by_the_runs_clock(sandbox: Sandbox) -> None:
    begun = clock.real_now()
    until = (begun + timedelta(days=2)).isoformat()
    sandbox.fault("wathq", "error_500", until=until, scope=sandbox.scope)
    registry = inside(sandbox)
    with rehearsing(sandbox.scope):
        for moment in (begun, begun + timedelta(days=1, hours=23)):
            with clock.at(moment), pytest.raises(ProviderUnavailable):
                registry.look(ORDINARY)
        with clock.at(begun + timedelta(days=2)):
            assert registry.look(ORDINARY) is not None


def test_limits_and_silence_may_be_asked_again(sandbox: Sandbox) -> None:
    registry = inside(sandbox)
    for fault in (
        "error_500",
        "error_500_after",
        "rate_limited",
        "timeout_after",
        "timeout_before",
    ):
        sandbox.fault("wathq", fault)
        with pytest.raises(ProviderUnavailable):
            registry.look(ORDINARY)
        assert registry.look(ORDINARY) is not None


def test_a_wrong_key_is_refused_with_its_code(sandbox: Sandbox) -> None:
    with pytest.raises(ProviderRefused, match=r"HTTP 401 401\.2\.1"):
        inside(sandbox, key="wrong").look(ORDINARY)


def test_the_probe_asks_for_nothing_that_is_billed(sandbox: Sandbox) -> None:
    sandbox.fault("wathq", "error_500")
    assert inside(sandbox).probe().ok
    assert not inside(sandbox, key="wrong").probe().ok
    assert not registry_at(f"http://127.0.0.1:{free_port()}").probe().ok


def test_the_other_side_can_be_told_what_a_company_is_like(sandbox: Sandbox) -> None:
    tell = sandbox.client.post
    facts = {"number": "1010777001", "name": "شركة القصة", "managers": ["سامي بن أحمد", "Mona A."]}
    assert tell("/_sandbox/wathq/companies", json=facts | {"way": "jointly"}).status_code == 201
    found = looked(sandbox, "1010777001")
    assert (found.name, found.may_sign("سامى احمد")) == ("شركة القصة", "jointly")
    gone = {"number": "1010777001", "unknown": True}
    assert tell("/_sandbox/wathq/companies", json=gone).status_code == 201
    assert inside(sandbox).look("1010777001") is None
    for bad in ({}, {"number": "1"}, {"number": "1010777001", "status": "gone"}, []):
        assert tell("/_sandbox/wathq/companies", json=bad).status_code == 422


def test_what_is_told_for_one_rehearsal_is_seen_by_it_alone(sandbox: Sandbox) -> None:
    told = {"number": "1010777002", "status": "suspended", "scope": sandbox.scope}
    answer = sandbox.client.post("/_sandbox/wathq/companies", json=told)
    assert answer.status_code == 201
    registry = inside(sandbox)
    with rehearsing(sandbox.scope):
        seen = registry.look("1010777002")
    assert seen is not None
    assert seen.status == "suspended"
    with rehearsing("another"):
        other = registry.look("1010777002")
    assert other is not None
    assert other.is_active
    assert looked(sandbox, "1010777002").is_active
    bad = sandbox.client.post("/_sandbox/wathq/companies", json=told | {"scope": 1})
    assert bad.status_code == 422


def test_a_name_is_the_same_however_it_is_written() -> None:
    for one, other in (
        ("عَبْدُ الرحمن بن أحمد الشهريّ", "عبدالرحمن احمد الشهرى"),
        ("نورة القحطاني", "نوره  القحطانى"),
        ("Layla HADDAD", "layla haddad"),
        ("\u202eفهد العتيبي\u202c", "فهد العتيبي"),
    ):
        assert bare_name(one) == bare_name(other)
    assert bare_name("فهد العتيبي") != bare_name("فهد الحربي")


def test_words_that_nobody_told_us_are_no_standing_and_no_power() -> None:
    assert (state_of("قيد الشطب"), state_of(None), state_of(" Active ")) == (
        "other",
        "other",
        "active",
    )
    assert (power(1, ""), power(2, "منفردين"), power(1, "مجتمعين"), power(2, "")) == (
        "alone",
        "alone",
        "jointly",
        "unclear",
    )


def test_without_an_address_or_key_it_says_so() -> None:
    with pytest.raises(NotConfigured, match="DEALIX_WATHQ_URL"):
        Wathq.of(Settings(), LocalSecrets(environment={}))
    with pytest.raises(NotConfigured, match=r"wathq\.key"):
        Wathq.of(Settings(sandbox_url="http://127.0.0.1:1"), LocalSecrets(environment={}))
