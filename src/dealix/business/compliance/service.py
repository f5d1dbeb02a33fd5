"""Asks the company registry once, and keeps the answer with its date: each question is billed."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.compliance.models import RegistryAnswer
from dealix.connectors.company_research import RegistryReader, RegistryRecord
from dealix.connectors.rehearsal import rehearsing
from dealix.errors import NotConfigured, NotFound
from dealix.lanes.tenant_keys import TenantKeys
from dealix.records import audit
from dealix.store.ids import new_id
from dealix.store.session import Database

REGISTRY = "wathq"
PURPOSE = "registry"
REAL = "real"
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
        self._database = database
        self._keys = keys
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
        kept = self._kept(tenant_id, number, world, max_age)
        if kept is not None:
            return kept
        with _world(rehearsal):
            record = self._reader(rehearsal is not None).look(number)
        return self._keep(tenant_id, number, world, record)

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
        with self._database.tenant(tenant_id) as session:
            row = session.get(RegistryAnswer, (tenant_id, answer_id))
        if row is None:
            raise NotFound("not_found")
        return self._opened(row)

    def last(self, session: Session, number: str) -> Finding | None:
        """The newest answer about a number, however old; None when it was never asked."""
        newest = (
            select(RegistryAnswer)
            .where(RegistryAnswer.number == number, RegistryAnswer.world == REAL)
            .order_by(RegistryAnswer.fetched_at.desc())
            .limit(1)
        )
        row = session.execute(newest).scalar_one_or_none()
        return None if row is None else self._opened(row)

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
            record = self._opened(row).record
            if record is not None:
                known[number] |= {record.number, record.national_number} - {""}
        return known

    def _opened(self, row: RegistryAnswer) -> Finding:
        if row.sealed is None:
            return Finding(row.id, row.fetched_at, None)
        raw = self._keys.open_named(PURPOSE, row.tenant_id, row.sealed)
        return Finding(row.id, row.fetched_at, RegistryRecord.model_validate_json(raw))

    def _kept(self, tenant_id: str, number: str, world: str, max_age: timedelta) -> Finding | None:
        """The newest answer that still counts; that a company is unknown never does."""
        newest = (
            select(RegistryAnswer)
            .where(
                RegistryAnswer.source == REGISTRY,
                RegistryAnswer.number == number,
                RegistryAnswer.world == world,
                RegistryAnswer.fetched_at > clock.now() - max_age,
                RegistryAnswer.known,
            )
            .order_by(RegistryAnswer.fetched_at.desc())
            .limit(1)
        )
        with self._database.tenant(tenant_id) as session:
            row = session.execute(newest).scalar_one_or_none()
        return None if row is None or row.sealed is None else self._opened(row)

    def _keep(
        self, tenant_id: str, number: str, world: str, record: RegistryRecord | None
    ) -> Finding:
        raw = record.model_dump_json().encode() if record else None
        answer = RegistryAnswer(
            tenant_id=tenant_id,
            id=new_id("reg"),
            source=REGISTRY,
            number=number,
            world=world,
            fetched_at=clock.now(),
            known=record is not None,
            sealed=self._keys.seal_named(PURPOSE, tenant_id, raw) if raw else None,
        )
        chain = audit.MAIN if world == REAL else f"rehearsal:{world}"
        facts: dict[str, Any] = {"registry": REGISTRY, "number": number, "known": answer.known}
        with self._database.tenant(tenant_id) as session:
            session.add(answer)
            audit.append(session, "system", "registry.answered", answer.id, facts, chain=chain)
            return Finding(answer.id, answer.fetched_at, record)


def _world(rehearsal: str | None) -> AbstractContextManager[None]:
    return rehearsing(rehearsal) if rehearsal else nullcontext()
