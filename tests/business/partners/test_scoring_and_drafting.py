"""The score adds up from signals that are shown; texts depend on their facts alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dealix.business.partners import drafting
from dealix.business.partners.drafting import Facts
from dealix.business.partners.schemas import (
    Economics,
    EconomicsModel,
)
from dealix.business.partners.scoring import economics

AT = datetime(2027, 3, 1, tzinfo=UTC)


def model(
    revenue: str = "400000", share: str = "15", cost: str = "25000", **more: str
) -> EconomicsModel:
    given = Economics.model_validate(
        {"expected_revenue": revenue, "revenue_share_percent": share, "setup_cost": cost}
    )
    partner_type, country = more.get("type", "distribution"), more.get("country", "SA")
    return economics(given, partner_type, country, AT, "sha256:x")


def facts() -> Facts:
    page = "https://example.org/p/1"
    return Facts("Rawabi", "روابي", "نورة القحطاني", "TS-1", version=2, page=page)


def test_the_money_of_the_first_year_adds_up() -> None:
    made = model()
    assert (made.partner_share, made.net_first_year) == ("60000.00", "315000.00")
    assert model(revenue="0.30", share="15", cost="0").partner_share == "0.05"
    assert model(revenue="100", share="50", cost="75").net_first_year == "-25.00"


def test_the_score_is_the_sum_of_its_signals_and_each_keeps_within_its_weight() -> None:
    made = model()
    assert made.fit_score == sum(signal.points for signal in made.signals) == 18 + 15 + 20 + 15 + 5
    assert sum(signal.weight for signal in made.signals) == 100
    assert model("5000000", "10", "0", type="strategic").fit_score == 100
    assert all(0 <= signal.points <= signal.weight for signal in model("0", "60", "9").signals)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (model("250000"), model("249999.99")),
        (model(share="20"), model(share="20.01")),
        (model("100", "0", "99"), model("100", "0", "100")),
        (model(type="strategic"), model(type="referral")),
        (model(country="SA"), model(country="AE")),
    ],
)
def test_each_signal_moves_the_score(better: EconomicsModel, worse: EconomicsModel) -> None:
    assert better.fit_score > worse.fit_score


def test_a_score_says_where_it_comes_from_and_what_is_not_configured() -> None:
    provenance = model().provenance
    assert (provenance.method, provenance.rules_version) == ("rules", "fit-1")
    assert (provenance.model, provenance.not_configured) == (None, ["model"])


@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize(
    "change",
    [
        {"contact_name": "سامي"},
        {"reference": "TS-2"},
        {"company": "Other", "company_ar": "أخرى"},
        {"version": 3},
        {"page": "https://example.org/p/2"},
    ],
)
def test_every_fact_changes_the_mail_and_nothing_else_does(
    locale: str, change: dict[str, object]
) -> None:
    assert drafting.terms(facts(), locale) == drafting.terms(facts(), locale)
    other = replace(facts(), **change)  # type: ignore[arg-type]
    assert drafting.terms(other, locale) != drafting.terms(facts(), locale)


@pytest.mark.parametrize(("locale", "word"), [("ar", "سحبنا"), ("en", "withdrawn")])
def test_who_was_to_sign_is_told_of_the_withdrawal_in_the_partners_language(
    locale: str, word: str
) -> None:
    said = drafting.withdrawal("TS-1A2B3C4D", locale)
    assert word in said
    assert "TS-1A2B3C4D" in said
    assert len(said) <= 200


@pytest.mark.parametrize("kind", [drafting.terms, drafting.retraction, drafting.activation])
def test_each_letter_is_in_the_contacts_language(kind: object) -> None:
    assert callable(kind)
    assert "السيد" in kind(facts(), "ar").body
    assert "Dear" in kind(facts(), "en").body
    assert "\n" not in kind(facts(), "ar").subject
