"""A table as evidence shows it: named columns of its rows, by run or by time, nothing personal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from dealix.store.session import tenant_of

Column = InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Listing:
    """Which columns of a table may be shown, by which its rows are dated, and of which run.

    `source` is where the API shows them. A table that is not dated is shown as it stands; a row
    that lasts `until` some moment, or until now, belongs to every time that it lasted in. Columns
    are chosen so that rows hold identifiers, states, hashes and times, and nobody's words.
    """

    name: str
    source: str
    columns: tuple[Column, ...]
    at: Column | None = None
    run: Column | None = None
    person: Column | None = None
    until: Column | None = None

    def of_run(self, session: Session, run_id: str) -> list[dict[str, Any]]:
        """The rows of one run, oldest first; none for a table that knows no runs."""
        return [] if self.run is None else self._rows(session, self.run == run_id)

    def of_persons(self, session: Session, persons: Sequence[str]) -> list[dict[str, Any]]:
        """The rows about these persons, oldest first."""
        return [] if self.person is None else self._rows(session, self.person.in_(sorted(persons)))

    def between(
        self, session: Session, begin: datetime, end: datetime, limit: int
    ) -> list[dict[str, Any]]:
        """The rows of a time, its end not included; at most `limit` + 1, by which more is seen."""
        return self._rows(session, *self._during(begin, end), limit=limit + 1)

    def _during(self, begin: datetime, end: datetime) -> tuple[Any, ...]:
        if self.at is None:
            return ()
        if self.until is None:
            return (self.at >= begin, self.at < end)
        return (self.at < end, or_(self.until.is_(None), self.until >= begin))

    def _rows(
        self, session: Session, *where: Any, limit: int | None = None
    ) -> list[dict[str, Any]]:
        order = (*((self.at,) if self.at is not None else ()), *self.columns)
        tenant = self.columns[0].class_.tenant_id == tenant_of(session)
        query = select(*self.columns).where(tenant, *where).order_by(*_sortable(order))
        rows = session.execute(query.limit(limit))
        names = [column.key for column in self.columns]
        return [dict(zip(names, map(plain, row), strict=True)) for row in rows]


def _sortable(columns: Sequence[Column]) -> list[Column]:
    """Columns that have an order; documents have none."""
    return [column for column in columns if column.type.python_type not in {dict, list}]


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value) if isinstance(value, Decimal) else value
