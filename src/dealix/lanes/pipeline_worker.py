"""The medium lane's worker: takes a run, goes on at its first unfinished step, brings it to an end.

What is done stands in the ledger, who works stands in the lease; this process may die at any line.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dealix import clock
from dealix.errors import DealixError
from dealix.lanes import leases, run_book
from dealix.lanes.leases import Lease, LeaseLost
from dealix.lanes.models import Run
from dealix.lanes.own_steps import own_step
from dealix.lanes.pipelines import Made, Pipeline, StageCall, stages_of
from dealix.lanes.retries import TRIES, back_off, may_help, wished
from dealix.lanes.schemas import Ending, StepResult
from dealix.lanes.step_specs import spec_of
from dealix.lanes.steps import facts_of
from dealix.observability import metrics
from dealix.records import effects, progress
from dealix.records.case_book import open_case
from dealix.store.ids import new_id
from dealix.store.session import Database

log = logging.getLogger(__name__)
FAILED = "pipeline_failed"
"""The kind of case that a run opens when a step fails for good."""
INTERRUPTED = "pipeline_interrupted"
GOES_ON = frozenset({"done", "not_needed"})
AT_ONCE = timedelta(0)


@dataclass
class PipelineWorker:
    """Works on due runs in as many threads as call `work_due`."""

    database: Database
    lines: Mapping[str, Pipeline]
    pause: Callable[[int], timedelta] = back_off
    owner: str = field(default_factory=lambda: new_id("worker"))
    stopping: threading.Event = field(default_factory=threading.Event)

    def work_due(self) -> int:
        """Take what is due, one run after the other, until nothing is. Answers how many."""
        worked = 0
        while not self.stopping.is_set() and (lease := self._take()) is not None:
            self.work(lease)
            worked += 1
        return worked

    def work(self, lease: Lease) -> None:
        """Bring one run as far as it goes now, while its lease is renewed beside."""
        with renewed(self.database, lease):
            try:
                self._conduct(lease)
            except LeaseLost:
                log.info("another worker has taken a run")
            except SQLAlchemyError as away:  # the lease ends by itself, and the run is taken again
                log.warning("a run rests until its lease ends: %s", type(away).__name__)

    def _take(self) -> Lease | None:
        for tenant_id, run_id in leases.due(self.database):
            with self.database.tenant(tenant_id) as session:
                lease = leases.take(session, run_id, self.owner)
            if lease is not None:
                return lease
        return None

    def _conduct(self, lease: Lease) -> None:
        """Step by step, until an end or a rest; each look at the run sees a cancel."""
        while True:
            with self.database.tenant(lease.tenant_id) as session:
                run = run_book.get(session, lease.run_id)
                done = progress.results_of(session, run.id)
            line = self.lines[run.workflow]
            steps = stages_of(line)
            ahead = [each for each in steps if facts_of(each).name not in done]
            if run.cancel_requested_at is not None:
                return self._end(lease, line, Ending(outcome="cancelled", reason="cancelled"))
            outcome = line.ends_early(done) or (line.outcome if not ahead else None)
            if outcome is not None:
                last = [each for each in steps if each not in ahead][-1]
                result = done[facts_of(last).name]
                return self._end(lease, line, Ending(outcome=outcome, good=True), result)
            if self.stopping.is_set():
                return self._rest(lease, AT_ONCE, tried=False)
            call = _call(run, ahead[0], steps.index(ahead[0]) + 1, done)
            call = call.model_copy(update={"tries": lease.tries})
            if lease.tries > TRIES:
                return self._fail(lease, line, ahead[0], call, {"code": INTERRUPTED})
            if not self._try(lease, line, ahead[0], call):
                return None

    def _try(self, lease: Lease, line: Pipeline, step: Callable[..., Any], call: StageCall) -> bool:
        """Try one step. Answers whether the next one may begin."""
        name = facts_of(step).name
        try:
            result = self._do(lease, step, call)
        except (LeaseLost, SQLAlchemyError):
            raise
        except DealixError as failure:
            error = {"code": failure.code, **_plain(failure.params)}
            self._failed(lease, line, step, call, error, failure)
            return False
        except Exception as bug:
            log.warning("the step %s broke", name, exc_info=bug)
            self._failed(lease, line, step, call, {"code": INTERRUPTED}, None)
            return False
        if result.status == "later":
            wait = datetime.fromisoformat(result.data["not_before"]) - clock.real_now()
            self._rest(lease, max(wait, AT_ONCE), tried=False)
        elif result.status not in GOES_ON:
            self._fail(lease, line, step, call, {"code": result.reason or INTERRUPTED})
        return result.status in GOES_ON

    def _do(self, lease: Lease, step: Callable[..., Any], call: StageCall) -> StepResult:
        if facts_of(step).system is None:
            made: Made = step(call)

            def kept(session: Session, _run: Run, _call: Any) -> Mapping[str, Any]:
                made.write(session)
                return made.data

            return own_step(self.database, step, call, kept, lease.guard)
        result: StepResult = step(call, lease.guard)
        if result.status in GOES_ON:
            self._on_record(lease, step, call, result)
        return result

    def _on_record(
        self, lease: Lease, step: Callable[..., Any], call: StageCall, result: StepResult
    ) -> None:
        """A step that asks outside has its row by now; one that had nothing to ask gets it here."""
        spec = spec_of(facts_of(step), call)
        with self.database.tenant(lease.tenant_id) as session:
            if result.status == "done":
                effects.once(session, spec, lambda: result.data)
            else:
                effects.leave_out(session, spec, result.reason or result.status)
            lease.guard(session)

    def _failed(
        self,
        lease: Lease,
        line: Pipeline,
        step: Callable[..., Any],
        call: StageCall,
        error: dict[str, Any],
        failure: DealixError | None,
    ) -> None:
        """Try again later what may then work, so often; fail the run for anything else."""
        if lease.tries < TRIES and (failure is None or may_help(failure)):
            rest = self.pause(lease.tries)
            self._rest(lease, max(rest, wished(failure) or rest) if failure else rest)
        else:
            self._fail(lease, line, step, call, error)

    def _rest(self, lease: Lease, after: timedelta, *, tried: bool = True) -> None:
        with self.database.tenant(lease.tenant_id) as session:
            leases.give_back(session, lease, after, tried=tried)

    def _fail(
        self,
        lease: Lease,
        line: Pipeline,
        step: Callable[..., Any],
        call: StageCall,
        error: dict[str, Any],
    ) -> None:
        """The step fails for good: it is on record, a case asks a person, the run has failed."""
        facts = facts_of(step)

        def why(session: Session, run: Run) -> None:
            progress.give_up(session, spec_of(facts, call), error["code"])
            open_case(
                session,
                run_id=run.id,
                kind=FAILED,
                subject=run.engine_id,
                step=facts.name,
                reason=error["code"],
                at=clock.real_now(),
                chain=run.chain,
            )

        ending = Ending(outcome="failed", reason=error["code"], error={"step": facts.name, **error})
        self._end(lease, line, ending, first=why)

    def _end(
        self,
        lease: Lease,
        line: Pipeline,
        ending: Ending,
        result: dict[str, Any] | None = None,
        first: Callable[[Session, Run], None] = lambda _session, _run: None,
    ) -> None:
        """Settle the run, once: a bad end supersedes what the run wrote, in one transaction."""
        with self.database.tenant(lease.tenant_id) as session:
            run = run_book.get(session, lease.run_id, lock=True)
            if run.ended_at is None:
                first(session, run)
                undone = 0
                if not ending.good:
                    line.supersede(session, run)
                    undone = progress.supersede(session, run.id, run.chain)
                settled = ending.model_copy(update={"undone": undone})
                run.result = result
                run_book.close(session, run, settled, clock.real_now())
            leases.end(session, lease)
        metrics.run(run.workflow, run.status)


def _call(
    run: Run, step: Callable[..., Any], seq: int, done: Mapping[str, dict[str, Any]]
) -> StageCall:
    return StageCall(
        tenant_id=run.tenant_id,
        run_id=run.id,
        rehearsal=False,
        seq=seq,
        key=f"{run.id}:{facts_of(step).name}",
        at=clock.real_now(),
        started_by=run.started_by,
        input=run.input,
        results=dict(done),
    )


def _plain(params: Mapping[str, object]) -> dict[str, Any]:
    """What an error's sentence needs, as far as it can lie on the run."""
    return {name: value for name, value in params.items() if isinstance(value, str | int)}


@contextmanager
def renewed(database: Database, lease: Lease) -> Iterator[None]:
    """Renew a lease from a thread of its own while the block runs."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(leases.RENEWED_EVERY.total_seconds()):
            try:
                with database.tenant(lease.tenant_id) as session:
                    leases.renew(session, lease)
            except LeaseLost:
                return
            except SQLAlchemyError as away:
                log.warning("a lease could not be renewed: %s", type(away).__name__)

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(1)
