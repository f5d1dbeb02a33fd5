"""A price with all that it is made of, and the proposal that carries it; on both people decide."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from dealix.business.partners.schemas import Line, Strict, Wording
from dealix.connectors.data_class import DataClass
from dealix.lanes.provenance import Provenance
from dealix.records.canonical import digest

RESTRICTED, CONFIDENTIAL = DataClass.RESTRICTED, DataClass.CONFIDENTIAL
Ident = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_:\-]{0,127}$")]
Sha256 = Annotated[str, Field(pattern=r"^(sha256:)?[0-9a-f]{64}$")]
Money = Annotated[str, Field(pattern=r"^\d{1,12}(\.\d{1,3})?$")]
Percent = Annotated[str, Field(pattern=r"^(100|\d{1,2})(\.\d{1,2})?$")]
ApprovalReason = Literal[
    "above_discount_limit", "above_discount_value", "below_cost", "cost_unknown"
]
PLACES = {"BHD": 3, "KWD": 3, "OMR": 3}
"""Digits after the point by currency; two where none is named."""

HUNDRED = Decimal(100)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount in the smallest coin of its currency, halves up."""
    return amount.quantize(Decimal(1).scaleb(-PLACES.get(currency, 2)), ROUND_HALF_UP)


class PriceLine(Strict):
    """One product: from its list price to what is charged. `cost` is None where it is not known."""

    sku: Ident
    name: Line
    name_ar: Line
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    list_price: Money
    cost: Annotated[Money | None, CONFIDENTIAL]
    discounts: dict[Literal["volume", "term", "partner", "granted"], Percent]
    discount_percent: Percent
    unit_price: Money
    total: Money

    @property
    def below_cost(self) -> bool:
        """Whether a unit is sold below what it costs us."""
        return self.cost is not None and Decimal(self.unit_price) < Decimal(self.cost)


class AppliedRule(Strict):
    """A rule that made the price, of one product or (`sku` is None) of the whole, and its value."""

    rule: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    sku: Ident | None = None
    value: Annotated[str, Field(max_length=120)]


class PricingDecisionRecord(Strict):
    """A price, every step of it, and whether somebody must agree; its sums are checked.

    `discount_percent` is the largest discount that a person grants on a line, above the book's own
    tiers; `discount_value` is what such discounts take off in all. `rules` are those that were
    applied, in their order.

    `approval_reasons` are stable words; where there is one, the price is not in force until its
    approval, bound to `digest()`, was given.
    """

    record_id: Ident
    deal_id: Ident
    price_book: Ident
    price_book_version: Annotated[int, Field(ge=1)]
    currency: Literal["SAR", "AED", "BHD", "KWD", "QAR", "OMR", "USD"]
    lines: Annotated[list[PriceLine], Field(min_length=1, max_length=200)]
    net: Money
    vat_percent: Percent
    vat: Money
    gross: Money
    discount_limit_percent: Percent
    discount_percent: Percent
    discount_value: Money = "0"
    approval_reasons: list[ApprovalReason]
    rules: Annotated[list[AppliedRule], Field(max_length=1000)] = Field(default_factory=list)
    valid_until: date
    provenance: Provenance

    @model_validator(mode="after")
    def _sums_agree(self) -> "PricingDecisionRecord":
        for line in self.lines:
            off = (HUNDRED - Decimal(line.discount_percent)) / HUNDRED
            self._same("unit_price", line.unit_price, Decimal(line.list_price) * off)
            self._same("total", line.total, Decimal(line.unit_price) * line.quantity)
        net = _sum(line.total for line in self.lines)
        self._same("net", self.net, net)
        self._same("vat", self.vat, Decimal(self.net) * Decimal(self.vat_percent) / HUNDRED)
        self._same("gross", self.gross, Decimal(self.net) + Decimal(self.vat))
        if any(line.below_cost for line in self.lines) != ("below_cost" in self.approval_reasons):
            raise PydanticCustomError("reasons_differ", "below cost is a reason, and only then")
        above = Decimal(self.discount_percent) > Decimal(self.discount_limit_percent)
        if above != ("above_discount_limit" in self.approval_reasons):
            raise PydanticCustomError("reasons_differ", "above the limit is a reason, only then")
        return self

    @property
    def needs_approval(self) -> bool:
        """Whether somebody must agree to this price."""
        return bool(self.approval_reasons)

    def digest(self) -> str:
        """The hash to which an approval of this price is bound."""
        return digest(self.model_dump(mode="json"))

    def _same(self, field: str, given: str, expected: Decimal) -> None:
        if Decimal(given) != rounded(expected, self.currency):
            raise PydanticCustomError(
                "sum_differs", "{field} is not the sum of its parts", {"field": field}
            )


class ProposalSection(Strict):
    """A section in both languages."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    heading_ar: Line
    heading_en: Line
    ar: Wording
    en: Wording


class ProposalDocument(Strict):
    """A file of the proposal, by its content."""

    language: Literal["ar", "en", "both"]
    document_id: Ident
    sha256: Sha256
    pages: Annotated[int, Field(ge=1, le=500)]


class ProposalPack(Strict):
    """One version of a proposal: its words, its price by hash, its files; it names nobody."""

    proposal_id: Ident
    deal_id: Ident
    version: Annotated[int, Field(ge=1)]
    supersedes: Ident | None
    recipient_person_id: Annotated[Ident | None, RESTRICTED]
    title_ar: Line
    title_en: Line
    sections: Annotated[list[ProposalSection], Field(min_length=1, max_length=40)]
    pricing_record_id: Ident
    pricing_hash: Sha256
    total: Money
    currency: Literal["SAR", "AED", "BHD", "KWD", "QAR", "OMR", "USD"]
    documents: Annotated[list[ProposalDocument], Field(min_length=1, max_length=4)]
    valid_until: date
    provenance: Provenance

    @model_validator(mode="after")
    def _whole(self) -> "ProposalPack":
        languages = {each.language for each in self.documents}
        if languages != {"both"} and not languages >= {"ar", "en"}:
            raise PydanticCustomError("language_missing", "a proposal is in both languages")
        return self


def _sum(amounts: Iterable[str]) -> Decimal:
    return sum(map(Decimal, amounts), Decimal(0))
