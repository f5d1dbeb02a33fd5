"""A company that the registry does not let stand is refused at the door, in the reader's words."""

import httpx
import pytest

SUSPENDED, OVERDUE, UNKNOWN, STRUCK_OFF = "1010999001", "1010999002", "1010999003", "1010999005"
EASTERN = "١٠١٠٩٩٩٠٠١"
REFUSED = {
    SUSPENDED: ("registration_suspended", "is suspended", "معلّق"),
    OVERDUE: ("registration_overdue", "confirmation", "التأكيد السنوي"),
    UNKNOWN: ("registration_unknown", "knows no company", "لا توجد في السجل"),
    STRUCK_OFF: ("registration_struck_off", "struck off", "مشطوب"),
    EASTERN: ("registration_suspended", "is suspended", "معلّق"),
}
ACTIVE = 700
START = "/start/partner_approval"


def example(console, number=ACTIVE, **changed):
    path = f"/inventory/partner_approval?example={number}"
    return {**console.api("noura", "GET", path)["example"], **changed}


def post(console, given, language="en", **more):
    headers = {
        "Authorization": f"Bearer {console.person('noura')['token']}",
        "Accept-Language": language,
    }
    body = {"workflow": "partner_approval", "input": given, **more}
    return httpx.post(
        f"{console.url}/api/v1/runs", json=body, headers=headers, trust_env=False, timeout=60
    )


def asked(console, number):
    """How often the registry was asked about a number."""
    found = console.sandbox("GET", "/_sandbox/requests")
    return sum(one["provider"] == "wathq" and number in one["path"] for one in found)


def runs(console):
    return len(console.api("noura", "GET", "/runs?limit=200"))


@pytest.mark.parametrize("number", REFUSED)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_api_refuses_with_a_code_of_its_own_and_starts_nothing(console, number, language):
    code, english, arabic = REFUSED[number]
    before = runs(console)
    answer = post(console, example(console, registration_number=number), language)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code)
    said = english if language == "en" else arabic
    assert said in problem["detail"]
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [("registration_number", code)]
    assert said in problem["errors"][0]["detail"]
    assert runs(console) == before


@pytest.mark.parametrize("number", REFUSED)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_form_says_it_at_the_field_and_keeps_what_was_entered(console, number, language):
    visitor = console.visitor("noura", locale=language)
    form = visitor.get(f"{START}?example={ACTIVE}")
    page = visitor.send(form, START, registration_number=number)
    assert page.status == 422
    assert 'id="f-registration_number-wrong"' in page.source
    assert REFUSED[number][1 if language == "en" else 2] in page.text
    kept, sent = page.form(START)["values"], form.form(START)["values"]
    assert kept["registration_number"] == number
    assert kept["contact.email"] == sent["contact.email"]


def test_a_rehearsal_is_refused_as_well(console):
    answer = post(console, example(console, registration_number=SUSPENDED), rehearsal=True)
    assert (answer.status_code, answer.json()["code"]) == (422, "registration_suspended")


def test_the_same_key_again_is_the_same_run_and_asks_nobody(console):
    given = example(console, 701)
    first = post(console, given, key="registry-once")
    assert (first.status_code, first.json()["input"]["registry_at_start"]) == (201, "asked")
    number = given["registration_number"]
    console.sandbox(
        "POST", "/_sandbox/wathq/companies", json={"number": number, "status": "suspended"}
    )
    before = asked(console, number)
    again = post(console, given, key="registry-once")
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert asked(console, number) == before


@pytest.mark.parametrize(
    ("place", "fault"), [(710, "error_500"), (711, "rate_limited"), (712, "timeout_after")]
)
def test_a_registry_that_is_away_holds_up_no_start(console, place, fault):
    given = example(console, place)
    strikes = {"provider": "wathq", "fault": fault, "match": given["registration_number"]}
    console.sandbox("POST", "/_sandbox/faults", json=strikes)
    answer = post(console, given)
    assert answer.status_code == 201
    assert answer.json()["input"]["registry_at_start"] == "unavailable"


def test_a_slow_registry_does_not_keep_anybody_waiting(console):
    given = example(console, 713)
    slow = {"provider": "wathq", "fault": "slow", "seconds": 20}
    slow["match"] = given["registration_number"]
    console.sandbox("POST", "/_sandbox/faults", json=slow)
    answer = post(console, given)
    assert (answer.status_code, answer.elapsed.total_seconds() < 10) == (201, True)
    assert answer.json()["input"]["registry_at_start"] == "unavailable"


def test_where_the_registry_knows_no_company_nobody_is_asked(console):
    given = example(console, 714, country="AE", registration_number="CN-1234567")
    answer = post(console, given)
    assert answer.json()["input"]["registry_at_start"] == "not_covered"
    assert asked(console, "1234567") == 0


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_company_is_proposed_once_by_whichever_number(console, language):
    number = 931 if language == "en" else 932
    given = example(console, number)
    assert post(console, given).status_code == 201
    before = runs(console)
    unified = {**given, "registration_number": f"7{given['registration_number'][1:]}"}
    for again in (given, unified):
        answer = post(console, again, language)
        assert (answer.status_code, answer.json()["code"]) == (409, "partner_in_progress")
    assert ("already" in answer.json()["detail"]) == (language == "en")
    noura = console.visitor("noura", locale=language)
    form = noura.get(f"{START}?example={number}").form(START)
    refused = noura.post(START, form["values"])
    assert (refused.status, given["name"] in refused.source) == (409, True)
    assert runs(console) == before
