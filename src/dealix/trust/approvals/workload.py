"""What waits for one person, and what nobody else could decide if they left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from dealix.records.canonical import stamp
from dealix.trust.approvals.judging import agreed
from dealix.trust.approvals.models import Approval, Decision
from dealix.trust.approvals.seating import Seating, binding, decided, matter_of, places
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


@dataclass(frozen=True)
class Seated:
    """A request with its seats, what was decided on it, and who may not decide it (any more).

    Barred is who asked, who has agreed in an earlier round, and who decided another gate of the
    run; an earlier round of this very gate bars nobody from its next one.
    """

    row: Approval
    seats: Sequence[OpenSlot]
    made: Sequence[Decision]
    barred: frozenset[str]

    def open_seats(self) -> list[tuple[OpenSlot, int]]:
        """The seats that still need people, with how many."""
        counted = [
            (seat, seat.count - agreed(self.row, self.made, seat.name)) for seat in self.seats
        ]
        return [(seat, needed) for seat, needed in counted if needed > 0]

    def deciders(self) -> list[str]:
        """Who may decide it now."""
        if self.row.status != "open":
            return []
        people = dict.fromkeys(user for seat, _ in self.open_seats() for user in seat.eligible)
        return [user for user in people if user not in self.barred]

    def waits_for(self, user_id: str) -> bool:
        """Whether this person may decide it now."""
        return user_id in self.deciders()


def seated(session: Session, seating: Seating, rows: Sequence[Approval]) -> list[Seated]:
    """These requests with their seats: the one way to who may decide what.

    However many they are, decisions are read once, and seats worked out once for requests alike.
    """
    made = decided(session, [row.run_id for row in rows])
    known: dict[object, list[OpenSlot]] = {}
    found = []
    for row in rows:
        binds = binding(made.get(row.run_id, ()), row.gate, row.id)
        already = places(binds)
        carried = [(one["slot"], one["user"]) for one in row.carried]
        alike = (
            matter_of(row),
            row.gate,
            row.requested_by,
            tuple(already),
            tuple(carried),
            tuple(row.escalated),
        )
        if alike not in known:
            known[alike] = seating.of(session, row, already)
        own = [one for _, one in binds if one.approval_id == row.id]
        barred = {row.requested_by, *(user for _, user in carried), *(u for _, _, u in already)}
        found.append(Seated(row, known[alike], own, frozenset(barred)))
    return found


def every_open(session: Session) -> list[Approval]:
    """Every open request, oldest first, without its packet, which is read only when it is used."""
    query = select(Approval).where(Approval.status == "open")
    query = query.options(defer(Approval.packet)).order_by(Approval.opened_at, Approval.id)
    return list(session.execute(query).scalars())


def waiting_for(session: Session, seating: Seating, user_id: str) -> list[dict[str, Any]]:
    """The open requests that this person may decide; `sole` where a seat would stay empty."""
    without = replace(seating, book=AuthorityBook(_Without(seating.book.directory, user_id)))
    rows = every_open(session)
    everything = seated(session, knowing(session, seating), rows)
    mine = [one for one in everything if one.waits_for(user_id)]
    left = seated(session, knowing(session, without), [one.row for one in mine])
    return [
        {
            "approval": one.row.id,
            "run": one.row.run_id,
            "gate": one.row.gate,
            "deadline": stamp(one.row.deadline) if one.row.deadline else None,
            "sole": any(len(set(seat.eligible)) < needed for seat, needed in alone.open_seats()),
        }
        for one, alone in zip(mine, left, strict=True)
    ]
