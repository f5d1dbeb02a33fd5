"""HubSpot's search: an index that lags behind the objects, and the operators used here."""

import time
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from dealix.sandbox.rows import CrmObject
from dealix.sandbox.world import World

LAG_SECONDS = 1.0
OPERATORS = frozenset(
    ["EQ", "NEQ", "LT", "LTE", "GT", "GTE", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"]
)


class SearchIndex:
    """What the search sees: each object as it was when it had last been quiet for a moment."""

    def __init__(self, lag: float = LAG_SECONDS) -> None:
        self._lag = lag
        self._seen: dict[tuple[str, str], CrmObject] = {}
        self._changed: dict[tuple[str, str], float] = {}

    def changed(self, row: CrmObject, before: CrmObject | None) -> None:
        """An object was written: until the index has caught up, the search sees what was before."""
        key = (row.type, row.id)
        waiting = time.monotonic() - self._changed.get(key, float("-inf")) < self._lag
        if before is not None and not waiting:
            self._seen[key] = before
        self._changed[key] = time.monotonic()

    def objects(self, world: World, object_type: str) -> list[CrmObject]:
        """The objects of a type as the index has them, by id."""
        edge = time.monotonic() - self._lag
        found = []
        for key, row in world.crm.items():
            if key[0] != object_type:
                continue
            if self._changed.get(key, float("-inf")) <= edge:
                found.append(row)
            elif key in self._seen:
                found.append(self._seen[key])
        return found


def problem(data: dict[str, Any]) -> str | None:  # noqa: PLR0911 (one line for each rule)
    """What is wrong with a search, or None."""
    groups = data.get("filterGroups", [])
    if not isinstance(groups, list) or len(groups) > 6:
        return "filterGroups is a list of at most 6"
    limit = data.get("limit", 10)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= 200:
        return "limit is a number from 1 to 200"
    if not str(data.get("after", "0")).isdigit():
        return "after is a paging cursor"
    for group in groups:
        filters = group.get("filters") if isinstance(group, dict) else None
        if not isinstance(filters, list):
            return "a filter group has filters"
        for each in filters:
            if not isinstance(each, dict) or not isinstance(each.get("propertyName"), str):
                return "a filter has a propertyName"
            if each.get("operator") not in OPERATORS:
                return f"operator is one of {', '.join(sorted(OPERATORS))}"
    return None


def matches(row: CrmObject, data: dict[str, Any]) -> bool:
    """Whether an object is found: all filters of any one group hold, and the query's words do."""
    groups = data.get("filterGroups", [])
    text = str(data.get("query", "")).casefold()
    if text and not any(text in value.casefold() for value in row.properties.values()):
        return False
    return not groups or any(
        all(_holds(row, each) for each in group["filters"]) for group in groups
    )


def _holds(row: CrmObject, wanted: dict[str, Any]) -> bool:  # noqa: PLR0911 (one per operator)
    have = row.properties.get(wanted["propertyName"], "")
    value = str(wanted.get("value", ""))
    match wanted["operator"]:
        case "EQ":
            return have.casefold() == value.casefold()
        case "NEQ":
            return have.casefold() != value.casefold()
        case "IN":
            return have.casefold() in {str(each).casefold() for each in wanted.get("values", [])}
        case "NOT_IN":
            return have.casefold() not in {
                str(each).casefold() for each in wanted.get("values", [])
            }
        case "HAS_PROPERTY":
            return have != ""
        case "NOT_HAS_PROPERTY":
            return have == ""
        case operator:
            return have != "" and _ordered(have, value, operator)


def _ordered(have: str, value: str, operator: str) -> bool:
    left: Any = have
    right: Any = value
    with suppress(InvalidOperation):  # Dates and texts are compared as they are written.
        left, right = Decimal(have), Decimal(value)
    return bool(
        {"LT": left < right, "LTE": left <= right, "GT": left > right, "GTE": left >= right}[
            operator
        ]
    )
