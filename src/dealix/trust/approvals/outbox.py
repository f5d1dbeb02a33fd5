"""The outbox of notices to our own people: stored with their cause, sent by the scheduler's sweep.

A notice goes once for each request, person and kind. One that is lost is not sent again: the next
kind (a reminder) repairs it, and the request stands in the console all the time.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.store.ids import new_id
from dealix.store.session import tenant_of
from dealix.trust.approvals import links
from dealix.trust.approvals.models import Approval, Notice

Kind = Literal["opened", "reminder", "breach", "level3", "changes_requested", "decided"]
Settled = Literal["sent", "failed", "unknown", "dropped"]
LEVELS: dict[int, Kind] = {1: "reminder", 2: "breach", 3: "level3"}
LEASE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True)
class Due:
    """A notice that was taken to be sent, with the request and the run that it is about."""

    notice: Notice
    approval: Approval
    run: Run

    @property
    def key(self) -> str:
        """The key of its effect in the ledger."""
        return f"notice:{self.approval.id}:{self.notice.kind}:{self.notice.user_id}"

    @property
    def asks_for_decision(self) -> bool:
        """Whether its reader may still decide, so that a link belongs into it."""
        reader_asked = self.notice.user_id in {self.approval.requested_by, self.run.started_by}
        return self.approval.status == "open" and not reader_asked


class Outbox:
    """`Notices` as rows that the sweep sends; links end with what they led to."""

    def opened(self, session: Session, approval: Approval, people: Sequence[str]) -> None:
        """See `Notices.opened`: links of earlier rounds end."""
        links.end_rounds_before(session, approval, approval.opened_at)
        enqueue(session, approval, "opened", people)

    def escalated(
        self, session: Session, approval: Approval, level: int, people: Sequence[str]
    ) -> None:
        """See `Notices.escalated`."""
        enqueue(session, approval, LEVELS[level], people)

    def decided(
        self, session: Session, approval: Approval, by: str, left: Sequence[str], at: datetime
    ) -> None:
        """See `Notices.decided`: every link ends; who is left gets a new one, else who asked."""
        links.end(session, approval.id, at, by=by)
        if approval.status == "open":
            enqueue(session, approval, "decided", left)
        elif approval.status == "changes_requested":
            enqueue(session, approval, "changes_requested", [approval.requested_by])
        else:
            enqueue(session, approval, "decided", [approval.requested_by])


def enqueue(session: Session, approval: Approval, kind: Kind, user_ids: Iterable[str]) -> None:
    """Store that these people are to be told, in the caller's transaction; once for each kind."""
    at = clock.now() if clock.is_run_time() else run_book.get(session, approval.run_id).now()
    rows = [
        {
            "tenant_id": tenant_of(session),
            "id": new_id("ntc"),
            "run_id": approval.run_id,
            "approval_id": approval.id,
            "user_id": user_id,
            "kind": kind,
            "status": "queued",
            "at": at,
            "attempts": 0,
            "next_try_at": clock.real_now(),
        }
        for user_id in sorted(set(user_ids))
    ]
    if rows:
        session.execute(insert(Notice).on_conflict_do_nothing(), rows)


def of_approvals(session: Session, approval_ids: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """What became of the notices of these requests, by request."""
    wanted = sorted(set(approval_ids))
    query = select(Notice).where(Notice.approval_id.in_(wanted)).order_by(Notice.id)
    found: dict[str, list[dict[str, str]]] = {each: [] for each in wanted}
    for row in session.execute(query).scalars():
        told = {"to": row.user_id, "kind": row.kind, "status": row.status}
        found[row.approval_id].append(told)
    return found


def queued(session: Session, at_most: int = 100) -> list[tuple[str, str]]:
    """(tenant, notice) of everything that is to go now; asked in a transaction of nobody's."""
    query = text("SELECT tenant_id, id FROM lookup_queued_notices(:before, :most)")
    rows = session.execute(query, {"before": clock.real_now(), "most": at_most})
    return [(row.tenant_id, row.id) for row in rows]


def clock_stands(session: Session, notice_id: str) -> bool:
    """Whether a notice may go now: a rehearsal's waits while its run's clock jumps."""
    notice = session.get_one(Notice, (tenant_of(session), notice_id))
    run = run_book.get(session, notice.run_id)
    return not run.rehearsal or run_book.clock_stands(session, run.id)


def take(session: Session, notice_id: str) -> Due | None:
    """Take a notice to send it: nobody else takes it for two minutes. None when it is settled."""
    now = clock.real_now()
    query = (
        select(Notice)
        .where(Notice.id == notice_id, Notice.status == "queued", Notice.next_try_at <= now)
        .with_for_update(skip_locked=True)
    )
    notice = session.execute(query).scalar_one_or_none()
    if notice is None:
        return None
    notice.attempts += 1
    notice.next_try_at = now + LEASE
    session.flush()
    approval = session.get_one(Approval, (tenant_of(session), notice.approval_id))
    return Due(notice, approval, run_book.get(session, notice.run_id))


def settle(session: Session, notice_id: str, status: Settled, reason: str | None = None) -> None:
    """The notice has come to its end; a later word about it changes nothing, except `sent`."""
    open_ones = ("queued", "unknown") if status == "sent" else ("queued",)
    session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.status.in_(open_ones))
        .values(status=status, reason=reason, settled_at=clock.real_now())
    )


def try_later(session: Session, notice: Notice, reason: str) -> None:
    """The mail server certainly did nothing: once more, after a pause that grows."""
    pause = min(timedelta(seconds=2**notice.attempts), LONGEST_PAUSE)
    session.execute(
        update(Notice)
        .where(Notice.id == notice.id)
        .values(next_try_at=clock.real_now() + pause, reason=reason)
    )


def late(due: Due, wanted: Collection[str] = ("opened", "reminder", "breach", "level3")) -> bool:
    """Whether the request was settled before its notice went; a rehearsal shows it all the same."""
    return due.notice.kind in wanted and not due.asks_for_decision and not due.run.rehearsal
