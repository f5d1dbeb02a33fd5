"""Requests as people read them: lists a page at a time, and the Approval Center by urgency."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.lanes.subjects import Subjects
from dealix.store.session import Database, tenant_of
from dealix.trust.approvals import looks, outbox, reading, rounds, sla, views, workload
from dealix.trust.approvals.models import Approval
from dealix.trust.approvals.seating import Seating
from dealix.trust.approvals.workload import Seated, seated
from dealix.trust.privacy import Vault

PAGE = 50
"""How many requests a page of the Approval Center shows."""
Rows = list[dict[str, Any]]
People = dict[str, list[str]]


@dataclass(frozen=True)
class Center:
    """One page of the Approval Center.

    `counts` says of every scope of open requests how many it holds, whatever the page shows;
    `next` is the request after which the next page begins, empty on the last one.
    """

    rows: Rows
    counts: dict[str, int]
    next: str


class ApprovalDesk:
    """The reading side of the one door."""

    def __init__(
        self,
        database: Database,
        seating: Seating,
        vault: Vault,
        permit: Callable[[Actor, str], None],
        subjects: Subjects | None = None,
    ) -> None:
        self.database = database
        self.seating = seating
        self.vault = vault
        self.permit = permit
        self.subjects = subjects or Subjects({})

    def list(
        self,
        actor: Actor,
        scope: str = "mine",
        run_id: str | None = None,
        *,
        limit: int = reading.MOST,
        before: str | None = None,
    ) -> Rows:
        """Requests of one run or of all, newest first; `before` a request goes on there.

        `mine` wait for this person, `group` for their group, `todo` are those whose changes they
        owe; the others are those of `reading.of_scope`.
        """
        self.permit(actor, "approval.read")
        requester = actor.user_id if scope == "todo" else None
        with self.database.tenant(actor.tenant_id) as session:
            looking = _Looking.of(session, self.seating, actor)
            found: list[Seated] = []
            while len(found) < limit:
                rows = reading.of_scope(
                    session, scope, run_id=run_id, requester=requester, before=before, limit=limit
                )
                found += [one for one in looking.seated(rows) if looking.is_in(scope, one)]
                if len(rows) < limit:
                    break
                before = rows[-1].id
            return self._shown(looking, found[:limit])

    def center(
        self, actor: Actor, scope: str, *, after: str | None = None, limit: int = PAGE
    ) -> Center:
        """A page of the open requests of a scope, the most urgent first; of `all` the newest.

        `after` a request goes on where a page ended, also when it was decided meanwhile.
        """
        self.permit(actor, "approval.read")
        with self.database.tenant(actor.tenant_id) as session:
            looking = _Looking.of(session, self.seating, actor)
            everything = looking.seated(workload.every_open(session))
            scopes = {
                name: [one for one in everything if looking.is_in(name, one)]
                for name in ("mine", "group", "open")
            }
            if scope in scopes:
                chosen = _by_urgency(session, scopes[scope], after)
            else:
                rows = reading.of_scope(session, "all", before=after, limit=limit + 1)
                chosen = looking.seated(rows)
            return Center(
                self._shown(looking, chosen[:limit]),
                {name: len(held) for name, held in scopes.items()},
                chosen[limit - 1].row.id if len(chosen) > limit else "",
            )

    def waiting(self, actor: Actor) -> int:
        """How many requests wait for this person: as many as `list` shows them of theirs."""
        self.permit(actor, "approval.read")
        with self.database.tenant(actor.tenant_id) as session:
            rows = workload.every_open(session)
            if not rows:
                return 0
            looking = _Looking.of(session, self.seating, actor)
            return sum(one.waits_for(actor.user_id) for one in looking.seated(rows))

    def deciders(self, actor: Actor, approval_ids: Iterable[str]) -> People:
        """Who may decide each of these requests now; nobody decides one that is settled."""
        self.permit(actor, "approval.read")
        with self.database.tenant(actor.tenant_id) as session:
            rows = reading.several(session, approval_ids)
            found = _Looking.of(session, self.seating, actor).seated(rows)
            return {one.row.id: one.deciders() for one in found}

    def get(self, actor: Actor, approval_id: str) -> dict[str, Any]:
        """One request with its packet, who may decide, and what was decided."""
        self.permit(actor, "approval.read")
        with self.database.tenant(actor.tenant_id) as session:
            row = rounds.find(session, approval_id)
            view = self._view(session, row, actor)
            return view | looks.looked(session, actor, row, self.vault)

    def _view(self, session: Session, row: Approval, actor: Actor) -> dict[str, Any]:
        [one] = seated(session, self.seating, [row])
        return self._views(session, self.seating, actor, [one])[0]

    def _shown(self, looking: "_Looking", found: Sequence[Seated]) -> Rows:
        """These requests with whom each is about, and whom it concerns."""
        session, actor = looking.session, looking.actor
        about = self.subjects.by_id(session, (one.row.run_id for one in found))
        seen = self._views(session, looking.seating, actor, found)
        return [
            view
            | {
                "subject": about.get(one.row.run_id),
                "of_group": looking.is_in("group", one),
                "owed_by_me": actor.user_id == one.row.requested_by,
            }
            for one, view in zip(found, seen, strict=True)
        ]

    def _views(
        self, session: Session, seating: Seating, actor: Actor, found: Sequence[Seated]
    ) -> Rows:
        rows = [one.row for one in found]
        clocks = views.clocks(session, rows)
        notices = outbox.of_approvals(session, [row.id for row in rows])
        return [
            {
                **views.approval(one.row, one.seats, one.made),
                **seating.terms(session, one.row).shown(),
                "may_decide": one.waits_for(actor.user_id),
                "packet": views.packet(session, one.row, self.vault),
                **clocks[one.row.id],
                "notices": notices[one.row.id],
            }
            for one in found
        ]


@dataclass(frozen=True)
class _Looking:
    """One person who looks at requests in one transaction, with their group."""

    session: Session
    seating: Seating
    actor: Actor
    near: set[str]

    @classmethod
    def of(cls, session: Session, seating: Seating, actor: Actor) -> "_Looking":
        """The same seating, with the company's people read once."""
        knowing = workload.knowing(session, seating)
        people = knowing.book.directory.active_users(session)
        return cls(session, knowing, actor, reading.group_of(actor, people))

    def seated(self, rows: Sequence[Approval]) -> list[Seated]:
        """These requests with their seats."""
        return seated(self.session, self.seating, rows)

    def is_in(self, scope: str, one: Seated) -> bool:
        """Whether a request belongs to this person, to their group, or to everybody's scopes."""
        if scope == "mine":
            return one.waits_for(self.actor.user_id)
        if scope == "group":
            people = {user for seat in one.seats for user in seat.eligible}
            return one.row.status == "open" and not self.near.isdisjoint(people)
        return True


def _by_urgency(session: Session, found: Sequence[Seated], after: str | None) -> list[Seated]:
    """The requests by what is left of their working time, those that come after one of them."""
    last = session.get(Approval, (tenant_of(session), after)) if after else None
    rows = [one.row for one in found]
    clocks = sla.clocks(session, [*rows, *([last] if last is not None else [])])

    def place(row: Approval) -> tuple[timedelta, str]:
        return clocks[row.id].left(settled=False), row.id

    placed = sorted((place(one.row), number) for number, one in enumerate(found))
    begin = place(last) if last is not None else None
    return [found[number] for where, number in placed if begin is None or where > begin]
