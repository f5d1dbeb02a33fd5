"""The dashboard: each metric by its one definition, `no_data` where nothing feeds it."""

from datetime import timedelta

import pytest
from jsonschema import Draft202012Validator

from dealix import clock
from dealix.api.short_inputs import SHORT_INPUTS
from dealix.business.dashboard.dictionary import METRICS

DASHBOARD, DEALS, LEADS = "/api/v1/dashboard", "/api/v1/deals", "/api/v1/leads"
EXAMPLE = SHORT_INPUTS["lead_scoring"][1]
KEYS = [
    "revenue_actual", "pipeline_value", "win_rate", "cac", "consent_coverage",
    "approval_sla_compliance", "connector_health",
]  # fmt: skip


def deal(client, status, amount, **more):
    given = {
        "company": {"name": "Najd Logistics", "country": "SA"},
        "title": "Annual plan",
        "amount": amount,
        "status": status,
        **more,
    }
    answer = client.post(DEALS, json=given)
    assert answer.status_code in (200, 201), answer.text
    return answer


def figures(client, period="P30D"):
    answer = client.get(f"{DASHBOARD}?period={period}")
    assert answer.status_code == 200, answer.text
    return {one["key"]: one for one in answer.json()["metrics"]}


def test_the_dictionary_is_the_one_of_the_domain():
    assert [each.key for each in METRICS] == KEYS


def test_without_anything_every_metric_says_so(door):
    found = figures(door.client("mariam", "rawabi-ae"))
    assert list(found) == KEYS
    assert {one["status"] for one in found.values()} == {"no_data"}
    assert found["win_rate"]["name_ar"] == "نسبة الفوز"


def test_deals_make_revenue_pipeline_and_win_rate(door, noura):
    long_ago = (clock.real_now() - timedelta(days=60)).isoformat()
    deal(noura, "won", "1000.50")
    deal(noura, "won", "200", currency="USD")
    deal(noura, "won", "7000", closed_at=long_ago)
    deal(noura, "lost", "5000")
    deal(noura, "open", "300")
    first = deal(noura, "negotiating", "40", key="deal-1")
    again = deal(noura, "negotiating", "50", key="deal-1")
    assert (first.status_code, again.status_code) == (201, 200)
    found = figures(noura)
    assert found["revenue_actual"]["amounts"] == {"SAR": "1000.50", "USD": "200.00"}
    assert found["pipeline_value"]["amounts"] == {"SAR": "350.00"}
    assert (found["win_rate"]["part"], found["win_rate"]["whole"]) == (2, 3)
    assert found["win_rate"]["share"] == "0.6667"
    assert found["cac"]["status"] == "no_data"
    assert figures(noura, "P90D")["revenue_actual"]["amounts"]["SAR"] == "8000.50"
    months = noura.get(DASHBOARD).json()["months"]
    assert len(months) == 12
    assert sum(float(one["amount"]) for one in months) == 8000.5
    assert figures(door.client("mariam", "rawabi-ae"))["revenue_actual"]["status"] == "no_data"


def test_a_deal_that_is_won_stays_won_on_its_day_and_one_reopened_has_no_end(noura):
    won = deal(noura, "won", "10", key="deal-2").json()
    again = deal(noura, "won", "20", key="deal-2").json()
    assert (again["closed_at"], again["amount"]) == (won["closed_at"], "20.00")
    assert deal(noura, "open", "20", key="deal-2").json()["closed_at"] is None
    assert noura.get(f"{DEALS}/{won['id']}").json()["status"] == "open"
    listed = noura.get(f"{DEALS}?status=open&limit=1")
    assert len(listed.json()) == 1
    assert "next" in listed.links


def consent(door, person, event, channel="email", purpose="marketing", source="web_form"):
    with door.services.database.tenant("rawabi-sa") as session:
        door.services.consents.record(
            session, person, event, channel=channel, purpose=purpose, source=source, by="system"
        )


def test_consent_coverage_counts_as_the_book_of_consents_does(door, noura):
    people = [noura.post(LEADS, json=EXAMPLE(n)).json()["contact"]["person_id"] for n in range(8)]
    consent(door, people[0], "withdrawn")
    consent(door, people[1], "withdrawn", channel="*", purpose="*")
    consent(door, people[2], "withdrawn", channel="sms")
    consent(door, people[3], "opted_out", channel="*", purpose="*", source="reply")
    consent(door, people[4], "opted_out", channel="*", purpose="*", source="reply")
    consent(door, people[4], "given", source="given_by_person")
    consent(door, people[5], "opted_out", channel="*", purpose="*", source="reply")
    consent(door, people[5], "given", purpose="partnership", source="given_by_starter")
    consent(door, people[6], "withdrawn")
    consent(door, people[6], "given", channel="whatsapp")
    consent(door, people[7], "opted_out", channel="*", purpose="*", source="model_reading")
    consent(door, people[7], "lifted", channel="*", purpose="*", source="read_by_person")
    with door.services.database.tenant("rawabi-sa") as session:
        standings = [door.services.consents.standing(session, person) for person in people]
    expected = sum(bool(each.given) and not each.opted_out for each in standings)
    found = figures(noura)["consent_coverage"]
    assert (found["part"], found["whole"]) == (expected, 8) == (4, 8)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "-1"},
        {"amount": "1e9"},
        {"status": "sold"},
        {"company": None},
        {"lead_id": "lead_x"},
        {"status": "open", "closed_at": "2026-01-01T00:00:00Z"},
        {"title": "a\u202eb"},
    ],
)
def test_what_is_no_deal_is_refused(noura, wrong):
    given = {
        "company": {"name": "Najd", "country": "SA"},
        "title": "Plan",
        "amount": "10",
        "status": "open",
    }
    assert noura.post(DEALS, json={**given, **wrong}).status_code == 422
    only = {**given, "company": None, "lead_id": "lead_x"}
    assert noura.post(DEALS, json=only).status_code == 404


def test_figures_are_for_who_may_see_them_and_as_the_document_says(door, noura):
    assert door.client().get(DASHBOARD).status_code == 401
    assert door.client("maha").get(DASHBOARD).status_code == 403
    assert door.client("dana").get(DASHBOARD).status_code == 200
    assert door.client("dana").post(DEALS, json={}).status_code == 422
    assert noura.get(f"{DASHBOARD}?period=P7D").status_code == 422
    document = noura.get("/openapi.json").json()
    told = document["paths"][DASHBOARD]["get"]["responses"]["200"]["content"]["application/json"]
    schema = {**told["schema"], "components": document["components"]}
    Draft202012Validator(schema).validate(noura.get(DASHBOARD).json())
