"""Rules that hold between the fields of a decision: sums, order, each once; all refuse alike."""

from collections import Counter
from collections.abc import Hashable, Iterable
from datetime import date
from decimal import Decimal
from typing import LiteralString

from pydantic_core import PydanticCustomError

HUNDRED = Decimal(100)


def must(holds: bool, code: LiteralString, sentence: LiteralString) -> None:  # noqa: FBT001
    """Refuse under a stable code where something does not hold.

    Raises:
        PydanticCustomError: with the code and the sentence.
    """
    if not holds:
        raise PydanticCustomError(code, sentence)


def once(field: str, values: Iterable[Hashable]) -> None:
    """Refuse (`named_twice`) where a value stands twice."""
    if any(times > 1 for times in Counter(values).values()):
        raise PydanticCustomError("named_twice", "{field} names something twice", {"field": field})


def complete(field: str, values: Iterable[Hashable], expected: Iterable[Hashable]) -> None:
    """Refuse (`not_complete`) where values are not exactly those expected, each once."""
    if Counter(values) != Counter(iter(expected)):
        raise PydanticCustomError(
            "not_complete", "{field} needs every one that it must name, once", {"field": field}
        )


def ordered(field: str, *days: date) -> None:
    """Refuse (`dates_differ`) where a day lies before the one that stands before it."""
    if list(days) != sorted(days):
        raise PydanticCustomError("dates_differ", "{field} are not in order", {"field": field})


def amounts_ordered(field: str, *amounts: str) -> None:
    """Refuse (`not_in_order`) where an amount is less than the one that stands before it."""
    if list(map(Decimal, amounts)) != sorted(map(Decimal, amounts)):
        raise PydanticCustomError("not_in_order", "{field} are not in order", {"field": field})


def same(field: str, given: str, expected: Decimal) -> None:
    """Refuse (`sum_differs`) where an amount is not what its parts give."""
    if Decimal(given) != expected:
        raise PydanticCustomError(
            "sum_differs", "{field} is not the sum of its parts", {"field": field}
        )


def whole(field: str, percents: Iterable[str]) -> None:
    """Refuse (`sum_differs`) where percentages are not 100 in all."""
    same(field, "100", total(percents))


def total(amounts: Iterable[str]) -> Decimal:
    """The sum of decimal strings; 0 of none."""
    return sum(map(Decimal, amounts), Decimal(0))
