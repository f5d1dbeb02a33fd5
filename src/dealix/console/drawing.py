"""Draws the course of a run and whose time it took: shapes by numbers, mirrored where Arabic reads.

A shape is an SVG rectangle on a track that is stretched to the page; what it shows stands beside it
in words, so a picture is never the only way to know.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from dealix.business.partners.course import ORDER, Picture, Span
from dealix.console.speech import Speech
from dealix.i18n import N_

WIDE = 1000
LEAST = 8
"""How wide a track is, and how wide a wait is drawn at least, so that a short one is seen."""
MARK = 4
STAGES = {
    "manager": N_("Manager approval"),
    "review": N_("Terms and legal review"),
    "negotiation": N_("Negotiation"),
    "executive": N_("Executive approval"),
    "closing": N_("Signature, activation, or taking back"),
    "ended": N_("Ended"),
}
WHOSE = {
    "approvers": N_("Deciders"),
    "requester": N_("Who asked"),
    "partner": N_("The partner"),
    "signatory": N_("Our signatory"),
}
DUE = N_("to be decided by {moment}")
OVER = N_("overdue since {moment}")
GOOD = frozenset({"activated"})


@dataclass(frozen=True)
class Shape:
    """A rectangle on a track: from where, how wide, and what it is."""

    x: int
    width: int
    kind: str


@dataclass(frozen=True)
class Bar:
    """What a run waited for: a name, whose time it took, its SLA in words, and the shapes."""

    name: str
    lasts: bool
    lengths: Sequence[tuple[str, Markup]]
    people: Markup
    due: Markup
    shapes: Sequence[Shape]


@dataclass(frozen=True)
class Scale:
    """Where a moment lies on a track between two others."""

    since: datetime
    until: datetime
    mirrored: bool

    def at(self, moment: datetime) -> int:
        """The place of a moment, as one reads."""
        whole = max((self.until - self.since).total_seconds(), 1)
        part = (moment - self.since).total_seconds() / whole
        return round(min(max(part, 0), 1) * WIDE)

    def shape(self, since: datetime, until: datetime, kind: str) -> Shape:
        """A rectangle from one moment to another."""
        begin = self.at(since)
        width = max(self.at(until) - begin, LEAST)
        begin = min(begin, WIDE - width)
        return Shape(WIDE - begin - width if self.mirrored else begin, width, kind)

    def mark(self, moment: datetime, kind: str) -> Shape:
        """A line at a moment."""
        begin = min(self.at(moment), WIDE - MARK)
        return Shape(WIDE - begin - MARK if self.mirrored else begin, MARK, kind)


def drawn(
    speech: Speech, picture: Picture, outcome: str | None, people: Callable[[Span], Markup]
) -> dict[str, Any]:
    """What the page needs to draw a run's course; `people` says for whom a wait is that lasts."""
    until = picture.ended or _horizon(picture)
    scale = Scale(picture.since, until, speech.direction == "rtl")
    return {
        "stages": list(_stages(picture, outcome)),
        "bars": [
            _bar(speech, scale, picture, name, of_it, people)
            for name, of_it in _rows(picture.spans)
        ],
        "since": picture.since,
        "until": until,
        "now": None if picture.ended else picture.now,
    }


def _horizon(picture: Picture) -> datetime:
    """How far a run's drawing reaches: to the SLA of what lasts, but never more ahead than behind.

    Else what has happened would shrink to nothing beside what is far away.
    """
    ahead = [span.breach_at for span in picture.spans if span.until is None and span.breach_at]
    furthest = picture.now + (picture.now - picture.since)
    return min(max([picture.now, *ahead]), furthest)


def shares(speech: Speech, ours: timedelta, theirs: timedelta) -> list[Shape]:
    """How much of a run's working time was ours and how much the partner's, side by side."""
    whole = (ours + theirs).total_seconds()
    if whole <= 0:
        return []
    own = round(ours.total_seconds() / whole * WIDE)
    places = [Shape(0, own, "approvers"), Shape(own, WIDE - own, "partner")]
    if speech.direction == "rtl":
        places = [Shape(WIDE - one.x - one.width, one.width, one.kind) for one in places]
    return [one for one in places if one.width]


def _stages(picture: Picture, outcome: str | None) -> Iterable[dict[str, str]]:
    """Each stage with its state: `done`, `now`, `ahead`, or `bad` where the run ended badly."""
    reached = [key for key in ORDER if key in picture.reached]
    for key in ORDER:
        if picture.ended is None:
            here = key == picture.stage
            state = "now" if here else "done" if key in picture.reached else "ahead"
        else:
            stopped = outcome not in GOOD and key == reached[-1]
            state = "bad" if stopped else "done" if key in picture.reached else "ahead"
        yield {"key": key, "name": STAGES[key], "state": state}


def _rows(spans: Sequence[Span]) -> Iterable[tuple[str, list[Span]]]:
    """The waits by what they were for, in the order in which each was first waited for."""
    names = dict.fromkeys(span.name for span in spans)
    return [(name, [span for span in spans if span.name == name]) for name in names]


def _bar(
    speech: Speech,
    scale: Scale,
    picture: Picture,
    name: str,
    spans: Sequence[Span],
    people: Callable[[Span], Markup],
) -> Bar:
    lengths: dict[str, timedelta] = {}
    for span in spans:
        lengths[span.holder] = lengths.get(span.holder, timedelta(0)) + span.length
    last = spans[-1]
    lasts = last.until is None and picture.ended is None
    return Bar(
        name=name,
        lasts=lasts,
        people=people(last) if lasts else Markup(""),
        lengths=[(WHOSE[holder], speech.working(length)) for holder, length in lengths.items()],
        due=_due(speech, picture, last),
        shapes=[shape for span in spans for shape in _shapes(scale, picture, span)],
    )


def _due(speech: Speech, picture: Picture, span: Span) -> Markup:
    if span.until is not None or span.breach_at is None or picture.ended:
        return Markup("")
    text = OVER if span.breach_at <= picture.now else DUE
    return speech.say(text, moment=speech.when(span.breach_at))


def _shapes(scale: Scale, picture: Picture, span: Span) -> Iterable[Shape]:
    until = span.until or picture.now
    yield scale.shape(span.since, until, span.holder)
    if span.breach_at is not None and span.breach_at < until:
        yield scale.shape(span.breach_at, until, "late")
    for begins, ends in picture.pauses:
        inside = max(begins, span.since), min(ends or picture.now, until)
        if inside[0] < inside[1]:
            yield scale.shape(*inside, "stood")
    if span.breach_at is not None and scale.since <= span.breach_at <= scale.until:
        yield scale.mark(span.breach_at, "due")
