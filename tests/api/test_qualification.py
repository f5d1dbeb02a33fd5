"""A lead is captured, known in either script, looked up, scored, routed, laid before one."""

import pytest
from sqlalchemy import text

from dealix.business.leads.examples import qualification_example
from dealix.business.leads.pipelines import LeadQualification
from dealix.connectors.company_research import RegistryRecord
from dealix.errors import Conflict, ProviderRefused
from dealix.lanes.pipelines import stage
from dealix.records import progress

STEPS = [
    "capture_lead", "match_lead", "research_company", "search_gleif", "search_opencorporates",
    "score_qualification", "route_lead", "notify_owner",
]  # fmt: skip


def begin(client, given):
    return client.post("/api/v1/runs", json={"workflow": "lead_qualification", "input": given})


def qualify(door, client, given):
    run = begin(client, given)
    assert run.status_code == 201, run.text
    door.services.pipeline_worker.work_due()
    seen = client.get(f"/api/v1/runs/{run.json()['id']}").json()
    return seen, client.get(f"/api/v1/qualifications/{seen['id']}").json()


def test_a_lead_goes_through_all_steps_to_its_owner(door, noura):
    given = qualification_example(0)
    run, found = qualify(door, noura, given)
    assert (run["status"], run["outcome"]) == ("completed", "qualified"), run["error"]
    assert [(e["name"], e["status"]) for e in run["timeline"]] == [(n, "done") for n in STEPS]
    memo, lead = found["memo"], noura.get(f"/api/v1/leads/{run['result']['lead']}").json()
    assert memo["verdict"] == run["result"]["verdict"]
    assert (memo["score"], memo["owner"]["user"]) == (lead["score"], lead["owner"])
    assert memo["owner"]["because"][-2:] == ["territory_fits", "language_fits"]
    assert {"gleif", "opencorporates", "uae_registry", "model"} <= set(
        memo["provenance"]["not_configured"]
    )
    assert run["subject"]["name_ar"] == given["company"]["name_ar"]
    with door.services.database.tenant("rawabi-sa") as session:
        rows = session.execute(text("SELECT input::text, result::text FROM runs")).all()
        assert session.execute(text("SELECT count(sealed) FROM lead_qualifications")).scalar() == 0
    for value in (given["contact"]["email"], given["contact"]["phone"], given["contact"]["name"]):
        assert value not in str(rows) + str(run) + str(memo)


def test_the_owner_finds_the_lead_on_their_page_until_they_have_seen_it(door, noura, lina):
    run, found = qualify(door, noura, qualification_example(1))
    assert found["owner"] == run["result"]["owner"]
    waiting = [each["run"] for each in lina.get("/api/v1/qualifications").json()]
    assert run["id"] in waiting
    assert noura.post(f"/api/v1/qualifications/{run['id']}/seen").status_code == 404
    assert lina.post(f"/api/v1/qualifications/{run['id']}/seen").json()["seen_at"]
    assert run["id"] not in [each["run"] for each in lina.get("/api/v1/qualifications").json()]


def test_the_same_person_in_arabic_is_the_earlier_lead(door, noura):
    given = qualification_example(2)
    company = {**given["company"], "name": "Shams Trading", "name_ar": None}
    contact = {**given["contact"], "name": "Sara Al-Otaibi", "email": None, "phone": None}
    first, _ = qualify(door, noura, {**given, "company": company, "contact": contact})
    arabic = {**company, "name": "شركة شمس للتجارة"}
    person = {**contact, "name": "سارة العتيبي"}
    again = {**given, "key": "shams-2", "company": arabic, "contact": person}
    run, found = qualify(door, noura, again)
    assert found["lead"] == first["result"]["lead"] == run["result"]["lead"]
    same = found["memo"]["same_as"]
    assert (same["lead"], same["what"]) == (found["lead"], "person")
    assert set(same["why"]) == {"name_at_company", "registration"}
    captured = noura.get(f"/api/v1/leads/{found['memo']['captured_id']}").json()
    assert (captured["status"], captured["duplicate_of"]) == ("duplicate", found["lead"])
    assert found["memo"]["owner"]["because"] == ["has_the_account"]


def test_a_registry_answer_is_kept_with_its_date_and_asked_once(door, noura, monkeypatch):
    asked = registry(door, monkeypatch, "active")
    given = qualification_example(3)
    _, found = qualify(door, noura, given)
    _, again = qualify(door, noura, given)
    research = found["memo"]["research"]
    assert (research["result"], research["registration"]) == ("found", "active")
    assert research["name_agrees"] is True
    assert again["memo"]["research"]["answer"] == research["answer"]
    assert again["lead"] == found["lead"]
    assert len(asked) == 1


def test_a_company_that_is_no_longer_registered_is_looked_at_first(door, noura, monkeypatch):
    registry(door, monkeypatch, "deleted")
    run, found = qualify(door, noura, qualification_example(4))
    assert run["result"]["verdict"] == found["memo"]["verdict"] == "check_registration"


def test_a_step_that_fails_for_good_takes_back_what_the_run_found(door, noura, monkeypatch):
    registry(door, monkeypatch, "active")
    given = qualification_example(5)
    earlier, _ = qualify(door, noura, given)
    before = noura.get(f"/api/v1/leads/{earlier['result']['lead']}").json()
    registry(door, monkeypatch, ProviderRefused("provider_refused", provider="wathq", reason="no"))
    company = {**given["company"], "registration_number": "1010599999"}
    run, found = qualify(door, noura, {**given, "key": "twice-5", "company": company})
    assert (run["outcome"], run["error"]["step"]) == ("failed", "research_company")
    assert (found["memo"], bool(found["superseded_at"])) == (None, True)
    [case] = [entry for entry in run["timeline"] if entry["kind"] == "case"]
    assert case["step"] == "research_company"
    with door.services.database.tenant("rawabi-sa") as session:
        assert progress.results_of(session, run["id"]) == {}
    after = noura.get(f"/api/v1/leads/{before['id']}").json()
    assert (after["owner"], after["status"]) == (before["owner"], before["status"])
    doubles = [one for one in noura.get("/api/v1/leads").json() if one["key"] == "twice-5"]
    assert [(one["status"], one["duplicate_of"]) for one in doubles] == [("new", None)]


def test_a_failure_after_the_routing_gives_the_lead_back(door, noura, monkeypatch):
    @stage("notify_owner", method="message_id")
    def broken(_self, _call):
        raise Conflict("person_erased")

    monkeypatch.setattr(LeadQualification, "notify_owner", broken)
    run, found = qualify(door, noura, qualification_example(9))
    assert (run["outcome"], run["error"]["step"]) == ("failed", "notify_owner")
    lead = noura.get(f"/api/v1/leads/{found['lead']}").json()
    assert (lead["owner"], lead["status"]) == (run["started_by"], "new")
    assert lead["owner"] != found["memo"]["owner"]["user"]
    assert found["superseded_at"]


COMPANIES = {"1": ("Rimal Foods", "Wadi Steel"), "7": ("Nakheel Paper", "Barq Tools")}
"""Names apart, so that only the numbers join them."""


@pytest.mark.parametrize("first", sorted(COMPANIES))
def test_a_registry_that_gives_both_numbers_joins_the_company_in_either_order(
    door, noura, monkeypatch, first
):
    both_numbers(door, monkeypatch)
    place = 20 + int(first)
    given = qualification_example(place)
    numbers = [f"{each}010500{place:03d}" for each in "17"]
    by_order = numbers if first == "1" else numbers[::-1]
    one, other = (
        {
            **given,
            "key": f"numbers-{first}-{at}",
            "company": {
                **given["company"],
                "name": name,
                "name_ar": None,
                "registration_number": number,
            },
            "contact": {"name": who, "email": f"{who}{first}@gmail.com", "locale": "en"},
        }
        for at, (number, name, who) in enumerate(
            zip(by_order, ("Rimal Foods", "Wadi Steel"), ("Fahd", "Lulwa"), strict=True)
        )
    )
    earlier, _ = qualify(door, noura, one)
    _, found = qualify(door, noura, other)
    same = found["memo"]["same_as"]
    assert (same["lead"], same["what"]) == (earlier["result"]["lead"], "company")
    assert same["why"] == ["registration"]


def test_who_may_not_route_or_start_is_refused_and_bad_input_named(door, noura, lina):
    assert begin(door.client("saleh"), qualification_example(6)).status_code == 403
    assert lina.put("/api/v1/sales-desks/x", json={}).status_code == 403
    fahad = door.client("fahad")
    assert fahad.put("/api/v1/sales-desks/nobody", json={}).status_code == 404
    given = qualification_example(6)
    wrong = begin(noura, {**given, "contact": {**given["contact"], "phone": "12"}})
    assert wrong.status_code == 422
    assert "malformed_phone" in wrong.text


def test_a_desk_moves_leads_to_who_sells_there(door, noura):
    fahad, turki = door.client("fahad"), door.client("turki").get("/api/v1/me").json()["id"]
    desk = {"countries": ["KW"], "languages": ["en"], "most": 50}
    lina = door.client("lina").get("/api/v1/me").json()["id"]
    fahad.put(f"/api/v1/sales-desks/{lina}", json={"countries": ["SA"]}).raise_for_status()
    put = fahad.put(f"/api/v1/sales-desks/{turki}", json=desk)
    assert put.status_code == 200, put.text
    assert turki in [each["user"] for each in fahad.get("/api/v1/sales-desks").json()]
    given = qualification_example(7)
    company = {"name": "Kazma Foods", "country": "KW"}
    contact = {"name": "Fawaz", "email": "fawaz@kazma.example", "locale": "en"}
    _, found = qualify(door, noura, {**given, "company": company, "contact": contact})
    assert found["memo"]["research"]["because"] in {"country_not_covered", "not_configured"}
    assert found["owner"] == turki
    assert found["memo"]["owner"]["because"][:1] == ["territory_fits"]


def test_an_erased_person_is_found_by_nothing(door, noura):
    run, found = qualify(door, noura, qualification_example(8))
    lead = noura.get(f"/api/v1/leads/{found['lead']}").json()
    with door.services.database.tenant("rawabi-sa") as session:
        count = "SELECT count(*) FROM lead_marks WHERE lead_id = :lead"
        assert session.execute(text(count), {"lead": lead["id"]}).scalar() > 3
        door.services.leads.matcher.forget(session, lead["contact"]["person_id"])
        assert session.execute(text(count), {"lead": lead["id"]}).scalar() == 0
    assert run["ended_at"]


@pytest.fixture(scope="module")
def lina(door):
    return door.client("lina")


def both_numbers(door, monkeypatch):
    """A registry that knows every company, by its register's number and the unified one."""

    class Reader:
        def look(self, number):
            return RegistryRecord(
                registry="wathq", number=f"1{number[1:]}", national_number=f"7{number[1:]}",
                name="شركة", status="active", status_text="active", entity_type="llc",
                confirmation_due=None,
            )  # fmt: skip

    monkeypatch.setattr(door.services.companies, "_reader", lambda _rehearsal: Reader())


def registry(door, monkeypatch, answer):
    """A registry that answers so; which numbers it was asked is heard."""
    asked = []

    class Reader:
        def look(self, number):
            asked.append(number)
            if isinstance(answer, Exception):
                raise answer
            company = qualification_example(int(number) - 1_010_500_000)["company"]
            return RegistryRecord(
                registry="wathq", number=number, national_number="7001", name=company["name_ar"],
                status=answer, status_text=answer, entity_type="llc", confirmation_due=None,
            )  # fmt: skip

    monkeypatch.setattr(door.services.companies, "_reader", lambda _rehearsal: Reader())
    return asked
