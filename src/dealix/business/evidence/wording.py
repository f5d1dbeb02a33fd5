"""Says the values of records in one language, for a page that is printed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from dealix.i18n import N_, translate
from dealix.i18n.formats import moment_of, show_date, show_moment, show_number
from dealix.i18n.words import PACKETS, WORDS
from dealix.printing import isolated, ltr
from dealix.printing.paper import Locale

NOTHING = "—"
IDENTIFIER = re.compile(r"(sha256:)?[0-9a-f]{32,}|[a-z]{2,12}_[0-9a-z]{8,}(:.*)?")
ORDER = {name: place for place, name in enumerate(PACKETS)}
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*")


@dataclass(frozen=True)
class Wordings:
    """One language on one company's clocks; `people` are those who may be named."""

    locale: Locale
    zone: ZoneInfo
    people: Mapping[str, str] = field(default_factory=dict)

    def say(self, msgid: str, **params: object) -> str:
        """A text of ours."""
        return translate(self.locale, msgid, **params)

    def word(self, key: object) -> str:
        """A key of the data as people say it."""
        known = WORDS.get(str(key))
        return self.say(known) if known else isolated(str(key).replace("_", " "))

    def who(self, user_id: object) -> str:
        """A person: by name where it may be shown, else by identifier."""
        if user_id == "system":
            return self.word("system")
        name = self.people.get(str(user_id))
        return isolated(name) if name else self.ident(user_id)

    def ident(self, value: object) -> str:
        """An identifier or hash."""
        return ltr(value) if value else NOTHING

    def when(self, value: object) -> str:
        """A moment on the company's clocks."""
        if not isinstance(value, str | datetime) or not value:
            return NOTHING
        return show_moment(self.locale, value, self.zone)

    def day(self, value: object) -> str:
        """A day of the calendar."""
        if not isinstance(value, str) or not value:
            return NOTHING
        return show_date(self.locale, f"{value}T00:00:00+00:00", ZoneInfo("UTC"))

    def value(self, value: Any) -> str:
        """Any value of a record."""
        if value is None or (not value and isinstance(value, str | list | dict)):
            return NOTHING
        if isinstance(value, bool):
            return self.say(N_("Yes") if value else N_("No"))
        if isinstance(value, Mapping):
            return self._group(value)
        if isinstance(value, list | tuple):
            return "\n".join(self.value(part) for part in value)
        return self._scalar(value)

    def rows(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Names and values; the database keeps no order, so the words give one."""
        names = sorted(values, key=lambda name: ORDER.get(name, len(ORDER)))
        return [(self.word(name), self.value(values[name])) for name in names]

    def _group(self, value: Mapping[str, Any]) -> str:
        if {"name", "points", "weight"} <= value.keys():
            return self.say(
                N_("{name}: {points} of {weight} ({because})"),
                name=self.word(value["name"]),
                points=value["points"],
                weight=value["weight"],
                because=self._scalar(value.get("because") or NOTHING),
            )
        return "\n".join(f"{name}: {part}" for name, part in self.rows(value))

    def _scalar(self, value: Any) -> str:
        text = str(value)
        if text in WORDS:
            return self.word(text)
        if MOMENT.fullmatch(text) and is_moment(text):
            return self.when(text)
        if isinstance(value, int | float) or _is_amount(text):
            return ltr(show_number(self.locale, value))
        return self.ident(text) if IDENTIFIER.fullmatch(text) else isolated(text)


def is_moment(value: object) -> bool:
    """Whether a value is a point in time."""
    try:
        return isinstance(value, str) and "T" in value and moment_of(value) is not None
    except ValueError:
        return False


def _is_amount(text: str) -> bool:
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return "." in text
