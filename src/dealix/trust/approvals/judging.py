"""Whether this person may take this decision now: small rules, in order, each with its code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dealix.actors import Actor
from dealix.errors import Conflict, DealixError, InvalidInput, NotEntitled
from dealix.lanes.models import Run
from dealix.trust.approvals.models import Approval, Decision
from dealix.trust.policy.authority_book import OpenSlot as Seat


@dataclass(frozen=True)
class Judgement:
    """The seat that the decision fills."""

    seat: str


@dataclass(frozen=True)
class Matter:
    """Everything a rule may look at."""

    actor: Actor
    approval: Approval
    run: Run
    seats: list[Seat]
    earlier: list[Decision]
    decision: str
    comment: str | None
    seen: str
    changes: tuple[str, ...] = ()
    given_by: str | None = None
    """Who last gave the actor their rights."""


def judge(matter: Matter) -> Judgement:
    """Raise what the first broken rule says, or answer the seat that is filled."""
    for rule in RULES:
        broken = rule(matter)
        if broken is not None:
            raise broken
    seat = _open_seat(matter)
    if seat is None:
        raise NotEntitled("not_an_approver")
    return Judgement(seat.name)


def the_requester_does_not_decide(matter: Matter) -> DealixError | None:
    """The one who asked may not be the one who approves."""
    own = matter.actor.user_id in {matter.approval.requested_by, matter.run.started_by}
    return NotEntitled("own_request") if own else None


def only_a_person_named_by_the_table_decides(matter: Matter) -> DealixError | None:
    """The person holds a seat of the gate; the system never does."""
    named = any(matter.actor.user_id in seat.eligible for seat in matter.seats)
    ok = named and matter.actor.kind == "person"
    return None if ok else NotEntitled("not_an_approver")


def the_requester_makes_no_approver(matter: Matter) -> DealixError | None:
    """Who keeps accounts could make one that says yes to what they ask for themselves."""
    own = matter.given_by in {matter.approval.requested_by, matter.run.started_by}
    return NotEntitled("rights_from_requester") if own else None


def a_request_is_decided_once(matter: Matter) -> DealixError | None:
    """A closed request stays closed, and nobody decides the same one twice."""
    twice = matter.actor.user_id in {one["user"] for one in matter.approval.carried} or any(
        d.approval_id == matter.approval.id and d.user_id == matter.actor.user_id
        for d in matter.earlier
    )
    if matter.approval.status != "open" or twice:
        return Conflict("already_decided")
    return Conflict("run_ended") if matter.run.ended_at is not None else None


def one_person_fills_one_slot_of_a_run(matter: Matter) -> DealixError | None:
    """Who approved one gate may not approve another of the same run."""
    other = any(
        d.approval_id.rpartition("_")[0] != matter.approval.id.rpartition("_")[0]
        and d.user_id == matter.actor.user_id
        for d in matter.earlier
    )
    return NotEntitled("one_slot_per_run") if other else None


def the_packet_is_the_one_that_was_seen(matter: Matter) -> DealixError | None:
    """A decision is bound to the hash of what was seen."""
    if matter.seen == matter.approval.packet_hash:
        return None
    return Conflict("stale_packet", packet_hash=matter.approval.packet_hash)


def a_rejection_says_why(matter: Matter) -> DealixError | None:
    """A rejection without a comment helps nobody."""
    said = bool((matter.comment or "").strip())
    return None if said or matter.decision != "reject" else InvalidInput("comment_required")


def asking_for_changes_lists_them(matter: Matter) -> DealixError | None:
    """Changes are a list of sentences, so that the answer can take them one by one."""
    listed = bool(matter.changes) and all(change.strip() for change in matter.changes)
    if matter.decision == "request_changes":
        return None if listed else InvalidInput("changes_required")
    return InvalidInput("changes_without_request") if matter.changes else None


RULES: tuple[Callable[[Matter], DealixError | None], ...] = (
    the_requester_does_not_decide,
    a_request_is_decided_once,
    one_person_fills_one_slot_of_a_run,
    only_a_person_named_by_the_table_decides,
    the_requester_makes_no_approver,
    the_packet_is_the_one_that_was_seen,
    a_rejection_says_why,
    asking_for_changes_lists_them,
)


def _open_seat(matter: Matter) -> Seat | None:
    """The first seat that this person may fill and that is not full yet."""
    for seat in matter.seats:
        taken = agreed(matter.approval, matter.earlier, seat.name)
        if taken < seat.count and matter.actor.user_id in seat.eligible:
            return seat
    return None


def agreed(approval: Approval, decisions: Sequence[Decision], seat: str) -> int:
    """How many have agreed at a seat of this request, in this round or carried into it."""
    carried: int = sum(one["slot"] == seat for one in approval.carried)
    return carried + sum(
        d.approval_id == approval.id and d.slot == seat and d.decision == "approve"
        for d in decisions
    )
