"""Contradictions as they are kept, read and settled: a row stays, its events say how it stands."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.compliance.conflicts import Conflict, Severity
from dealix.business.compliance.models import Contradiction, ContradictionEvent
from dealix.errors import Conflict as Refusal
from dealix.errors import NotFound
from dealix.records import audit
from dealix.records.canonical import stamp
from dealix.store.ids import new_id
from dealix.store.locks import lock_named
from dealix.store.paging import newest_first
from dealix.store.session import Database, tenant_of
from dealix.trust.privacy import Vault

Status = Literal["detected", "reviewing", "resolved", "accepted"]
ENDS = frozenset({"resolved", "accepted"})
MOST = 200
SYSTEM = "system"
Withheld = Callable[[Session, Actor, Collection[str]], frozenset[str]]
"""Of which of these sources a person may not read the words."""

GRAVITY = case(
    (Contradiction.severity == "high", 3), (Contradiction.severity == "medium", 2), else_=1
)
"""The gravest of one scan come first."""


@dataclass(frozen=True)
class ContradictionBook:
    """Keeps what scans find; the same two quotations are one contradiction."""

    vault: Vault

    def name_of(self, found: Conflict) -> str:
        """Always the same for the same quotations; it tells nothing of their words."""
        a, b = found.a, found.b
        text = f"{found.rule}\n{a.source}\n{a.quote}\n{b.source}\n{b.quote}"
        return f"ctr_{self.vault.blind_index(f'contradiction:{text}')[:26]}"

    def keep(
        self,
        session: Session,
        run_id: str,
        found: Mapping[str, Conflict],
        person_of: Mapping[str, str],
        told: Mapping[str, Any],
    ) -> int:
        """Keep those that are new, each with its provenance (`told`). Answers how many were."""
        new, at = 0, clock.real_now()
        for key, one in found.items():
            values = {**self._values(session, one, person_of), "at": at}
            values["provenance"] = told.get(key)
            made = session.execute(
                insert(Contradiction)
                .values(tenant_id=tenant_of(session), id=key, run_id=run_id, **values)
                .on_conflict_do_nothing()
                .returning(Contradiction.id)
            ).one_or_none()
            if made is not None:
                new += 1
                _event(session, key, "detected", SYSTEM)
        return new

    def _values(
        self, session: Session, one: Conflict, person_of: Mapping[str, str]
    ) -> dict[str, Any]:
        sides: dict[str, Any] = {}
        for side, claim in (("a", one.a), ("b", one.b)):
            person = person_of.get(claim.source)
            quote = claim.quote.encode("utf-8", "replace")
            sides |= {
                f"source_{side}": claim.source,
                f"line_{side}": claim.line,
                f"quote_{side}": self.vault.seal(session, person, quote) if person else quote,
                f"person_{side}": person,
            }
        return {**sides, "kind": one.kind, "severity": one.severity, "rule": one.rule}

    def quote(self, session: Session, sealed: bytes, person: str | None) -> str | None:
        """A quotation in clear; None once its document is erased."""
        clear = self.vault.open(session, person, sealed) if person else sealed
        return clear.decode("utf-8", "replace") if clear is not None else None


@dataclass(frozen=True)
class Contradictions:
    """Contradictions for the doors; nobody is quoted what they may not read."""

    database: Database
    book: ContradictionBook
    permit: Callable[[Actor, str], None]
    withheld: Withheld

    def list(
        self,
        actor: Actor,
        status: str | None = None,
        *,
        severity: Severity | None = None,
        run: str | None = None,
        limit: int = 100,
        before: str | None = None,
    ) -> list[dict[str, Any]]:
        """The newest scan's first, of each the gravest first, with both quotations and the events.

        `run` is the scan that found them first; `before` one goes on where a list ended.
        """
        self.permit(actor, "contradiction.read")
        places = (Contradiction.at, GRAVITY, Contradiction.id)
        query = newest_first(select(Contradiction), Contradiction.id, before, *places)
        if status is not None:
            query = query.where(_standing() == status)
        if severity is not None:
            query = query.where(Contradiction.severity == severity)
        if run is not None:
            query = query.where(Contradiction.run_id == run)
        with self.database.tenant(actor.tenant_id) as session:
            rows = session.scalars(query.limit(min(max(limit, 1), MOST))).all()
            events = _events(session, [row.id for row in rows])
            hidden = self._hidden(session, actor, rows)
            return [self._view(session, row, events.get(row.id, []), hidden) for row in rows]

    def counts(self, actor: Actor, runs: Iterable[str]) -> dict[str, int]:
        """How many each of these scans has found first; one that found nothing new is not there."""
        self.permit(actor, "contradiction.read")
        query = select(Contradiction.run_id, func.count()).group_by(Contradiction.run_id)
        with self.database.tenant(actor.tenant_id) as session:
            rows = session.execute(query.where(Contradiction.run_id.in_(sorted(set(runs)))))
            return {row[0]: row[1] for row in rows}

    def settle(self, actor: Actor, key: str, status: Status) -> dict[str, Any]:
        """Say what becomes of one; what was resolved or accepted may be taken up again.

        Raises:
            Conflict: `nothing_changed`, it stands so already.
        """
        self.permit(actor, "contradiction.settle")
        with self.database.tenant(actor.tenant_id) as session:
            lock_named(session, "contradiction", key)
            row = session.get(Contradiction, (tenant_of(session), key))
            if row is None:
                raise NotFound("not_found")
            events = _events(session, [key]).get(key, [])
            if (events[-1].status if events else "detected") == status:
                raise Refusal("contradiction_stands_so")
            _event(session, key, status, actor.user_id)
            hidden = self._hidden(session, actor, [row])
            return self._view(session, row, _events(session, [key])[key], hidden)

    def _hidden(
        self, session: Session, actor: Actor, rows: Iterable[Contradiction]
    ) -> frozenset[str]:
        sources = {source for row in rows for source in (row.source_a, row.source_b)}
        return self.withheld(session, actor, sources)

    def _view(
        self,
        session: Session,
        row: Contradiction,
        events: Sequence[ContradictionEvent],
        hidden: frozenset[str],
    ) -> dict[str, Any]:
        return {
            "id": row.id,
            "run": row.run_id,
            "kind": row.kind,
            "severity": row.severity,
            "rule": row.rule,
            "status": events[-1].status if events else "detected",
            "at": stamp(row.at),
            "provenance": row.provenance,
            "a": self._side(session, row.source_a, row.line_a, row.quote_a, row.person_a, hidden),
            "b": self._side(session, row.source_b, row.line_b, row.quote_b, row.person_b, hidden),
            "events": [
                {"status": one.status, "by": one.by_user, "at": stamp(one.at)} for one in events
            ],
        }

    def _side(
        self,
        session: Session,
        source: str,
        line: int,
        sealed: bytes,
        person: str | None,
        hidden: frozenset[str],
    ) -> dict[str, Any]:
        kept = source in hidden
        quote = None if kept else self.book.quote(session, sealed, person)
        return {"source": source, "line": line, "quote": quote, "withheld": kept}


def _standing() -> Any:
    """How a contradiction stands: as the newest of its events says."""
    events = select(ContradictionEvent.status)
    events = events.where(
        ContradictionEvent.tenant_id == Contradiction.tenant_id,
        ContradictionEvent.contradiction_id == Contradiction.id,
    )
    order = (ContradictionEvent.at.desc(), ContradictionEvent.id.desc())
    newest = events.order_by(*order).limit(1).scalar_subquery()
    return func.coalesce(newest, "detected")


def _events(session: Session, keys: Sequence[str]) -> dict[str, list[ContradictionEvent]]:
    """What became of these contradictions, oldest first."""
    query = select(ContradictionEvent).where(ContradictionEvent.contradiction_id.in_(keys))
    found: dict[str, list[ContradictionEvent]] = {}
    for one in session.scalars(query.order_by(ContradictionEvent.at, ContradictionEvent.id)):
        found.setdefault(one.contradiction_id, []).append(one)
    return found


def _event(session: Session, key: str, status: Status, by: str) -> None:
    session.add(
        ContradictionEvent(
            tenant_id=tenant_of(session),
            id=new_id("cev"),
            contradiction_id=key,
            status=status,
            by_user=by,
            at=clock.real_now(),
        )
    )
    session.flush()
    audit.append(session, by, f"contradiction.{status}", key, {})
