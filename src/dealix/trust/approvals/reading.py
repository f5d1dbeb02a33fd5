"""What other parts may read of approvals: the packet that was approved, and a run's decisions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import String, and_, bindparam, func, or_, select, true, update
from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.errors import NotFound
from dealix.lanes.models import Run
from dealix.records.canonical import stamp
from dealix.store.paging import newest_first
from dealix.store.session import Database, tenant_of
from dealix.trust.approvals import sla
from dealix.trust.approvals.models import Approval, Decision, Resubmission
from dealix.trust.approvals.rounds import WHOLE
from dealix.trust.policy.ports import Person

MOST = 200
OWED = frozenset({"owed", "todo"})


def of_scope(
    session: Session,
    scope: str,
    *,
    run_id: str | None = None,
    requester: str | None = None,
    before: str | None = None,
    limit: int = MOST,
) -> list[Approval]:
    """Requests, newest first: `all`, those whose requested changes are owed, else the open ones.

    `before` a request goes on where a list ended. A run that has ended or takes back what it did
    owes nothing any more.
    """
    places = (Approval.opened_at, Approval.id)
    query = newest_first(select(Approval), Approval.id, before, *places).limit(limit)
    if run_id is not None:
        query = query.where(Approval.run_id == run_id)
    if requester is not None:
        query = query.where(Approval.requested_by == requester)
    if scope in OWED:
        answered = select(Resubmission.approval_id)
        living = select(Run.id).where(Run.ended_at.is_(None), Run.undo_begun_at.is_(None))
        query = query.where(
            Approval.status == "changes_requested",
            Approval.id.not_in(answered),
            Approval.run_id.in_(living),
        )
    elif scope != "all":
        query = query.where(Approval.status == "open")
    return list(session.execute(query).scalars())


def several(session: Session, approval_ids: Iterable[str]) -> list[Approval]:
    """These requests, those that there are."""
    query = select(Approval).where(Approval.id.in_(sorted(set(approval_ids))))
    return list(session.execute(query).scalars())


@dataclass(frozen=True)
class Unsettled:
    """A request that is open, or sent back and not answered yet; times are the run's."""

    id: str
    run_id: str
    gate: str
    status: str
    opened_at: datetime
    closed_at: datetime | None


def unsettled(session: Session, run_ids: Iterable[str]) -> list[Unsettled]:
    """The requests of these runs that are open or whose requested changes are owed."""
    query = select(Approval).where(
        Approval.run_id.in_(sorted(set(run_ids))),
        or_(
            Approval.status == "open",
            and_(
                Approval.status == "changes_requested",
                Approval.id.not_in(select(Resubmission.approval_id)),
            ),
        ),
    )
    return [
        Unsettled(one.id, one.run_id, one.gate, one.status, one.opened_at, one.closed_at)
        for one in session.execute(query.order_by(Approval.opened_at)).scalars()
    ]


@dataclass(frozen=True)
class Waited:
    """How long a request stood at its gate, with the moments of its SLA; times are the run's."""

    id: str
    gate: str
    round: int
    status: str
    opened_at: datetime
    closed_at: datetime | None
    reminder_at: datetime | None
    breach_at: datetime | None


def waited(session: Session, run_id: str) -> list[Waited]:
    """Every request of a run, oldest first, as a drawing of the run needs it."""
    rows = [row for row, _ in requests_of_run(session, run_id)]
    due = {key: clock.times() for key, clock in sla.clocks(session, rows).items()}
    return [
        Waited(
            row.id,
            row.gate,
            row.round,
            row.status,
            row.opened_at,
            row.closed_at,
            due[row.id].reminder_at,
            due[row.id].breach_at,
        )
        for row in rows
    ]


def reviews(session: Session, run_id: str) -> list[dict[str, Any]]:
    """Who decided what, in order, by the version (`cycle`) that was asked about.

    A request that is open is told as such.
    """
    found = []
    for asked, made in requests_of_run(session, run_id):
        about = {"approval": asked.id, "gate": asked.gate, "round": asked.round}
        about |= {"cycle": asked.cycle}
        found += [
            {
                **about,
                "by": one.user_id,
                "decision": one.decision,
                "comment": one.comment,
                "changes": one.changes or [],
                "at": stamp(one.effective_at or one.received_at),
            }
            for one in made
        ]
        if asked.status == "open":
            waits: dict[str, Any] = {"by": None, "decision": "open", "comment": None, "changes": []}
            found.append({**about, **waits, "at": stamp(asked.opened_at)})
    return found


def group_of(actor: Actor, people: Sequence[Person]) -> set[str]:
    """Who belongs to a person's group: those who share a role with them or report to them."""
    return {
        one.user_id
        for one in people
        if not actor.roles.isdisjoint(one.roles) or one.manager_id == actor.user_id
    }


def agreed_part(session: Session, run_id: str, gate: str) -> str | None:
    """The hash of what a gate looked at when it last approved; None when it has not."""
    query = (
        select(Approval)
        .where(Approval.run_id == run_id, Approval.gate == gate)
        .order_by(Approval.round.desc())
        .limit(1)
    )
    row = session.execute(query).scalar_one_or_none()
    return str(row.parts[WHOLE]) if row is not None and row.status == "approved" else None


def document_of(session: Session, approval_id: str) -> tuple[str, dict[str, str]]:
    """The run of a request, and the document that its packet names; empty where it names none.

    Raises:
        NotFound: there is no such request.
    """
    row = session.get(Approval, (tenant_of(session), approval_id))
    if row is None:
        raise NotFound("not_found")
    return row.run_id, dict(row.packet.get("document") or {})


def effective(session: Session, run_id: str) -> list[str]:
    """The decisions of a run that its workflow has gone on with."""
    query = select(Decision.id).where(Decision.run_id == run_id, Decision.effective_at.is_not(None))
    return list(session.execute(query).scalars())


def requests_of_run(session: Session, run_id: str) -> list[tuple[Approval, list[Decision]]]:
    """Every request of a run with its decisions, oldest first."""
    query = select(Approval).where(Approval.run_id == run_id).order_by(Approval.opened_at)
    rows = session.execute(query).scalars().all()
    made = select(Decision).where(Decision.run_id == run_id).order_by(Decision.id)
    decisions = list(session.execute(made).scalars())
    return [(row, [one for one in decisions if one.approval_id == row.id]) for row in rows]


def decisions_on(session: Session, approval_id: str) -> list[Decision]:
    """The decisions on a request, oldest first."""
    query = select(Decision).where(Decision.approval_id == approval_id).order_by(Decision.id)
    return list(session.execute(query).scalars())


_asked, _mine = bindparam("asked", type_=String), bindparam("mine", type_=String)
_of_mine = select(Run.id).where(Run.id == Decision.run_id, Run.engine_id == _mine)
_took = (
    update(Decision)
    .where(Decision.approval_id == _asked, or_(_mine.is_(None), _of_mine.exists()))
    .values(effective_at=func.coalesce(Decision.effective_at, bindparam("now")))
    .returning(Decision.id, Decision.effective_at)
    .cte("took")
)
HEAR = (
    select(Approval.status, Run.engine_id, _took.c.id, _took.c.effective_at)
    .join(Run, (Run.tenant_id == Approval.tenant_id) & (Run.id == Approval.run_id))
    .outerjoin(_took, true())
    .where(Approval.id == _asked)
)


class Heard(NamedTuple):
    """A request as a workflow hears of it: how it stands, whose it is, what took effect when."""

    status: str
    engine_id: str
    took: dict[str, datetime]


def hear(session: Session, approval_id: str, at: datetime) -> Heard:
    """The decisions on a request have been heard: they take effect at `at`, unless they have.

    A decision that is stored meanwhile is told by a signal of its own.
    """
    given = {"asked": approval_id, "now": at, "mine": None}
    return _heard([tuple(row) for row in session.execute(HEAR, given)])


def hear_at_once(
    database: Database, tenant_id: str, approval_id: str, at: datetime, engine_id: str | None
) -> Heard:
    """As `hear`, by one message to the database, since a step waits for it.

    With an `engine_id` nothing takes effect for another workflow than the run's own.
    """
    given = {"asked": approval_id, "now": at, "mine": engine_id}
    return _heard(database.at_once(tenant_id, HEAR, given))


def _heard(rows: list[tuple[Any, ...]]) -> Heard:
    if not rows:
        raise NotFound("not_found")
    status, engine_id = rows[0][:2]
    return Heard(status, engine_id, {decision: took for *_, decision, took in rows if decision})


def had_effect(session: Session, run_id: str, took: Mapping[str, datetime]) -> None:
    """What a run's workflow says of its decisions, where the database was killed over it."""
    forgotten = select(Decision).where(
        Decision.run_id == run_id, Decision.effective_at.is_(None), Decision.id.in_(took)
    )
    for decision in session.execute(forgotten).scalars():
        decision.effective_at = took[decision.id]
    session.flush()


def timeline(session: Session, run_id: str) -> list[dict[str, Any]]:
    """A run's gates and decisions as entries of its timeline."""
    entries: list[dict[str, Any]] = []
    for row, made in requests_of_run(session, run_id):
        entries.append(_entry(row.opened_at, "wait", row.gate, row.status, row.id))
        entries += [
            {
                **_entry(d.effective_at or d.received_at, "approval", row.gate, d.decision, d.id),
                "by": d.user_id,
                "approval": row.id,
            }
            for d in made
        ]
    return entries


def _entry(at: Any, kind: str, name: str, status: str, key: str) -> dict[str, Any]:
    return {
        "at": stamp(at),
        "kind": kind,
        "name": name,
        "status": status,
        "attempts": 1,
        "key": key,
    }
