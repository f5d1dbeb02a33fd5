"""Who may fill which seat of a gate now, and the policy's last word on each decision."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.errors import InvalidInput
from dealix.lanes.models import Run
from dealix.trust.approvals.models import Approval, Decision
from dealix.trust.policy import service
from dealix.trust.policy.authority_book import AuthorityBook, Matter, OpenSlot
from dealix.trust.policy.engine import Evaluator
from dealix.trust.policy.schemas import GateFacts
from dealix.trust.policy.staffing import Filled


@dataclass(frozen=True)
class Terms:
    """What the authority table says about a request: its amount, the band, what it asks."""

    amount: str
    currency: str | None
    limit_from: str | None
    limit_to: str | None
    touch: bool
    by_link: bool

    def shown(self) -> dict[str, Any]:
        """In the surface's shape."""
        return {
            "amount": self.amount,
            "limit": {"from": self.limit_from, "to": self.limit_to, "currency": self.currency},
            "needs_touch": self.touch,
            "by_link": self.by_link,
        }


@dataclass(frozen=True)
class Seating:
    """Seats by the tenant's authority table; a request keeps the version it was opened under."""

    book: AuthorityBook
    policy: Evaluator

    def assert_staffed(
        self,
        session: Session,
        matter: Matter,
        requester: str,
        named: tuple[str, str] | None = None,
    ) -> None:
        """Refuse a start that nobody could decide; `named` is a gate and who shall decide it.

        Raises:
            InvalidInput: `no_deputy` with slot and gate; `not_an_approver` for a wrong name.
        """
        self.book.assert_staffed(
            session,
            matter.kind,
            matter.type,
            matter.amount,
            requester,
            exclusive=matter.exclusive,
        )
        if named is None:
            return
        gate, person = named
        _version, seats = self.book.seats(session, matter, gate, requester)
        if not any(person in seat.eligible for seat in seats):
            raise InvalidInput("not_an_approver")

    def open(
        self, session: Session, matter: Matter, gate: str, requester: str, run_id: str
    ) -> tuple[int, list[OpenSlot]]:
        """The table's version and the seats of a gate whose new round is being opened."""
        return self.book.seats(session, matter, gate, requester, filled(session, run_id, gate, ""))

    def of(
        self, session: Session, approval: Approval, already: Filled | None = None
    ) -> list[OpenSlot]:
        """The seats of a stored request, with who may fill them now, the escalated included.

        `already` is what `filled` says of it, for who has asked for many requests at once.
        """
        if already is None:
            already = filled(session, approval.run_id, approval.gate, approval.id)
        carried = ((approval.gate, one["slot"], one["user"]) for one in approval.carried)
        taken = [*already, *carried]
        _version, seats = self.book.seats(
            session, matter_of(approval), approval.gate, approval.requested_by, taken
        )
        elsewhere = {user for gate, _slot, user in taken if gate != approval.gate}
        here = {one.user_id for one in self.book.directory.active_users(session)}
        out = elsewhere | {approval.requested_by}
        more = [user for user in approval.escalated if user in here - out]
        return [
            replace(seat, eligible=tuple(dict.fromkeys([*seat.eligible, *more]))) for seat in seats
        ]

    def terms(self, session: Session, approval: Approval) -> Terms:
        """The amount, the band and what is asked of a decider, under the request's version."""
        row = self.book.row(session, matter_of(approval), approval.gate)
        return Terms(
            amount=str(approval.slots[0]["amount"]),
            currency=row.currency or (approval.packet.get("context") or {}).get("currency"),
            limit_from=row.amount_from,
            limit_to=row.amount_to,
            touch=row.touch,
            by_link=row.by_link,
        )

    def needs_touch(self, session: Session, approval: Approval) -> bool:
        """Whether a browser must prove its person anew before this request is decided."""
        return self.terms(session, approval).touch

    def judge(
        self, session: Session, actor: Actor, approval: Approval, run: Run, slot: str
    ) -> None:
        """Let the policy judge one decision, with the table's rows and version in its input.

        Raises:
            NotEntitled: `policy_denied` with the reason.
        """
        question = self.book.decision_question(
            session,
            actor,
            matter_of(approval),
            GateFacts(
                approval.gate, slot, approval.requested_by, escalated=tuple(approval.escalated)
            ),
            filled(session, run.id, approval.gate, approval.id),
        )
        service.require(session, question, chain=run.chain, engine=self.policy)


def matter_of(approval: Approval) -> Matter:
    """The matter of a stored request, bound to the version under which it was opened."""
    first = approval.slots[0]
    return Matter(
        first["kind"],
        first["type"],
        first["amount"],
        first["exclusive"],
        approval.authority_version,
    )


Made = tuple[str, Decision]
"""A decision with the gate at which it was taken."""


def decided(session: Session, run_ids: Iterable[str]) -> dict[str, list[Made]]:
    """Every decision of these runs, by run, oldest first."""
    query = (
        select(Approval.gate, Decision)
        .join(Approval, Approval.id == Decision.approval_id)
        .where(Decision.run_id.in_(sorted(set(run_ids))))
        .order_by(Decision.id)
    )
    found: dict[str, list[Made]] = {}
    for gate, made in session.execute(query):
        found.setdefault(made.run_id, []).append((gate, made))
    return found


def binding(decisions: Iterable[Made], gate: str, approval_id: str) -> list[Made]:
    """Those of a run's decisions that bind who may decide a request.

    Of its own gate only those on this very request do: who decided an earlier round of a gate
    decides its next round too.
    """
    return [(at, one) for at, one in decisions if at != gate or one.approval_id == approval_id]


def filled(session: Session, run_id: str, gate: str, approval_id: str) -> Filled:
    """Gate, slot and user of the decisions of a run that bind a request."""
    made = decided(session, [run_id]).get(run_id, [])
    return places(binding(made, gate, approval_id))


def places(made: Iterable[Made]) -> Filled:
    """Which slots these decisions have filled, and who did."""
    return [(gate, one.slot, one.user_id) for gate, one in made]
