"""A packet as people read it: its values said in their language, and what two packets differ in."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from markupsafe import Markup

from dealix.console.speech import Speech
from dealix.i18n import N_
from dealix.i18n.words import PACKETS, WORDS

DECIDED = {
    "approve": "approved",
    "reject": "rejected",
    "request_changes": "changes_requested",
}
"""What a decision made of its request, as a badge says it."""

IDENTIFIER = re.compile(r"[a-z]{3,9}_[0-9a-z]{20,}")
COMPARED = re.compile(r"([<>≤≥=]) ?(\d+(?:\.\d+)?)")
ORDER = {name: place for place, name in enumerate(PACKETS)}


def said(speech: Speech, values: Mapping[str, Any]) -> list[tuple[str, Markup]]:
    """Names and values of one part of a packet; the database keeps no order, so words give one."""
    names = sorted(values, key=lambda name: ORDER.get(name, len(ORDER)))
    return [(name, value_said(speech, values[name])) for name in names]


def value_said(speech: Speech, value: Any) -> Markup:
    """One value: words said, dates and numbers formatted, lists and groups one below the other."""
    if value is None or value == "":
        return Markup("—")
    if isinstance(value, bool):
        return speech.say(YES if value else NO)
    if isinstance(value, Mapping) and {"name", "points", "weight"} <= value.keys():
        return _signal(speech, value)
    if isinstance(value, Mapping):
        lines = [
            Markup("<li>{}: {}</li>").format(speech.word(name), value_said(speech, part))
            for name, part in value.items()
        ]
        return Markup("<ul>{}</ul>").format(Markup("").join(lines))
    if isinstance(value, list | tuple):
        parts = [value_said(speech, part) for part in value]
        return Markup("<ul>{}</ul>").format(
            Markup("").join(Markup("<li>{}</li>").format(part) for part in parts)
        )
    return _scalar(speech, value)


YES = N_("Yes")
NO = N_("No")


def _signal(speech: Speech, value: Mapping[str, Any]) -> Markup:
    """One signal of a score: what it gave out of what it could give, and why."""
    return speech.say(
        N_("{name}: {points} of {weight} ({because})"),
        name=speech.word(value["name"]),
        points=speech.number(value["points"]),
        weight=speech.number(value["weight"]),
        because=_because(speech, value.get("because", "—")),
    )


def _because(speech: Speech, value: Any) -> Markup:
    """A reason; a comparison such as `≥ 1000000` is read from left to right in every language."""
    compared = COMPARED.fullmatch(str(value))
    if compared is None:
        return _scalar(speech, value)
    sign, number = compared.groups()
    return Markup('<bdi dir="ltr">{} {}</bdi>').format(sign, speech.number(number))


def _scalar(speech: Speech, value: Any) -> Markup:
    text = str(value)
    if text in WORDS:
        return speech.word(text)
    if text.startswith("sha256:") or IDENTIFIER.fullmatch(text):
        return speech.ident(text)
    if _is_moment(text):
        return speech.when(text) if "T" in text else speech.day(text)
    if _is_amount(value):
        return speech.number(value)
    return speech.apart(text)


def _is_amount(value: Any) -> bool:
    """A number, or a decimal as text; a registration number of digits alone is neither."""
    if isinstance(value, int | float):
        return True
    try:
        Decimal(str(value))
    except InvalidOperation:
        return False
    return "." in str(value)


def _is_moment(text: str) -> bool:
    if len(text) < 10 or text[4:5] != "-":
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
