"""In what two packets differ, value by value, as deciders and programs are told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

COMPARED = ("asks", "subject", "context", "risks", "reversibility", "effects", "draft", "revealed")


@dataclass(frozen=True)
class Change:
    """One value that differs; None where the value was or is absent."""

    name: str
    before: str | None
    after: str | None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every value in which two packets differ, by its name; nothing when nothing was seen."""
    if not before:
        return []
    old, new = (dict(_leaves(_compared(packet))) for packet in (before, after))
    return [
        _change(name.rpartition(".")[2], old.get(name), new.get(name))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]


def _change(name: str, before: str | None, after: str | None) -> Change:
    """A change; of a text of several lines only those lines that differ."""
    if before is None or after is None or "\n" not in before + after:
        return Change(name, before, after)
    lines = list(unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    gone = [line[1:] for line in lines if line.startswith("-")]
    come = [line[1:] for line in lines if line.startswith("+")]
    return Change(name, "\n".join(gone) or None, "\n".join(come) or None)


def _compared(packet: Mapping[str, Any]) -> dict[str, Any]:
    """What is compared; the history of the terms is no value of its own, its values are."""
    parts = {part: packet.get(part) for part in COMPARED}
    context = parts["context"]
    if isinstance(context, Mapping):
        parts["context"] = {name: one for name, one in context.items() if name != "rounds"}
    return parts


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(part, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _leaves(part, f"{name}.{index + 1}")
    elif value is not None:
        yield name, str(value)
