"""Cases as people settle them: each resolution is judged, stored, audited, then delivered."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound
from dealix.lanes import run_book, signals
from dealix.lanes.models import Run
from dealix.lanes.subjects import Subjects
from dealix.records import audit
from dealix.records.effects import effect_of
from dealix.records.models import Case
from dealix.records.run_notes import note
from dealix.records.undos import hold, settle_undo
from dealix.store.paging import newest_first
from dealix.store.session import Database, tenant_of

Resolution = Literal[
    "happened", "send_again", "retry", "done_by_hand", "waive", "confirm_stop", "lift_stop"
]

ALLOWED: dict[str, frozenset[str]] = {
    "in_doubt": frozenset({"happened", "send_again"}),
    "blocked": frozenset({"retry"}),
    "undo_failed": frozenset({"retry", "done_by_hand", "waive"}),
    "ended_behind": frozenset({"retry"}),
    "late_delivery": frozenset({"done_by_hand"}),
    "late_answer": frozenset({"done_by_hand"}),
    "cancelled_behind": frozenset({"done_by_hand"}),
    "still_in_force": frozenset({"done_by_hand"}),
    "pipeline_failed": frozenset({"done_by_hand"}),
    "stuck": frozenset(),
    "unmatched": frozenset({"done_by_hand"}),
    "unrouted": frozenset({"done_by_hand"}),
    "anchor_in_doubt": frozenset({"happened", "done_by_hand"}),
    "unsure_stop": frozenset({"confirm_stop", "lift_stop"}),
}
"""What may be said about each kind of case; one of `stuck` ends when its workflow goes on."""

Settler = Callable[[Session, Actor, str, str], None]
"""Is given the session, who says it, the case's subject and the resolution."""

MOST = 200
WAITED_FOR = frozenset({"in_doubt", "blocked", "undo_failed", "ended_behind"})
"""Kinds whose resolution a workflow must hear; nobody waits for the others."""


class CaseService:
    """The one way in which a person settles a case."""

    def __init__(
        self,
        database: Database,
        permit: Callable[[Actor, str], None],
        after: Callable[[str, str], bool],
        subjects: Subjects | None = None,
        settlers: Mapping[str, Settler] | None = None,
    ) -> None:
        """`permit(actor, right)` raises; `after(tenant, signal)` delivers once it is committed.

        `settlers` carry out, by kind, what a person said, in the transaction of the resolution.
        """
        self.database = database
        self.permit = permit
        self.after = after
        self.subjects = subjects or Subjects({})
        self.settlers = dict(settlers or {})

    def list(
        self,
        actor: Actor,
        status: str | None = None,
        run_id: str | None = None,
        *,
        limit: int = MOST,
        before: str | None = None,
    ) -> list[dict[str, Any]]:
        """The tenant's cases, open ones first, then the newest; `before` a case goes on there."""
        self.permit(actor, "case.read")
        with self.database.tenant(actor.tenant_id) as session:
            places = (Case.status == "open", Case.opened_at, Case.id)
            query = newest_first(select(Case), Case.id, before, *places).limit(limit)
            if status is not None:
                query = query.where(Case.status == status)
            if run_id is not None:
                query = query.where(Case.run_id == run_id)
            cases = session.execute(query).scalars().all()
            about = self.subjects.by_id(session, (case.run_id for case in cases))
            return [{**public(case), "subject": about.get(case.run_id or "")} for case in cases]

    def open(self, actor: Actor) -> int:
        """How many cases are open."""
        self.permit(actor, "case.read")
        with self.database.tenant(actor.tenant_id) as session:
            query = select(func.count()).select_from(Case).where(Case.status == "open")
            return session.execute(query).scalar_one()

    def resolve(
        self, actor: Actor, case_id: str, resolution: str, comment: str | None
    ) -> dict[str, Any]:
        """Settle a case, then let its run go on. A waiver needs a second person."""
        self.permit(actor, "case.resolve")
        if resolution not in get_args(Resolution):
            raise InvalidInput("unknown_resolution", resolution=resolution)
        with self.database.tenant(actor.tenant_id) as session:
            case, run = _locked(session, case_id)
            self._judge(session, actor, case, resolution)
            at = run.now() if run else clock.real_now()
            _apply(session, case, resolution, actor, at)
            if case.kind in self.settlers:
                self.settlers[case.kind](session, actor, case.subject, resolution)
            case.status, case.resolution, case.comment = "resolved", resolution, comment
            case.resolved_by, case.resolved_at = actor.user_id, at
            _note(session, actor, case, run, at)
            signal = None
            if run is not None:
                if case.kind in WAITED_FOR:
                    signal = signals.enqueue(session, run.id, "case", case.id)
                run_book.settle_again(session, run.id)
            answer = public(case)
        if signal is not None:
            self.after(actor.tenant_id, signal)
        return answer

    @staticmethod
    def _judge(session: Session, actor: Actor, case: Case, resolution: str) -> None:
        if case.status != "open":
            raise Conflict("case_resolved")
        if resolution not in ALLOWED.get(case.kind, frozenset()):
            raise InvalidInput("unknown_resolution", resolution=resolution)
        if resolution == "waive" and case.run_id is not None:
            run = run_book.get(session, case.run_id)
            if actor.user_id in {run.started_by, run.cancel_requested_by}:
                raise NotEntitled("second_person_needed")


def _locked(session: Session, case_id: str) -> tuple[Case, Run | None]:
    """A case with its run, both locked, after what the case is about: see `store.locks`."""
    place = (tenant_of(session), case_id)
    seen = session.get(Case, place)
    if seen is None:
        raise NotFound("not_found")
    run = run_book.get(session, seen.run_id, lock=True) if seen.run_id else None
    if seen.kind == "in_doubt":
        hold(session, seen.subject)
    elif seen.kind == "undo_failed":
        hold(session, f"undo:{seen.subject}", seen.subject)
    return session.get_one(Case, place, with_for_update=True, populate_existing=True), run


def _note(session: Session, actor: Actor, case: Case, run: Run | None, at: datetime) -> None:
    """The audit of a resolution: in its run's slice, or under the case where there is no run."""
    data = {"case": case.id, "resolution": case.resolution, "key": case.subject}
    if run is None:
        audit.append(session, actor.user_id, "case.resolved", case.id, data)
    else:
        note(session, actor.user_id, "case.resolved", run.id, data, chain=run.chain, at=at)


def _apply(session: Session, case: Case, resolution: str, actor: Actor, at: datetime) -> None:
    """Bring the ledger to what the person said, at this time of the run."""
    if case.kind == "in_doubt":
        effect = effect_of(session, case.subject)
        if effect is not None and resolution == "happened":
            effect.status, effect.open_attempt = "done", False
            effect.done_at, effect.reference = at, f"confirmed:{actor.user_id}"
            if effect.undoes is not None:
                settle_undo(session, effect.undoes, "done", at)
        elif effect is not None:
            effect.status, effect.open_attempt = "started", False
    elif case.kind == "unrouted":
        session.execute(text("SELECT provider FROM take_unrouted(:id)"), {"id": case.subject})
    elif case.kind == "undo_failed" and resolution == "retry":
        tried = effect_of(session, f"undo:{case.subject}")
        if tried is not None and tried.status == "failed":
            tried.status, tried.open_attempt = "started", False
    elif case.kind == "undo_failed":
        settle_undo(session, case.subject, "waived" if resolution == "waive" else "by_hand", at)


def public(case: Case) -> dict[str, Any]:
    """A case in the surface's shape."""
    return {
        "id": case.id,
        "run": case.run_id,
        "kind": case.kind,
        "step": case.step,
        "key": case.subject,
        "reason": case.reason,
        "status": case.status,
        "resolution": case.resolution,
        "resolutions": sorted(ALLOWED.get(case.kind, frozenset())),
        "comment": case.comment,
        "opened_at": case.opened_at.isoformat(),
        "resolved_at": case.resolved_at.isoformat() if case.resolved_at else None,
        "resolved_by": case.resolved_by,
    }
