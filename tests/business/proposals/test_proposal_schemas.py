"""A price adds up or does not exist; a proposal is in both languages."""

from typing import Any

import pytest
from pydantic import ValidationError

from dealix import clock
from dealix.business.proposals.schemas import PricingDecisionRecord, ProposalPack
from dealix.lanes.provenance import Provenance

SHA = "sha256:" + "0" * 64
PROVENANCE = Provenance(
    generated_at=clock.real_now(), method="rules", inputs_hash=SHA, sources=["deal"]
)


def line(**more: Any) -> dict[str, Any]:
    given = {"sku": "crm-seat", "name": "Seat", "name_ar": "مقعد", "quantity": 3}
    prices = {"list_price": "99.99", "cost": "40.00", "unit_price": "89.99", "total": "269.97"}
    return given | prices | {"discounts": {"volume": "10"}, "discount_percent": "10"} | more


def record(**more: Any) -> PricingDecisionRecord:
    given: dict[str, Any] = {
        "record_id": "price_1",
        "deal_id": "deal_1",
        "price_book": "book",
        "price_book_version": 1,
        "currency": "SAR",
        "lines": [line()],
        "net": "269.97",
        "vat_percent": "15",
        "vat": "40.50",
        "gross": "310.47",
        "discount_limit_percent": "15",
        "discount_percent": "10",
        "approval_reasons": [],
        "valid_until": "2026-12-31",
        "provenance": PROVENANCE,
    }
    return PricingDecisionRecord.model_validate(given | more)


def test_a_price_that_adds_up_is_bound_by_its_hash() -> None:
    found = record()
    assert not found.needs_approval
    assert found.digest() == record().digest()
    assert found.digest() != record(valid_until="2027-01-01").digest()
    dinars = line(list_price="0.333", unit_price="0.300", total="0.900", cost=None)
    sums = {"net": "0.900", "vat": "0.135", "gross": "1.035"}
    assert record(currency="KWD", lines=[dinars], **sums).gross == "1.035"


@pytest.mark.parametrize(
    "more",
    [
        {"net": "269.98"},
        {"vat": "40.49"},
        {"gross": "310.46"},
        {"lines": [line(unit_price="80.00", total="240.00")]},
        {"lines": [line(total="269.98")]},
        {"lines": []},
        {"discount_percent": "16"},
        {"lines": [line(cost="95.00")]},
        {"approval_reasons": ["below_cost"]},
        {"net": "-1"},
        {"surprise": 1},
    ],
    ids=range(11),
)
def test_a_price_that_does_not_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        record(**more)


def test_above_the_limit_or_below_cost_somebody_must_agree() -> None:
    above = {"discount_percent": "20", "approval_reasons": ["above_discount_limit"]}
    assert record(**above).needs_approval
    dear = {"lines": [line(cost="95.00")], "approval_reasons": ["below_cost"]}
    assert record(**dear).needs_approval


def test_a_proposal_is_in_both_languages() -> None:
    section = {"key": "scope", "heading_ar": "النطاق", "heading_en": "Scope"}
    file = {"document_id": "doc_1", "sha256": SHA, "pages": 2}
    given: dict[str, Any] = {
        "proposal_id": "prop_1",
        "deal_id": "deal_1",
        "version": 1,
        "supersedes": None,
        "recipient_person_id": "person_1",
        "title_ar": "عرض",
        "title_en": "Proposal",
        "sections": [section | {"ar": "نص العرض", "en": "The words"}],
        "pricing_record_id": "price_1",
        "pricing_hash": record().digest(),
        "total": "310.47",
        "currency": "SAR",
        "documents": [file | {"language": "ar"}, file | {"language": "en"}],
        "valid_until": "2026-12-31",
        "provenance": PROVENANCE,
    }
    assert ProposalPack.model_validate(given).version == 1
    with pytest.raises(ValidationError, match="both languages"):
        ProposalPack.model_validate(given | {"documents": [file | {"language": "ar"}]})
