"""The kinds of packs: what each is made of, and the summary of its tables."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from dealix.business.evidence.asking import PackScope
from dealix.business.evidence.schemas import RecordItem
from dealix.business.evidence.sources import MOST, EvidenceSource, Item
from dealix.errors import InvalidInput, InvariantBroken
from dealix.lanes.models import Run
from dealix.store.listing import Listing

TABLES = "tables"
Persons = Callable[[Session, Run], Sequence[str]]


@dataclass(frozen=True)
class OfRun:
    """A pack about one run: its sources by its outcome, and the tables about its persons."""

    sources: Callable[[str], Sequence[EvidenceSource]]
    of_persons: tuple[Listing, ...] = ()
    workflows: frozenset[str] | None = None
    """Whose runs such a pack is made of; None: of every workflow's."""
    ended_only: bool = False

    def items(self, session: Session, run: Run, persons: Sequence[str]) -> list[Item]:
        """What the sources say, and the rows about the persons."""
        sources = self.sources(run.outcome or run.status)
        found = [one for source in sources for one in source.items(session, run.id)]
        about = (record(each, each.of_persons(session, persons)) for each in self.of_persons)
        return [*found, *about]


class TimeSource(Protocol):
    """A part of the system that has something to say about a time beside rows of a table."""

    def of_time(self, session: Session, begin: datetime, end: datetime) -> Iterable[RecordItem]:
        """What belongs into a pack about this time, its end not included."""
        ...


@dataclass(frozen=True)
class OfTime:
    """A pack about a time: rows of these tables, and what `sources` say beside them.

    `audit` also brings the audit of that time.
    """

    listings: tuple[Listing, ...]
    sources: tuple[TimeSource, ...] = ()
    audit: bool = False

    def items(self, session: Session, scope: PackScope, unreal: frozenset[str]) -> list[Item]:
        """The rows of each table, without those of rehearsals.

        Raises:
            InvalidInput: `pack_too_large`, when a table has more than fits into a pack.
        """
        rows = [self._rows(session, each, scope, unreal) for each in self.listings]
        said = [one for each in self.sources for one in each.of_time(session, *span(scope))]
        return [*rows, *said]

    def _rows(
        self, session: Session, listing: Listing, scope: PackScope, unreal: frozenset[str]
    ) -> RecordItem:
        rows = listing.between(session, *span(scope), MOST)
        if len(rows) > MOST:
            raise InvalidInput("pack_too_large", table=listing.name, limit=MOST)
        named = listing.run.key if listing.run is not None else ""
        return record(listing, [row for row in rows if row.get(named) not in unreal])


PackOf = OfRun | OfTime


def span(scope: PackScope) -> tuple[datetime, datetime]:
    """The time of a pack: from the first day on until its last one has ended, in UTC."""
    if scope.begins is None or scope.ends is None:
        raise InvariantBroken("invariant_broken", what="a pack about a time has no days")
    begin = datetime.combine(scope.begins, time.min, UTC)
    return begin, datetime.combine(scope.ends, time.min, UTC) + timedelta(days=1)


def record(listing: Listing, rows: list[dict[str, Any]]) -> RecordItem:
    """The rows of a table as one item."""
    return RecordItem(name=listing.name, kind=listing.name, source=listing.source, body=rows)


def summary(items: Iterable[Item], source: str) -> RecordItem:
    """How many rows each table of a pack holds, and in which states."""
    tables = [
        {"table": item.name, "rows": len(item.body), "states": _states(item.body)}
        for item in items
        if isinstance(item, RecordItem) and isinstance(item.body, list)
    ]
    body = sorted(tables, key=lambda each: str(each["table"]))
    return RecordItem(name=TABLES, kind=TABLES, source=source, body=body)


def _states(rows: Sequence[Any]) -> dict[str, int]:
    named = (row.get("status") for row in rows if isinstance(row, Mapping))
    return dict(sorted(Counter(state for state in named if isinstance(state, str)).items()))
