"""Prices by rules: book, tier, granted discount, floor at cost, rounding, VAT; every rule named.

Pure functions over what they are given: the same book and the same wish give the same record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from dealix.business.proposals.asking import ProposalLine
from dealix.business.proposals.price_book import PriceBookInput, Product
from dealix.business.proposals.schemas import (
    HUNDRED,
    AppliedRule,
    ApprovalReason,
    PriceLine,
    PricingDecisionRecord,
    rounded,
)
from dealix.errors import InvalidInput
from dealix.lanes.provenance import Provenance
from dealix.records.canonical import digest

RULES_VERSION = "cpq-rules-1"
VAT_VERSION = "gcc-vat-2026-01"
VAT = {"SA": "15", "AE": "5", "BH": "10", "OM": "5", "KW": "0", "QA": "0"}
"""Standard rates of value added tax by the seller's country; Kuwait and Qatar have none yet.

A customer in another country is an export of services and is invoiced at zero: counsel confirms
the place of supply.
"""
MOST = Decimal(10) ** 12


@dataclass(frozen=True)
class Terms:
    """What a price is made under. `limit` is the percentage up to which nobody is asked.

    `value_limit` is the money that discounts may take off without more, None where it is not
    limited.
    """

    record_id: str
    deal_id: str
    version: int
    seller: str
    buyer: str
    limit: str
    value_limit: str | None
    at: datetime


def price(
    book: PriceBookInput, wanted: Sequence[ProposalLine], terms: Terms
) -> PricingDecisionRecord:
    """The record of a price. `terms.version` is the version of the book.

    Raises:
        InvalidInput: `unknown_product`, `price_below_cost` (both name the product and its field),
            `price_too_large`.
    """
    lines, rules = _priced(book, wanted)
    net = sum((Decimal(line.total) for line in lines), Decimal(0))
    vat_percent, vat_rule = vat_of(terms.seller, terms.buyer)
    vat = rounded(net * Decimal(vat_percent) / HUNDRED, book.currency)
    if net + vat >= MOST:
        raise InvalidInput("price_too_large")
    granted = max((Decimal(one.discount_percent) for one in wanted), default=Decimal(0))
    value = _given_away(book, wanted, lines)
    reasons = _reasons(granted, value, terms)
    whole = [
        AppliedRule(rule=vat_rule, value=f"{terms.seller}>{terms.buyer}: {vat_percent} %"),
        AppliedRule(rule="rounding", value="half up"),
        AppliedRule(rule="discount_limit", value=f"{terms.limit} %"),
    ]
    return PricingDecisionRecord.model_validate(
        {
            "record_id": terms.record_id,
            "deal_id": terms.deal_id,
            "price_book": f"book_{book.currency}",
            "price_book_version": terms.version,
            "currency": book.currency,
            "lines": lines,
            "net": f"{net}",
            "vat_percent": vat_percent,
            "vat": f"{vat}",
            "gross": f"{net + vat}",
            "discount_limit_percent": terms.limit,
            "discount_percent": percent(granted),
            "discount_value": f"{value}",
            "approval_reasons": reasons,
            "rules": [*rules, *whole],
            "valid_until": (terms.at + timedelta(days=book.valid_days)).date(),
            "provenance": _provenance(book, wanted, terms),
        }
    )


def _priced(
    book: PriceBookInput, wanted: Sequence[ProposalLine]
) -> tuple[list[PriceLine], list[AppliedRule]]:
    """Every line, and the rules that made them."""
    lines, rules = list[PriceLine](), list[AppliedRule]()
    for number, one in enumerate(wanted):
        product = book.product(one.sku)
        if product is None:
            raise _at(number, "sku", "unknown_product", product=one.sku)
        line = _line(product, one, book.currency)
        if line.below_cost:
            raise _at(number, "discount_percent", "price_below_cost", product=one.sku)
        lines.append(line)
        rules += _rules_of(product, one)
    return lines, rules


def vat_of(seller: str, buyer: str) -> tuple[str, Literal["vat_domestic", "vat_export"]]:
    """The rate that the customer pays, and the rule that says so."""
    if seller == buyer:
        return VAT.get(seller, "0"), "vat_domestic"
    return "0", "vat_export"


def percent(value: Decimal) -> str:
    """A percentage with two places at most, halves up."""
    text = f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _line(product: Product, wanted: ProposalLine, currency: str) -> PriceLine:
    tier = product.tier(wanted.quantity)
    steps: dict[str, Decimal] = {
        "volume": Decimal(tier.percent) if tier else Decimal(0),
        "granted": Decimal(wanted.discount_percent),
    }
    left = HUNDRED
    for step in steps.values():
        left = left * (HUNDRED - step) / HUNDRED
    off = Decimal(percent(HUNDRED - left))
    listed = rounded(Decimal(product.list_price), currency)
    unit = rounded(listed * (HUNDRED - off) / HUNDRED, currency)
    total = unit * wanted.quantity
    if total >= MOST:
        raise InvalidInput("price_too_large")
    return PriceLine.model_validate(
        {
            "sku": product.sku,
            "name": product.name,
            "name_ar": product.name_ar,
            "quantity": wanted.quantity,
            "list_price": f"{listed}",
            "cost": f"{rounded(Decimal(product.cost), currency)}",
            "discounts": {name: percent(step) for name, step in steps.items() if step},
            "discount_percent": percent(off),
            "unit_price": f"{unit}",
            "total": f"{total}",
        }
    )


def _rules_of(product: Product, wanted: ProposalLine) -> list[AppliedRule]:
    """The rules that were applied to a line, in their order."""
    tier = product.tier(wanted.quantity)
    found = [AppliedRule(rule="list_price", sku=product.sku, value=product.list_price)]
    if tier is not None:
        value = f"{tier.from_quantity}+: {tier.percent} %"
        found.append(AppliedRule(rule="volume_tier", sku=product.sku, value=value))
    if Decimal(wanted.discount_percent):
        value = f"{percent(Decimal(wanted.discount_percent))} %"
        found.append(AppliedRule(rule="granted_discount", sku=product.sku, value=value))
    return [*found, AppliedRule(rule="cost_floor", sku=product.sku, value=product.cost)]


def _given_away(
    book: PriceBookInput, wanted: Sequence[ProposalLine], lines: Sequence[PriceLine]
) -> Decimal:
    """What granted discounts take off, next to the price of the book's own tiers."""
    value = Decimal(0)
    for one, line in zip(wanted, lines, strict=True):
        if Decimal(one.discount_percent):
            tier = Decimal(line.discounts.get("volume", "0"))
            by_book = Decimal(line.list_price) * (HUNDRED - tier) / HUNDRED
            value += (rounded(by_book, book.currency) - Decimal(line.unit_price)) * line.quantity
    return value


def _reasons(granted: Decimal, value: Decimal, terms: Terms) -> list[ApprovalReason]:
    found: list[ApprovalReason] = []
    if granted > Decimal(terms.limit):
        found.append("above_discount_limit")
    if terms.value_limit is not None and value > Decimal(terms.value_limit):
        found.append("above_discount_value")
    return found


def _provenance(book: PriceBookInput, wanted: Sequence[ProposalLine], terms: Terms) -> Provenance:
    inputs: dict[str, Any] = {
        "book": book.digest(),
        "lines": [one.model_dump(mode="json") for one in wanted],
        "seller": terms.seller,
        "buyer": terms.buyer,
        "limit": terms.limit,
        "value_limit": terms.value_limit,
    }
    return Provenance(
        generated_at=terms.at,
        method="rules",
        rules_version=f"{RULES_VERSION}, {VAT_VERSION}",
        inputs_hash=digest(inputs),
        sources=["deal", f"price book {book.currency} version {terms.version}", "authority table"],
        executor="rules",
    )


def _at(number: int, field: str, code: str, **params: object) -> InvalidInput:
    error = {"field": f"lines.{number}.{field}", "type": code}
    return InvalidInput(code, errors=[error], **params)
