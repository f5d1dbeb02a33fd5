"""Every price adds up, rounds halves up in its own coin, and never goes below cost."""

import random
from decimal import Decimal

import pytest

from dealix import clock
from dealix.business.proposals.asking import ProposalInput
from dealix.business.proposals.price_book import EXAMPLE_SAR, PriceBookInput
from dealix.business.proposals.pricing import Terms, price
from dealix.errors import InvalidInput
from dealix.validation import validated

BOOK = PriceBookInput.model_validate(EXAMPLE_SAR)


def wanted(*lines):
    return ProposalInput.model_validate({"deal_id": "deal_1", "lines": list(lines)}).lines


def terms(**more):
    given = {"seller": "SA", "buyer": "SA", "limit": "15", "value_limit": "100000"}
    about = {"record_id": "price_1", "deal_id": "deal_1", "version": 3, "at": clock.real_now()}
    return Terms(**(about | given | more))


def line(sku="PLATFORM-SEAT", quantity=1, discount="0"):
    return {"sku": sku, "quantity": quantity, "discount_percent": discount}


def dinar(**more):
    product = {"sku": "SEAT", "name": "Seat", "name_ar": "مقعد", "list_price": "0.333"}
    product |= {"cost": "0.1"} | more
    return PriceBookInput.model_validate({"currency": "KWD", "products": [product]})


def test_a_price_in_riyals_holds_every_line_and_every_rule():
    found = price(BOOK, wanted(line(quantity=30, discount="10"), line("SUPPORT-GOLD")), terms())
    seats, support = found.lines
    assert (seats.discounts, seats.discount_percent) == ({"volume": "5", "granted": "10"}, "14.5")
    assert (seats.unit_price, seats.total, support.total) == ("1539.00", "46170.00", "24000.00")
    assert (found.net, found.vat, found.gross) == ("70170.00", "10525.50", "80695.50")
    assert (found.discount_percent, found.discount_value) == ("10", "5130.00")
    assert not found.needs_approval
    assert [rule.rule for rule in found.rules] == [
        *("list_price", "volume_tier", "granted_discount", "cost_floor"),
        *("list_price", "cost_floor"),
        *("vat_domestic", "rounding", "discount_limit"),
    ]
    assert found.price_book_version == 3


@pytest.mark.parametrize(("quantity", "tier"), [(24, None), (25, "5"), (99, "5"), (100, "10")])
def test_a_tier_begins_with_its_own_quantity(quantity, tier):
    [seats] = price(BOOK, wanted(line(quantity=quantity)), terms()).lines
    assert seats.discounts.get("volume") == tier


def test_what_the_book_gives_by_quantity_asks_nobody():
    found = price(BOOK, wanted(line(quantity=100, discount="15")), terms(value_limit=None))
    assert (found.lines[0].discount_percent, found.needs_approval) == ("23.5", False)


@pytest.mark.parametrize(
    ("discount", "value_limit", "reasons"),
    [
        ("14.99", "270", []),
        ("15", "270", []),
        ("15", "269.99", ["above_discount_value"]),
        ("15.01", "1000", ["above_discount_limit"]),
        ("20", "1", ["above_discount_limit", "above_discount_value"]),
    ],
)
def test_above_a_limit_somebody_is_asked(discount, value_limit, reasons):
    found = price(BOOK, wanted(line(discount=discount)), terms(value_limit=value_limit))
    assert found.approval_reasons == reasons


def test_one_large_discount_does_not_hide_behind_other_lines():
    found = price(BOOK, wanted(line(discount="40"), line("SUPPORT-GOLD", quantity=50)), terms())
    assert (found.discount_percent, found.needs_approval) == ("40", True)


@pytest.mark.parametrize(
    ("seller", "buyer", "rate", "rule"),
    [
        ("AE", "AE", "5", "vat_domestic"),
        ("AE", "SA", "0", "vat_export"),
        ("BH", "BH", "10", "vat_domestic"),
        ("KW", "KW", "0", "vat_domestic"),
        ("SA", "AE", "0", "vat_export"),
        ("SA", "SA", "15", "vat_domestic"),
    ],
)
def test_vat_follows_both_countries(seller, buyer, rate, rule):
    found = price(BOOK, wanted(line()), terms(seller=seller, buyer=buyer))
    assert found.vat_percent == rate
    assert rule in [each.rule for each in found.rules]


def test_dinars_have_three_places_and_halves_go_up():
    book = dinar(list_price="0.001", cost="0")
    found = price(book, wanted(line("SEAT", discount="50")), terms(limit="60", buyer="KW"))
    assert found.lines[0].unit_price == "0.001"  # half of a fils is a fils
    [seat] = price(dinar(), wanted(line("SEAT", quantity=3, discount="10")), terms()).lines
    assert (seat.unit_price, seat.total) == ("0.300", "0.900")


def test_digits_in_any_script_are_numbers():
    [one] = wanted(line(quantity="٣٠", discount="١٢٫٥"))
    assert (one.quantity, one.discount_percent) == (30, "12.5")


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("price_below_cost", [line(discount="50.01")]),
        ("price_too_large", [line(quantity=1_000_000)] * 50),
        ("unknown_product", [line("MOON")]),
    ],
)
def test_a_price_that_cannot_be_is_refused_with_its_product(code, lines):
    dear = [{"sku": "PLATFORM-SEAT", "name": "Seat", "name_ar": "مقعد"}]
    dear[0] |= {"list_price": "999999999.00", "cost": "1"}
    book = (
        BOOK
        if code != "price_too_large"
        else BOOK.model_validate({"currency": "SAR", "products": dear})
    )
    with pytest.raises(InvalidInput) as refused:
        price(book, wanted(*lines), terms(limit="99"))
    assert refused.value.code == code


def test_at_cost_is_not_below_it():
    found = price(BOOK, wanted(line(discount="50")), terms(limit="99"))
    assert found.lines[0].unit_price == found.lines[0].cost == "900.00"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("decimal_parsing", {"discount_percent": "1e1"}),
        ("decimal_parsing", {"discount_percent": "NaN"}),
        ("discount_whole", {"discount_percent": "100"}),
        ("discount_whole", {"discount_percent": "١٠٠"}),
        ("greater_than_equal", {"quantity": -1}),
        ("greater_than_equal", {"quantity": 0}),
        ("int_parsing", {"quantity": "1.5"}),
        ("int_parsing", {"quantity": 1.5}),
        ("int_parsing", {"quantity": True}),
        ("less_than_equal", {"quantity": 1_000_001}),
        ("negative_amount", {"discount_percent": "-5"}),
        ("string_pattern_mismatch", {"sku": "SEAT\u202eTAES"}),
        ("string_pattern_mismatch", {"sku": "SEAT\x00"}),
    ],
)
def test_a_line_that_is_none_is_refused_at_its_field(kind, more):
    given = {"deal_id": "deal_1", "lines": [line() | more]}
    with pytest.raises(InvalidInput) as refused:
        validated(ProposalInput, given)
    [error] = refused.value.params["errors"]
    assert (error["field"].startswith("lines.0."), error["type"]) == (True, kind)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("decimal_max_places", {"list_price": "1.001"}),
        ("decimal_parsing", {"cost": "1,000"}),
        ("forbidden_character", {"name": "Seat\u202e"}),
        ("negative_amount", {"cost": "-1"}),
        ("product_twice", None),
    ],
)
def test_a_book_that_is_none_is_refused(kind, more):
    product = {**EXAMPLE_SAR["products"][0], **(more or {})}
    given = {"currency": "SAR", "products": [product] * (1 if more else 2)}
    with pytest.raises(InvalidInput) as refused:
        validated(PriceBookInput, given)
    assert kind in [error["type"] for error in refused.value.params["errors"]]


def test_any_price_adds_up():
    """Two thousand random wishes: sums agree (the record checks them), no unit below its cost."""
    chance = random.Random(5)
    for _ in range(2000):
        skus = [product.sku for product in BOOK.products]
        lines = [
            line(chance.choice(skus), chance.randint(1, 500), f"{chance.randint(0, 3700) / 100}")
            for _ in range(chance.randint(1, 6))
        ]
        found = price(BOOK, wanted(*lines), terms())
        assert sum(Decimal(one.total) for one in found.lines) == Decimal(found.net)
        assert not any(one.below_cost for one in found.lines)
        assert found.digest() == type(found).model_validate(found.model_dump()).digest()
