"""What templates say in a visitor's language: texts, words, dates, numbers, identifiers.

Everything that comes from data is escaped and set apart in `<bdi>`, so that an English name or an
id inside an Arabic sentence keeps its own direction.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from dealix.i18n import N_, name_of, translate
from dealix.i18n.catalogue import translations
from dealix.i18n.formats import (
    moment_of,
    show_date,
    show_duration,
    show_hijri,
    show_moment,
    show_month,
    show_number,
    show_working,
)
from dealix.i18n.words import WORDS

TONES = {
    "good": {
        "completed",
        "allowed",
        "given",
        "done",
        "approved",
        "activated",
        "resolved",
        "approve",
        "accept",
        "heard",
        "short",
        "ok",
        "signature_completed",
        "pass",
        "ready",
        "proposed",
    },
    "warn": {
        "stale_ar",
        "stale_en",
        "draft",
        "waiting",
        "paused",
        "compensating",
        "compensated",
        "started",
        "later",
        "pending",
        "high",
        "partially",
        "undone",
        "waived",
        "changes_requested",
        "request_changes",
        "open",
        "final",
        "expired",
        "signature_sending",
        "signature_sent",
        "signature_delivered",
        "signature_withdrawn",
        "counter",
        "new",
        "manual",
        "awaiting_price_approval",
        "going_on",
        "price_superseded",
    },
    "bad": {
        "failed",
        "fail",
        "refused",
        "opted_out",
        "attention",
        "in_doubt",
        "undo_failed",
        "rejected",
        "reject",
        "critical",
        "irreversible",
        "ended_behind",
        "cancelled_behind",
        "still_in_force",
        "stuck",
        "late_answer",
        "update_failed",
        "declined",
        "signature_declined",
        "signature_voided",
        "decline",
        "blocked",
        "price_rejected",
        "price_expired",
        "price_cancelled",
    },
}


@dataclass(frozen=True)
class Speech:
    """One language on one company's clocks."""

    locale: str
    zone: ZoneInfo

    @property
    def direction(self) -> str:
        """Which way the page runs."""
        return "rtl" if self.locale == "ar" else "ltr"

    def say(self, msgid: str, **params: Any) -> Markup:
        """A text as HTML; its values are escaped and isolated. Templates call it `_`."""
        return self._filled(translations(self.locale).gettext(msgid), params)

    def count(self, singular: str, plural: str, count: int, **params: Any) -> Markup:
        """A text about `count` things. Templates call it `_n`."""
        text = translations(self.locale).ngettext(singular, plural, count)
        return self._filled(text, {"count": count, **params})

    def plain(self, msgid: str, **params: Any) -> str:
        """A text for an attribute, where no markup can be."""
        return translate(self.locale, msgid, **params)

    def word(self, key: Any) -> Markup:
        """A key of the data as people say it; an unknown one as it is, readable."""
        known = WORDS.get(key) if isinstance(key, str) else None
        if known:
            return escape(translate(self.locale, known))
        return self.apart(str(key).replace("_", " ")) if key not in (None, "") else Markup("—")

    def name(self, thing: Any) -> Markup:
        """The name of something with two languages, isolated."""
        return self.apart(name_of(thing, self.locale))

    def apart(self, text: Any) -> Markup:
        """A value that keeps its own direction."""
        shown = str(text)
        if any(letter.isalpha() for letter in shown):
            return Markup("<bdi>{}</bdi>").format(shown)
        # Without a letter the browser would take the page's direction and turn "≥ 5" around.
        return Markup('<bdi dir="ltr">{}</bdi>').format(shown)

    def ident(self, text: Any) -> Markup:
        """An identifier or a hash."""
        return Markup('<bdi class="mono">{}</bdi>').format(text or "—")

    def when(self, value: datetime | str | None) -> Markup:
        """A moment."""
        return self._time(value, show_moment)

    def day(self, value: datetime | str | None) -> Markup:
        """A date."""
        return self._time(value, show_date)

    def month(self, day: date) -> Markup:
        """The month of a day with its year."""
        return self.apart(show_month(self.locale, day))

    def hijri(self, day: date) -> Markup:
        """The Hijri date of a day; a dash where nobody knows it here."""
        text = show_hijri(self.locale, day)
        return Markup('<bdi class="numeric">{}</bdi>').format(text) if text else Markup("—")

    def left(self, value: datetime | str | None, now: datetime) -> Markup:
        """How far a moment lies from `now`, ahead or behind."""
        moment = moment_of(value)
        if moment is None:
            return Markup("—")
        length = show_duration(self.locale, abs(moment - now))
        if moment >= now:
            return self.say(N_("{length} left"), length=length)
        return self.say(N_("{length} overdue"), length=length)

    def working(self, length: timedelta) -> Markup:
        """A length of working time."""
        return self.apart(show_working(self.locale, abs(length)))

    def number(self, value: Any) -> Markup:
        """A number with grouped digits."""
        return Markup('<bdi class="numeric" dir="ltr">{}</bdi>').format(
            show_number(self.locale, value)
        )

    def tone(self, status: Any) -> str:
        """Which colour a state wears; the word beside it says the same."""
        return next((tone for tone, states in TONES.items() if status in states), "")

    def _time(self, value: datetime | str | None, show: Any) -> Markup:
        moment = moment_of(value)
        if moment is None:
            return Markup("—")
        text = show(self.locale, moment, self.zone)
        return Markup('<time datetime="{}"><bdi class="numeric">{}</bdi></time>').format(
            moment.isoformat(), text
        )

    def _filled(self, text: str, params: dict[str, Any]) -> Markup:
        shown = {
            name: value if isinstance(value, Markup | int) else self.apart(value)
            for name, value in params.items()
        }
        return escape(text).format(**shown)
