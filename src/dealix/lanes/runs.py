"""Runs as people start, follow, extend and end them; every start happens after its commit."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from temporalio.service import RPCError

from dealix import catalog, clock
from dealix.actors import Actor
from dealix.errors import Conflict, DealixError, InvalidInput
from dealix.lanes import pausing, run_book, run_views, signals, starting
from dealix.lanes.bridge import Bridge
from dealix.lanes.delivery import Courier
from dealix.lanes.kinds import Beginning, WorkflowKind
from dealix.lanes.models import Run
from dealix.lanes.pipelines import MEDIUM
from dealix.lanes.subjects import Subjects, shown
from dealix.records.run_notes import note
from dealix.store.ids import new_id
from dealix.store.paging import newest_first
from dealix.store.session import Database
from dealix.validation import validated

FURTHEST = 10
"""How many times its longest duration a run's deadline may lie ahead."""
LONGEST_JUMP = timedelta(days=400)
"""How far one call moves a rehearsal's clock."""


class Windows(Protocol):
    """What a run's page shows from the parts above the lanes."""

    def approvals(self, session: Session, run_id: str) -> list[dict[str, Any]]:
        """Timeline entries of the run's approvals."""

    def evidence(self, session: Session, run_ids: Collection[str]) -> dict[str, list[str]]:
        """IDs of each run's evidence packs."""


class RunService:
    """Every door's way to runs."""

    def __init__(
        self,
        database: Database,
        kinds: Mapping[str, WorkflowKind],
        known: frozenset[str],
        courier: Courier,
        bridge: Bridge,
        permit: Callable[[Actor, str], None],
        windows: Windows,
        fingerprint: Callable[[str], str],
    ) -> None:
        """`known`: keys of the inventory; `kinds`: those that are built.

        `fingerprint` is a keyed hash, so that an input's hash gives nothing personal away. What is
        hashed begins with words of ours: the hash is shown, and the same key makes secrets.
        """
        self.database = database
        self.kinds = kinds
        self.known = known
        self.courier = courier
        self.bridge = bridge
        self.permit = permit
        self.windows = windows
        self.fingerprint = fingerprint
        self.subjects = Subjects(kinds)

    def start(
        self,
        actor: Actor,
        workflow: str,
        input: Mapping[str, Any],  # noqa: A002 (the surface's name)
        key: str | None = None,
        rehearsal: bool = False,  # noqa: FBT001,FBT002 (a field of the surface)
        *,
        practice: bool = False,
        starts_at: datetime | None = None,
    ) -> tuple[dict[str, Any], bool]:
        """Start a run, or answer the one of this key, as its page shows it; says whether it is new.

        `practice`: its messages to people outside all go to `actor`, until its end. `starts_at`:
        when a rehearsal begins by its own clock, which then runs ahead of the machine's.
        """
        run_id, created = self.begin(
            actor, workflow, input, key, rehearsal, practice=practice, starts_at=starts_at
        )
        return self.get(actor, run_id), created

    def begin(
        self,
        actor: Actor,
        workflow: str,
        input: Mapping[str, Any],  # noqa: A002 (the surface's name)
        key: str | None = None,
        rehearsal: bool = False,  # noqa: FBT001,FBT002 (a field of the surface)
        *,
        practice: bool = False,
        starts_at: datetime | None = None,
    ) -> tuple[str, bool]:
        """Like `start`, for who starts many and looks at none: answers the run's ID."""
        kind = self._kind(workflow)
        self.permit(actor, f"run.start.{workflow}")
        checked = validated(kind.input_model, input, _BUSINESS_CODES)
        if kind.lane == MEDIUM and (rehearsal or practice):
            raise InvalidInput("pipeline_for_real_only", workflow=workflow)
        if rehearsal:
            self._can_rehearse()
        if rehearsal and practice:
            raise InvalidInput("practice_or_rehearsal")
        if starts_at is not None and not rehearsal:
            raise Conflict("not_a_rehearsal")
        marks = [*(["practice"] if practice else []), *([starts_at] if starts_at else [])]
        digest = self.fingerprint(starting.as_text(input, rehearsal, *marks))
        start = Beginning(new_id("run"), rehearsal, practice, at=starts_at)
        with self.database.tenant(actor.tenant_id) as session:
            known = starting.by_key(session, kind.key, key, digest)
        if known is not None:
            return known.id, False
        if starts_at is not None:
            _assert_ahead("starts_at", starts_at - clock.real_now())
        with clock.at(starts_at) if starts_at is not None else nullcontext():
            start = replace(start, found=kind.examine(actor, checked, start))
            with self.database.tenant(actor.tenant_id) as session:
                asked = starting.Asked(kind, checked, digest, key, start)
                run, created = starting.store(session, actor, asked)
        if created:
            self._try_start(run)
        return run.id, created

    def list(
        self,
        actor: Actor,
        status: str | None = None,
        workflow: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[dict[str, Any]]:
        """The tenant's runs, newest first; `before` a run goes on where a list ended."""
        self.permit(actor, "run.read")
        query = newest_first(select(Run), Run.id, before, Run.requested_at, Run.id)
        query = query.limit(min(max(limit, 1), 500))
        if status is not None:
            query = query.where(Run.status == status)
        if workflow is not None:
            query = query.where(Run.workflow == workflow)
        with self.database.tenant(actor.tenant_id) as session:
            runs = session.execute(query).scalars().all()
            about = self.subjects.of(session, runs)
            packs = self.windows.evidence(session, [run.id for run in runs])
            return [
                {
                    **run_views.summary(run),
                    "evidence": packs[run.id],
                    "subject": shown(about.get(run.id)),
                }
                for run in runs
            ]

    def unused_example(self, actor: Actor, workflow: str) -> int:
        """The number of an example of a workflow's input that runs now: another one each time."""
        self.permit(actor, "inventory.read")
        unused = self._kind(workflow).unused
        query = select(func.count()).select_from(Run).where(Run.workflow == workflow)
        with self.database.tenant(actor.tenant_id) as session:
            return session.execute(query).scalar_one() if unused is None else unused(session)

    def of_keys(self, actor: Actor, workflow: str, keys: Sequence[str]) -> dict[str, str]:
        """The runs of a workflow that these keys have started, by key."""
        self.permit(actor, "run.read")
        query = select(Run.key, Run.id).where(Run.workflow == workflow, Run.key.in_(keys))
        with self.database.tenant(actor.tenant_id) as session:
            return {row.key: row.id for row in session.execute(query)}

    def get(self, actor: Actor, run_id: str) -> dict[str, Any]:
        """A run with its timeline."""
        self.permit(actor, "run.read")
        with self.database.tenant(actor.tenant_id) as session:
            return self._view(session, run_book.get(session, run_id))

    def undo_preview(self, actor: Actor, run_id: str) -> dict[str, Any]:
        """What a cancel takes back, in order, and what is final."""
        self.permit(actor, "run.read")
        with self.database.tenant(actor.tenant_id) as session:
            return run_views.undo_preview(session, run_book.get(session, run_id))

    def cancel(self, actor: Actor, run_id: str, comment: str | None = None) -> dict[str, Any]:
        """Ask a run to end; what is outside is taken back. The request survives any crash."""
        self.permit(actor, "run.cancel")
        with self.database.tenant(actor.tenant_id) as session:
            run = self._live(session, run_id)
            if run.cancel_requested_at is None:
                run.cancel_requested_at = clock.real_now()
                run.cancel_requested_by = actor.user_id
                data = {"comment": self.fingerprint(f"comment:{comment}") if comment else None}
                note(
                    session,
                    actor.user_id,
                    "run.cancel_requested",
                    run.id,
                    data,
                    chain=run.chain,
                    at=run.now(),
                )
            signal = signals.enqueue(session, run.id, "cancel", run.id)
        self._quietly(lambda: self.courier.deliver(actor.tenant_id, signal))
        return self.get(actor, run_id)

    def extend(self, actor: Actor, run_id: str, until: datetime) -> dict[str, Any]:
        """Move a run's deadline further away; who did it is in the audit."""
        self.permit(actor, "run.extend")
        with self.database.tenant(actor.tenant_id) as session:
            run = self._live(session, run_id)
            self._assert_reasonable(run, until)
            before = run.deadline.isoformat() if run.deadline else None
            data = {"from": before, "until": until.isoformat()}
            run.deadline = until
            note(
                session, actor.user_id, "run.extended", run.id, data, chain=run.chain, at=run.now()
            )
            signal = signals.enqueue(session, run.id, "extend", signals.fresh_reference())
        self._quietly(lambda: self.courier.deliver(actor.tenant_id, signal))
        return self.get(actor, run_id)

    def pause(self, actor: Actor, run_id: str) -> dict[str, Any]:
        """Let a run stand still; decisions and answers that come meanwhile are kept."""
        return self._still(actor, run_id, pausing.pause)

    def resume(self, actor: Actor, run_id: str, seen: str | None = None) -> dict[str, Any]:
        """Let a paused run go on with everything that came meanwhile.

        `seen` is the `kept_hash` of what the person was shown; when more came since, it is refused.
        """
        return self._still(
            actor, run_id, lambda session, run, by: pausing.resume(session, run, by, seen)
        )

    def _still(
        self, actor: Actor, run_id: str, change: Callable[[Session, Run, str], str]
    ) -> dict[str, Any]:
        self.permit(actor, "run.pause")
        with self.database.tenant(actor.tenant_id) as session:
            run = self._live(session, run_id)
            if run.lane == MEDIUM:
                raise Conflict("pipeline_waits_for_nobody")
            signal = change(session, run, actor.user_id)
        self._quietly(lambda: self.courier.deliver(actor.tenant_id, signal))
        return self.get(actor, run_id)

    def event(
        self, actor: Actor, run_id: str, name: str, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Enter by hand what somebody outside answered; its business checks and keeps it."""
        self.permit(actor, "run.event")
        with self.database.tenant(actor.tenant_id) as session:
            run = self._live(session, run_id)
            take = self._kind(run.workflow).by_hand.get(name)
            if take is None:
                raise InvalidInput("unknown_event", event=name)
            if run.undo_begun_at is not None:  # nobody would take it up: it would become a case
                raise Conflict("run_ended")
            signal = take(session, actor, run, data)
        if signal is not None:
            self._quietly(lambda: self.courier.deliver(actor.tenant_id, signal))
        return self.get(actor, run_id)

    def fast_forward(self, actor: Actor, run_id: str, duration: timedelta) -> dict[str, Any]:
        """Move a rehearsal's clock; answers when the run is idle again."""
        self.permit(actor, "run.rehearse")
        _assert_ahead("duration", duration)
        with self.database.tenant(actor.tenant_id) as session:
            run = self._live(session, run_id)
            if not run.rehearsal:
                raise Conflict("not_a_rehearsal")
        self.courier.start(actor.tenant_id, run_id)
        with self.database.tenant(actor.tenant_id) as session:
            run_book.hold_clock(session, run_id)
            ahead = self.bridge.fast_forward(run, duration)
            run_book.get(session, run_id, lock=True).skipped = ahead
        return self.get(actor, run_id)

    def settle(self, actor: Actor, run_id: str) -> dict[str, Any]:
        """Wait until a rehearsal is idle; for casts that act in turn."""
        with self.database.tenant(actor.tenant_id) as session:
            run = run_book.get(session, run_id)
        if run.ended_at is None and run.engine_started_at is not None:
            self.bridge.settle(run)
        return self.get(actor, run_id)

    def _kind(self, workflow: str) -> WorkflowKind:
        if workflow not in self.known:
            raise InvalidInput("unknown_workflow", workflow=workflow)
        kind = self.kinds.get(workflow)
        if kind is None:
            built = catalog.row(workflow).built
            raise InvalidInput("answers_at_once" if built else "not_built", workflow=workflow)
        return kind

    def _live(self, session: Session, run_id: str) -> Run:
        run = run_book.get(session, run_id, lock=True)
        if run.ended_at is not None:
            raise Conflict("run_ended")
        return run

    def _try_start(self, run: Run) -> None:
        self._quietly(lambda: self.courier.start(run.tenant_id, run.id))

    def _assert_reasonable(self, run: Run, until: datetime) -> None:
        """A new deadline lies after the present one and within what its workflow may ever need.

        Raises:
            InvalidInput: `invalid_input` for a time without a zone, `deadline_past`,
                `deadline_not_later`, `deadline_too_far`.
        """
        if until.tzinfo is None:
            error = {"field": "until", "type": "timezone_aware"}
            raise InvalidInput("invalid_input", errors=[error])
        if until <= run.now():
            raise InvalidInput("deadline_past", until=until.isoformat())
        if run.deadline is None or until <= run.deadline:
            raise InvalidInput("deadline_not_later", until=until.isoformat())
        kind = self.kinds.get(run.workflow)
        longest = kind.longest if kind is not None else None
        if longest is not None and until - run.now() > longest * FURTHEST:
            days = (longest * FURTHEST).days
            raise InvalidInput("deadline_too_far", days=days)

    def _can_rehearse(self) -> None:
        if not self.bridge.can_rehearse():
            raise Conflict("rehearsal_unavailable")

    @staticmethod
    def _quietly(work: Callable[[], object]) -> None:
        """Do now what the scheduler does anyway: when the engine is away, it is done later."""
        try:
            work()
        except (DealixError, RPCError, RuntimeError, OSError):
            return

    def _view(self, session: Session, run: Run) -> dict[str, Any]:
        approvals = self.windows.approvals(session, run.id)
        evidence = self.windows.evidence(session, [run.id])[run.id]
        whole = run_views.whole(session, run, approvals, evidence)
        return {**whole, "subject": shown(self.subjects.of(session, [run]).get(run.id))}


_BUSINESS_CODES = frozenset(
    {
        "unknown_partner_type",
        "malformed_registration",
        "malformed_phone",
        "consent_source",
        "negative_amount",
        "unknown_country",
        "pack_needs_run",
        "pack_needs_days",
        "pack_days",
        "discount_whole",
        "proposal_deal",
    }
)


def _assert_ahead(field: str, far: timedelta) -> None:
    """A rehearsal's clock moves forward only, and so far at once.

    Raises:
        InvalidInput: `invalid_input` with the field that asks for another move.
    """
    if not timedelta(0) < far <= LONGEST_JUMP:
        wrong = "greater_than" if far <= timedelta(0) else "less_than_equal"
        raise InvalidInput("invalid_input", errors=[{"field": field, "type": wrong}])
