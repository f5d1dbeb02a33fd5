"""Reads one row of the authority table out of its form, and gives the form room for a seat more."""

from collections.abc import Mapping
from typing import Any

MOST_SLOTS = 20
RELATIONS = ("manager", "managers_manager")
NO = {"true": True, "false": False}


def blank_row() -> dict[str, Any]:
    """A row of which nothing is said yet."""
    return {
        "kind": "",
        "gate": "",
        "type": "*",
        "amount_from": None,
        "amount_to": None,
        "currency": None,
        "exclusivity": None,
        "slots": [],
    }


def slots_with_room(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The seats of a row, and an empty one that stays out when nobody is chosen for it."""
    empty: dict[str, Any] = {
        "name": "",
        "roles": [],
        "relation": None,
        "count": 1,
        "deputy_roles": [],
    }
    return [*row["slots"], empty]


def read_row(sent: Mapping[str, list[str]], before: Mapping[str, Any]) -> dict[str, Any]:
    """The row that a sent form means; kind and gate of an existing row stay."""
    kind, _, gate = _first(sent, "gate").partition("/")
    found = {
        **before,
        "kind": before["kind"] or kind,
        "gate": before["gate"] or gate,
        "type": _first(sent, "type") or "*",
        "amount_from": _first(sent, "amount_from") or None,
        "amount_to": _first(sent, "amount_to") or None,
        "currency": _first(sent, "currency") or None,
        "exclusivity": NO.get(_first(sent, "exclusivity")),
    }
    slots = [slot for number in range(MOST_SLOTS) if (slot := _slot(sent, number)) is not None]
    return {**found, "slots": _named(slots)}


def _slot(sent: Mapping[str, list[str]], number: int) -> dict[str, Any] | None:
    prefix = f"slots.{number}."
    roles = sent.get(f"{prefix}roles", [])
    relation = _first(sent, f"{prefix}relation")
    if not roles and relation not in RELATIONS:
        return None
    count = _first(sent, f"{prefix}count")
    return {
        "name": _first(sent, f"{prefix}name"),
        "roles": roles,
        "relation": relation if relation in RELATIONS else None,
        "count": int(count) if count.isdecimal() else count or 1,
        "deputy_roles": sent.get(f"{prefix}deputy_roles", []),
    }


def _named(slots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every seat gets a name that no other one of the row has."""
    taken = {slot["name"] for slot in slots}
    for slot in slots:
        if slot["name"]:
            continue
        base = slot["relation"] or slot["roles"][0]
        names = (base, *(f"{base}_{number}" for number in range(2, MOST_SLOTS + 2)))
        slot["name"] = next(name for name in names if name not in taken)
        taken.add(slot["name"])
    return slots


def _first(sent: Mapping[str, list[str]], name: str) -> str:
    return (sent.get(name) or [""])[0].strip()
