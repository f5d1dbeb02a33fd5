"""What we sell and for how much: the body of one version of a company's price book."""

import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from dealix.business.leads.schemas import Currency
from dealix.business.partners.schemas import Line, Strict
from dealix.business.proposals.schemas import PLACES
from dealix.records.canonical import digest

MOST_PRODUCTS = 500
MOST_TIERS = 20
DECIMAL = re.compile(r"\d{1,9}(\.\d{1,3})?")


def latin_digits(given: Any) -> Any:
    """Eastern Arabic and Persian digits as Latin ones, and an Arabic point as a point."""
    if not isinstance(given, str):
        return given
    plain = given.strip().replace("\u066b", ".")
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in plain
    )


def _whole(given: Any) -> Any:
    """A whole number, also where a form or a person wrote it as text."""
    plain = latin_digits(given)
    if isinstance(plain, bool) or (isinstance(plain, float) and not plain.is_integer()):
        raise PydanticCustomError("int_parsing", "a whole number")
    if isinstance(plain, str) and not re.fullmatch(r"-?\d{1,9}", plain):
        raise PydanticCustomError("int_parsing", "a whole number")
    return int(plain) if isinstance(plain, str) else plain


def _price(given: Any) -> Any:
    plain = latin_digits(given)
    if isinstance(plain, str) and re.fullmatch(r"-\d+(\.\d+)?", plain):
        raise PydanticCustomError("negative_amount", "a price is not negative")
    if not isinstance(plain, str) or not DECIMAL.fullmatch(plain):
        raise PydanticCustomError("decimal_parsing", "a decimal number")
    return plain


def _discount(given: Any) -> Any:
    plain = latin_digits(given)
    if isinstance(plain, str) and re.fullmatch(r"-\d+(\.\d+)?", plain):
        raise PydanticCustomError("negative_amount", "a discount is not negative")
    if not isinstance(plain, str) or not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", plain):
        raise PydanticCustomError("decimal_parsing", "a percentage with two places at most")
    if Decimal(plain) >= 100:
        raise PydanticCustomError("discount_whole", "nothing is given away for nothing")
    return plain


Sku = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,39}$")]
Whole = Annotated[int, BeforeValidator(_whole)]
Price = Annotated[str, BeforeValidator(_price)]
Discount = Annotated[
    str, BeforeValidator(_discount), Field(json_schema_extra={"format": "decimal"})
]


class Tier(Strict):
    """From this quantity on, this much is off the list price."""

    from_quantity: Annotated[Whole, Field(ge=2, le=1_000_000)]
    percent: Discount


class Product(Strict):
    """One product with its list price and what a unit costs us: no price goes below that."""

    sku: Sku
    name: Line
    name_ar: Line
    list_price: Price
    cost: Price
    tiers: Annotated[list[Tier], Field(max_length=MOST_TIERS)] = Field(default_factory=list)

    def tier(self, quantity: int) -> Tier | None:
        """The tier that a quantity reaches."""
        reached = [tier for tier in self.tiers if tier.from_quantity <= quantity]
        return max(reached, key=lambda tier: tier.from_quantity, default=None)


class PriceBookInput(Strict):
    """A version of the price book of one currency; a price is valid for `valid_days`."""

    currency: Currency
    valid_days: Annotated[Whole, Field(ge=1, le=365)] = 30
    products: Annotated[list[Product], Field(min_length=1, max_length=MOST_PRODUCTS)]

    @model_validator(mode="after")
    def _sound(self) -> "PriceBookInput":
        names = [product.sku for product in self.products]
        if len(set(names)) != len(names):
            raise PydanticCustomError("product_twice", "a product stands in the book once")
        places = PLACES.get(self.currency, 2)
        for product in self.products:
            for amount in (product.list_price, product.cost):
                if len(amount.partition(".")[2]) > places:
                    raise PydanticCustomError(
                        "decimal_max_places", "more places than the currency has"
                    )
        return self

    def product(self, sku: str) -> Product | None:
        """The product of this number."""
        return next((each for each in self.products if each.sku == sku), None)

    def digest(self) -> str:
        """The hash of what the version says."""
        return digest(self.model_dump(mode="json"))


EXAMPLE_SAR: dict[str, Any] = {
    "currency": "SAR",
    "valid_days": 30,
    "products": [
        {
            "sku": "PLATFORM-SEAT",
            "name": "Platform seat, a year",
            "name_ar": "مقعد في المنصة، سنة",
            "list_price": "1800.00",
            "cost": "900.00",
            "tiers": [
                {"from_quantity": 25, "percent": "5"},
                {"from_quantity": 100, "percent": "10"},
            ],
        },
        {
            "sku": "ONBOARDING-DAY",
            "name": "Onboarding, a day",
            "name_ar": "يوم تأهيل",
            "list_price": "4500.00",
            "cost": "2400.00",
        },
        {
            "sku": "SUPPORT-GOLD",
            "name": "Gold support, a year",
            "name_ar": "الدعم الذهبي، سنة",
            "list_price": "24000.00",
            "cost": "15000.00",
        },
    ],
}
"""The book with which the example company starts."""

EXAMPLE_AED: dict[str, Any] = {**EXAMPLE_SAR, "currency": "AED"}
