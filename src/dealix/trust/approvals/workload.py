"""What waits for one person, and what nobody else could decide if they left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dealix.records.canonical import stamp
from dealix.trust.approvals.models import Approval, Decision
from dealix.trust.approvals.seating import Seating
from dealix.trust.policy.authority_book import AuthorityBook, OpenSlot
from dealix.trust.policy.ports import Directory, Person


@dataclass(frozen=True)
class _Without:
    """The company as it would be without one of its people."""

    directory: Directory
    user_id: str

    def active_users(self, session: Session) -> Sequence[Person]:
        """Everybody else."""
        everybody = self.directory.active_users(session)
        return [person for person in everybody if person.user_id != self.user_id]

    def given_by(self, session: Session, user_id: str) -> str | None:
        """As with them."""
        return self.directory.given_by(session, user_id)


@dataclass(frozen=True)
class _Known:
    """The company's people, asked for once."""

    directory: Directory
    people: Sequence[Person]

    def active_users(self, session: Session) -> Sequence[Person]:  # noqa: ARG002 (a directory's)
        """Everybody."""
        return self.people

    def given_by(self, session: Session, user_id: str) -> str | None:
        """As the directory says."""
        return self.directory.given_by(session, user_id)


def knowing(session: Session, seating: Seating) -> Seating:
    """The same seating for one transaction that looks at many requests: people are read once."""
    directory = seating.book.directory
    people = directory.active_users(session)
    return replace(seating, book=AuthorityBook(_Known(directory, people)))


def decidable(
    session: Session, seating: Seating, user_id: str, rows: Sequence[Approval]
) -> list[Approval]:
    """Those of these requests that this person may decide, as `views` says of each."""
    barred = _barred(session, user_id, [row.run_id for row in rows])
    found = []
    for row in rows:
        out = {row.requested_by, *(one["user"] for one in row.carried)}
        decided = any(gate != row.gate or on == row.id for gate, on in barred.get(row.run_id, ()))
        if row.status != "open" or user_id in out or decided:
            continue
        if any(user_id in seat.eligible for seat in seating.of(session, row)):
            found.append(row)
    return found


def involved(session: Session, approval: Approval) -> set[str]:
    """Who may not decide any more: who asked, who has agreed, who decided another gate of the run.

    An earlier round of this very gate bars nobody from its next one.
    """
    query = (
        select(Decision.user_id)
        .join(Approval, Approval.id == Decision.approval_id)
        .where(
            Decision.run_id == approval.run_id,
            or_(Approval.gate != approval.gate, Approval.id == approval.id),
        )
    )
    carried = {one["user"] for one in approval.carried}
    return {approval.requested_by, *carried, *session.execute(query).scalars()}


def _barred(
    session: Session, user_id: str, run_ids: Sequence[str]
) -> dict[str, list[tuple[str, str]]]:
    """By run, at which gate and on which request this person has decided already."""
    query = (
        select(Decision.run_id, Approval.gate, Approval.id)
        .join(Approval, Approval.id == Decision.approval_id)
        .where(Decision.user_id == user_id, Decision.run_id.in_(run_ids))
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for run_id, gate, approval_id in session.execute(query):
        found.setdefault(run_id, []).append((gate, approval_id))
    return found


def waiting_for(session: Session, seating: Seating, user_id: str) -> list[dict[str, Any]]:
    """The open requests that this person may decide; `sole` where a seat would stay empty."""
    without = replace(seating, book=AuthorityBook(_Without(seating.book.directory, user_id)))
    query = select(Approval).where(Approval.status == "open").order_by(Approval.opened_at)
    found = []
    for row in session.execute(query).scalars().all():
        made = _made(session, row)
        seats = _open_seats(seating.of(session, row), made)
        mine = any(user_id in seat.eligible for seat, _ in seats)
        if not mine or user_id in {row.requested_by, *(by for _, by in made)}:
            continue
        left = _open_seats(without.of(session, row), made)
        sole = any(len(set(seat.eligible)) < needed for seat, needed in left)
        found.append(
            {
                "approval": row.id,
                "run": row.run_id,
                "gate": row.gate,
                "deadline": stamp(row.deadline) if row.deadline else None,
                "sole": sole,
            }
        )
    return found


def _made(session: Session, approval: Approval) -> list[tuple[str, str]]:
    """Who has filled which seat, in this round or carried into it."""
    query = select(Decision.slot, Decision.user_id).where(Decision.approval_id == approval.id)
    carried = [(one["slot"], one["user"]) for one in approval.carried]
    return carried + [(row.slot, row.user_id) for row in session.execute(query)]


def _open_seats(
    seats: Sequence[OpenSlot], made: Sequence[tuple[str, str]]
) -> list[tuple[OpenSlot, int]]:
    """The seats that still need people, with how many."""
    counted = [(seat, seat.count - sum(slot == seat.name for slot, _ in made)) for seat in seats]
    return [(seat, needed) for seat, needed in counted if needed > 0]
