"""Holds a rehearsal that was played against its script, and every date of it against its clock."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dealix.lanes.rehearsal_days import Days
from dealix.lanes.scenarios import Act, Scenario

Json = dict[str, Any]
SLA = "sla"
"""The kind of an entry that is an SLA step."""
TOLERANCE = timedelta(seconds=5)
"""Real time goes on during a rehearsal, and a look at it is never quite of the same instant."""


LATE = timedelta(minutes=1)
"""How long after its moment an SLA step may come on a machine that is busy."""


@dataclass
class Sight:
    """An entry of the timeline: the run's clock at the looks between which it first appeared."""

    kind: str
    key: str
    after: datetime
    before: datetime
    said: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Difference:
    """One thing that did not come as the script says."""

    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True)
class Played:
    """A rehearsal as it was seen to the end; `escalations` and `papers` as `Stage` answers."""

    run: Json
    effects: Sequence[Json]
    escalations: Sequence[Json]
    papers: Sequence[str]
    sights: Sequence[Sight]
    missed: Sequence[Act]
    days: Days


def judge(scenario: Scenario, played: Played) -> list[Difference]:
    """Everything about the played run that is not as it must be."""
    run, effects, missed = played.run, played.effects, played.missed
    return [
        *_against_script(scenario, played),
        *(Difference("cast", f"{a.who} to {a.act} at {a.at}", "no occasion") for a in missed),
        *_dates(run, [*run["timeline"], *played.escalations], played.sights),
        *_dates_outside(run, effects),
        *_doubled(effects),
        *_escalations(played),
    ]


def _against_script(scenario: Scenario, played: Played) -> Iterator[Difference]:
    expect, run = scenario.expect, played.run
    found: dict[str, Any] = {
        "status": run["status"],
        "outcome": run["outcome"],
        "gates": [e["name"] for e in run["timeline"] if e["kind"] == "wait"],
        "undone": [
            e["name"] for e in run["timeline"] if e["kind"] == "undo" and e["status"] == "done"
        ],
        "sent": [f"{effect['provider']} {effect['kind']}" for effect in played.effects],
        "escalations": [_step(one) for one in sorted(played.escalations, key=_at)],
    }
    for what, is_ in found.items():
        wanted = getattr(expect, what)
        if wanted is not None and wanted != is_:
            yield Difference(what, str(wanted), str(is_))
    yield from _against_papers(expect.papers, played.papers)
    if run["ended_at"] is not None:
        took = _moment(run["ended_at"]) - _moment(run["started_at"])
        if expect.within is not None and took > expect.within:
            yield Difference("within", str(expect.within), str(took))
        if expect.not_within is not None and took < expect.not_within:
            yield Difference("not within", str(expect.not_within), str(took))


def _against_papers(wanted: list[list[str]] | None, papers: Sequence[str]) -> Iterator[Difference]:
    if wanted is None:
        return
    if len(wanted) != len(papers):
        yield Difference("papers", str(len(wanted)), str(len(papers)))
    for number, (words, paper) in enumerate(zip(wanted, papers, strict=False), 1):
        for each in words:
            if each not in paper:
                yield Difference(f"paper {number}", each, "not in it")


def _dates(run: Json, seen: Sequence[Json], sights: Sequence[Sight]) -> Iterator[Difference]:
    """A date of the machine's clock is earlier than the look before which it had not happened."""
    entries = {(entry["kind"], entry["key"]): entry for entry in seen}
    for sight in sights:
        entry = entries.get((sight.kind, sight.key))
        if entry is None:
            yield Difference(f"{sight.kind} {sight.key}", "to stay in the timeline", "gone")
            continue
        if of_provider(entry):
            continue
        at, latest = _moment(entry["at"]), sight.before
        if entry["attempts"] > 1:  # the date is that of the last try
            latest = _moment(run["ended_at"] or run["now"])
        if not sight.after - TOLERANCE <= at <= latest + TOLERANCE:
            window = f"between {sight.after.isoformat()} and {latest.isoformat()}"
            yield Difference(f"date of {entry['kind']} {entry['name']}", window, entry["at"])


def of_provider(entry: Json) -> bool:
    """A provider's receipt bears the date of its message and comes when it comes."""
    return entry["kind"] == "message" and str(entry["name"]).endswith("_receipt")


def _dates_outside(run: Json, effects: Sequence[Json]) -> Iterator[Difference]:
    """What providers hold bears the run's dates: an effect lies within its step's time."""
    acts = [
        entry
        for entry in run["timeline"]
        if entry["kind"] in {"step", "undo"} and entry.get("done_at")
    ]
    for effect in effects:
        step = next((entry for entry in acts if _is_of(effect, entry)), None)
        if step is None:
            yield Difference(f"effect {effect['key']}", "a step that is done", "none")
            continue
        span = _moment(step["at"]), _moment(step["done_at"])
        if not span[0] - TOLERANCE <= _moment(effect["at"]) <= span[1] + TOLERANCE:
            window = f"between {span[0].isoformat()} and {span[1].isoformat()}"
            yield Difference(f"date of effect {effect['key']}", window, effect["at"])


def _is_of(effect: Json, entry: Json) -> bool:
    """Whether a provider's effect is that of a step: by our key, or a mail server's reference."""
    reference = entry["reference"] or ""
    by_mail = effect["provider"] == "smtp" and reference.endswith(effect["reference"])
    return effect["key"] == entry["key"] or effect["reference"] == reference or by_mail


def _doubled(effects: Sequence[Json]) -> Iterator[Difference]:
    """Two rows with the same provider, kind and key are doubled."""
    seen = Counter((e["provider"], e["kind"], e["idempotency_key"]) for e in effects)
    for (provider, kind, key), times in seen.items():
        if times > 1:
            yield Difference(f"{provider} {kind} {key}", "once", f"{times} times")


def _escalations(played: Played) -> Iterator[Difference]:
    """Each SLA step comes once, when it is due, and that is while people work."""
    taken = Counter((one["key"], _step(one)) for one in played.escalations)
    for (_key, step), times in taken.items():
        if times > 1:
            yield Difference(f"escalation {step}", "once", f"{times} times")
    for one in played.escalations:
        due, at = _moment(one["due_at"]), _moment(one["at"])
        if not played.days.works(due):
            found = f"{one['due_at']} ({played.days.said(due)})"
            yield Difference(f"escalation {_step(one)}", "in working time", found)
        if not due - TOLERANCE <= at <= due + LATE:
            yield Difference(f"date of escalation {_step(one)}", one["due_at"], one["at"])


def _step(one: Json) -> str:
    return f"{one['name']} {one['status']}"


def _at(one: Json) -> datetime:
    return _moment(one["at"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
