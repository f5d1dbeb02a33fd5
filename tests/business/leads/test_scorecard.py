"""The scorecard is arithmetic over data: every signal counts as its table says, and says why."""

from dataclasses import fields

import pytest
from pydantic import ValidationError

from dealix.business.leads.schemas import Facts, LeadInput
from dealix.business.leads.scorecard import CURRENT, grade, signals

NOTHING = Facts(
    country="SA",
    industry="other",
    employees=None,
    budget="unknown",
    budget_amount=None,
    currency="SAR",
    timing="unknown",
    recent={},
    earlier={},
)
BEST = NOTHING.model_copy(
    update={
        "industry": "technology",
        "employees": 5000,
        "budget": "confirmed",
        "budget_amount": "600000.00",
        "timing": "now",
        "recent": {"meeting_held": 2},
    }
)


def points(**given):
    found = signals(CURRENT, NOTHING.model_copy(update=given))
    return {each.name: each.points for each in found}


def test_the_weights_add_up_to_100_and_no_table_gives_more_than_its_weight():
    assert sum(CURRENT.weights.values()) == 100
    best = {each.name: each.points for each in signals(CURRENT, BEST)}
    assert best == dict(CURRENT.weights)
    for name in ("industry_fit", "timing"):
        assert max(getattr(CURRENT, name).values()) == CURRENT.weights[name]
    assert {each.name for each in fields(CURRENT)} >= {"version", "adjustable"}


@pytest.mark.parametrize(
    ("given", "signal", "expected"),
    [
        ({"employees": 9}, "company_size", 3),
        ({"employees": 10}, "company_size", 8),
        ({"employees": 1000}, "company_size", 20),
        ({"industry": "logistics"}, "industry_fit", 18),
        ({"timing": "half_year"}, "timing", 7),
        ({"budget": "none"}, "budget_signal", 0),
        ({"budget": "confirmed"}, "budget_signal", 12),
        ({"budget": "confirmed", "budget_amount": "99999.99"}, "budget_signal", 14),
        ({"budget": "confirmed", "budget_amount": "100000"}, "budget_signal", 17),
        # 50,000 dinars are worth more than 500,000 riyals less what the table asks for.
        (
            {"budget": "confirmed", "budget_amount": "50000", "currency": "KWD"},
            "budget_signal",
            20,
        ),
        ({"recent": {"answered": 1}}, "engagement", 6),
        ({"earlier": {"answered": 1}}, "engagement", 3),
        ({"earlier": {"form_sent": 1}}, "engagement", 2),
        ({"earlier": {"form_sent": 2}}, "engagement", 5),
        ({"recent": {"site_visit": 1000}}, "engagement", 25),
    ],
)
def test_a_signal_gives_what_its_table_says(given, signal, expected):
    assert points(**given)[signal] == expected


def test_what_is_not_known_gives_nothing_and_says_so():
    found = {each.name: each for each in signals(CURRENT, NOTHING)}
    unknown = {name for name, each in found.items() if not each.known}
    assert unknown == {"company_size", "engagement", "budget_signal", "timing"}
    assert all(found[name].because == "no_data" and not found[name].points for name in unknown)


@pytest.mark.parametrize(
    ("score", "name"),
    [
        (100, "hot"),
        (70, "hot"),
        (69, "warm"),
        (45, "warm"),
        (44, "cool"),
        (20, "cool"),
        (19, "cold"),
        (0, "cold"),
    ],
)
def test_a_grade_is_a_band_of_scores(score, name):
    assert grade(CURRENT, score) == name


def lead(**more):
    given = {
        "company": {"name": "Najd Logistics", "country": "SA"},
        "contact": {"name": "سارة", "phone": "٠٥٠ ١٢٣ ٤٥٦٧"},
        "source": "web_form",
    }
    return given | more


def test_a_phone_is_kept_in_one_form_and_a_form_s_empty_fields_say_nothing():
    read = LeadInput.model_validate(
        lead(company={"name": "Najd", "employees": "", "website": " ", "name_ar": ""}, key="")
    )
    assert read.contact.phone == "+966501234567"
    assert (read.company.employees, read.company.website, read.key) == (None, None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact": {"name": "x\x00y"}},
        {"contact": {"name": "Sara", "phone": "12"}},
        {"contact": {"name": "Sara", "email": "nobody"}},
        {"company": {"name": "N", "country": "SA"}},
        {"company": {"name": "Najd", "country": "SA", "registration_number": "12"}},
        {"company": {"name": "Najd", "employees": 0}},
        {"company": {"name": "Najd", "website": "javascript:alert(1)"}},
        {"company": {"name": "Najd \u202e evil"}},
        {"source": "scraped"},
        {"budget_amount": "-5"},
        {"budget_amount": "NaN"},
        {"key": "../etc"},
        {"consents": [{"channel": "email", "purpose": "marketing"}], "data_from": "third_party"},
        {"score": 100},
    ],
)
def test_what_is_no_lead_is_refused(wrong):
    with pytest.raises(ValidationError):
        LeadInput.model_validate(lead(**wrong))
