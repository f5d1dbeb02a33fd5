"""Asks the company registry once, and keeps the answer with its date: each question is billed."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.business.compliance.answers import REAL, AnswerBook
from dealix.business.compliance.models import RegistryAnswer
from dealix.connectors.company_research import RegistryReader, RegistryRecord
from dealix.connectors.rehearsal import rehearsing
from dealix.errors import NotConfigured, NotFound
from dealix.lanes.tenant_keys import TenantKeys
from dealix.store.session import Database

REGISTRY = "wathq"
FRESH = timedelta(hours=24)


@dataclass(frozen=True)
class Finding:
    """What the registry said, when, and where that is kept; `record` is None when unknown there."""

    id: str
    fetched_at: datetime
    record: RegistryRecord | None


class CompanyRegistry:
    """The registry of one installation; safe from any thread. `reader(rehearsal)` asks it."""

    def __init__(
        self, database: Database, keys: TenantKeys, reader: Callable[[bool], RegistryReader]
    ) -> None:
        self._book = AnswerBook(database, keys)
        self._reader = reader

    def look(
        self,
        tenant_id: str,
        number: str,
        *,
        rehearsal: str | None = None,
        max_age: timedelta = FRESH,
    ) -> RegistryRecord | None:
        """The company under a registration or unified number, None when there is none.

        An answer not older than `max_age` by the run's clock is used again; none is younger than
        zero, so `timedelta(0)` always asks. `rehearsal` is the run's ID in a rehearsal. Raises
        `ProviderUnavailable` (ask again later), `ProviderRefused`. No transaction may be open.
        """
        return self.find(tenant_id, number, rehearsal=rehearsal, max_age=max_age).record

    def find(
        self,
        tenant_id: str,
        number: str,
        *,
        rehearsal: str | None = None,
        max_age: timedelta = FRESH,
    ) -> Finding:
        """Like `look`, with the date and the ID of the answer, for evidence."""
        world = rehearsal or REAL
        kept = self._book.fresh(tenant_id, REGISTRY, number, world=world, known_for=max_age)
        if kept is not None:
            return self._finding(kept)
        with _world(rehearsal):
            record = self._reader(rehearsal is not None).look(number)
        raw = record.model_dump_json().encode() if record else None
        facts = {"number": number, "known": record is not None}
        row = self._book.keep(tenant_id, REGISTRY, number, raw, facts, world=world)
        return Finding(row.id, row.fetched_at, record)

    def is_configured(self, *, rehearsal: bool) -> bool:
        """Whether this installation has a registry to ask."""
        try:
            self._reader(rehearsal)
        except NotConfigured:
            return False
        return True

    def kept(self, tenant_id: str, answer_id: str) -> Finding:
        """An answer that was given before, by its ID.

        Raises:
            NotFound: there is no such answer.
        """
        row = self._book.find(tenant_id, answer_id)
        if row is None:
            raise NotFound("not_found")
        return self._finding(row)

    def last(self, session: Session, number: str) -> Finding | None:
        """The newest answer about a number, however old; None when it was never asked."""
        row = self._book.last(session, REGISTRY, number)
        return None if row is None else self._finding(row)

    def numbers(self, session: Session, numbers: Iterable[str]) -> dict[str, frozenset[str]]:
        """Each of these numbers with all that the newest answer about it says are its company's."""
        asked = sorted(set(numbers))
        answers = (
            select(RegistryAnswer)
            .where(
                RegistryAnswer.source == REGISTRY,
                RegistryAnswer.number.in_(asked),
                RegistryAnswer.world == REAL,
            )
            .order_by(RegistryAnswer.fetched_at)
        )
        newest = {row.number: row for row in session.execute(answers).scalars()}
        known = {number: frozenset({number}) for number in asked}
        for number, row in newest.items():
            record = self._finding(row).record
            if record is not None:
                known[number] |= {record.number, record.national_number} - {""}
        return known

    def _finding(self, row: RegistryAnswer) -> Finding:
        raw = self._book.text(row)
        record = None if raw is None else RegistryRecord.model_validate_json(raw)
        return Finding(row.id, row.fetched_at, record)


def _world(rehearsal: str | None) -> AbstractContextManager[None]:
    return rehearsing(rehearsal) if rehearsal else nullcontext()
