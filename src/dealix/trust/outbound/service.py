"""Every outside effect goes through here: permitted, begun and committed before it is called."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from sqlalchemy.orm import Session

from dealix.connectors.rehearsal import rehearsing
from dealix.errors import (
    InvariantBroken,
    NotEntitled,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
)
from dealix.lanes import run_book, signals, step_specs
from dealix.lanes.crash_points import reach
from dealix.lanes.models import Run
from dealix.lanes.receipts import LOOK_AGAIN
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.steps import StepFacts
from dealix.observability import metrics
from dealix.records import effects
from dealix.records.schemas import Begun, EffectSpec, Reply
from dealix.store.session import Database
from dealix.trust.outbound.governance import Governance, OutsideMessage, Verdict
from dealix.trust.outbound.governance.schemas import ALLOWED
from dealix.trust.policy import tokens

Work = Callable[[Session], None]


@dataclass(frozen=True)
class OutsideEffect:
    """What leaves: the action and resource that policy judges, the payload's hash, the call.

    `call` does it and answers the provider's reference; `look_up` asks the provider by our key
    (None: it can be asked, and it did not happen). With `patience`, the provider cannot be asked
    and `look_up` reads what it has told us so far: None then means that nobody knows yet, and once
    that has lasted for `patience` on the run's clock a person is asked. `begun` runs in the
    transaction that commits to the effect, `recorded` in the one that records its success.
    """

    action: str
    resource: str
    payload_hash: str
    kind: str
    call: Callable[[], Reply]
    look_up: Callable[[], Reply | None] | None = None
    begun: Work = lambda _session: None
    recorded: Work = lambda _session: None
    patience: timedelta | None = None
    message: OutsideMessage | None = None
    """What governance judges; None for what is no message to a person outside."""
    reaches: tuple[str, ...] = ()
    """The addresses of those whom it reaches, where it is no message."""
    practice: Literal["addressed", "silent", "left_out"] = "addressed"
    """What becomes of it in a practice run: it leaves only when it reaches the starter and nobody
    else; or it brings nothing to anybody (a question, a recall); or it is left out."""

    def also(self, *, begun: Work | None = None, recorded: Work | None = None) -> "OutsideEffect":
        """The same effect with more to write when it begins or when its success is recorded."""
        return replace(
            self, begun=_both(self.begun, begun), recorded=_both(self.recorded, recorded)
        )


class Gatekeeper(Protocol):
    """Policy: raises `NotEntitled` unless this effect may leave now."""

    def permit(self, session: Session, run: Run, effect: OutsideEffect, key: str) -> str | None:
        """The token that covers the effect, marked as used by `key`; audited either way."""
        ...


class Outbound:
    """Performs outside effects, exactly once or with a case that asks a person."""

    def __init__(
        self, database: Database, gatekeeper: Gatekeeper, governance: Governance | None = None
    ) -> None:
        """Without `governance` no message leaves, only effects that are none."""
        self.database = database
        self.gatekeeper = gatekeeper
        self.governance = governance

    def perform(self, facts: StepFacts, call: StepCall, effect: OutsideEffect) -> StepResult:
        """Do the effect of a step: `started` is committed before the call, `done` after it."""
        spec = spec_of(facts, call, effect)
        with self.database.tenant(call.tenant_id) as session:
            verdict = self._judged(session, spec, effect)
            run = run_book.get(session, call.run_id)
            if run.practice and effect.practice == "left_out":
                effects.leave_out(session, spec, "practice")
                return StepResult(status="not_needed")
            if verdict.not_before is not None and not run.practice:  # practice disturbs nobody
                return _rest(session, call, verdict.not_before)
            begun, refusal = self._begin(session, spec, effect, call, facts, verdict)
        if refusal is not None:
            return StepResult(status="failed", reason=refusal)
        if begun.verdict in {"done", "failed", "in_doubt"}:
            return _settled(begun)
        reach(facts.name, "before")
        with _scope(call):
            result = self._attempt(spec, effect, call, begun)
        reach(facts.name, "recorded")
        return result

    def _judged(self, session: Session, spec: EffectSpec, effect: OutsideEffect) -> Verdict:
        """Governance's word on a message that has not begun; what has begun was judged before."""
        if effect.message is None:
            return ALLOWED
        if effects.has_begun(session, spec.key):
            return ALLOWED
        if self.governance is None:
            raise InvariantBroken("invariant_broken", what=f"{spec.step} has no governance")
        return self.governance.judge(session, effect.message, spec.at)

    def _begin(
        self,
        session: Session,
        spec: EffectSpec,
        effect: OutsideEffect,
        call: StepCall,
        facts: StepFacts,
        verdict: Verdict,
    ) -> tuple[Begun, str | None]:
        run = (
            run_book.get(session, call.run_id)
            if facts.is_undo
            else run_book.fence(session, call.run_id)
        )
        begun = effects.begin(session, spec)
        refused = verdict.code or "policy_denied" if verdict.kind == "refused" else None
        if run.practice and not self._stays_with_starter(session, run, effect):
            refused = "practice_outside"
        if begun.verdict in {"go", "look_up"} and refused is not None:
            effects.fail(session, spec, refused)
            return begun, refused
        if begun.verdict in {"go", "look_up"}:
            try:
                begun.effect.token_id = self.gatekeeper.permit(session, run, effect, spec.key)
            except NotEntitled as denied:
                effects.fail(session, spec, denied.code)
                return begun, denied.code
            effect.begun(session)
        elif begun.verdict == "in_doubt":
            run_book.attention(session, run, "in_doubt")
        return begun, None

    def _stays_with_starter(self, session: Session, run: Run, effect: OutsideEffect) -> bool:
        """Whether nobody but the starter hears of a practice run by this effect."""
        if effect.practice == "silent":
            return True
        spoken = (effect.message.address,) if effect.message is not None else ()
        addresses = {*spoken, *effect.reaches}
        return self.governance is not None and self.governance.stays_with_starter(
            session, run, addresses
        )

    def _attempt(
        self, spec: EffectSpec, effect: OutsideEffect, call: StepCall, begun: Begun
    ) -> StepResult:
        try:
            reply = self._asked_first(effect) if begun.verdict == "look_up" else None
            reply = reply or effect.call()
        except ProviderRefused as refused:
            return self._refused(spec, call, str(refused.params.get("reason", refused.code)))
        except ProviderUnavailable as away:
            if not away.params.get("maybe_done"):
                self._not_sent(spec, call, away.code)
            raise
        except OutcomeUnknown as unknown:
            if spec.on_started != "ask" and not _waited(spec, effect, begun):
                raise
            return self._in_doubt(spec, call, str(unknown.params.get("reason", unknown.code)))
        reach(spec.step, "after")
        return self._done(spec, effect, call, reply)

    @staticmethod
    def _asked_first(effect: OutsideEffect) -> Reply | None:
        if effect.look_up is None:
            raise ProviderError("outcome_unknown", provider=effect.kind, operation=effect.action)
        reply = effect.look_up()
        if reply is None and effect.patience is not None:
            raise OutcomeUnknown(
                "outcome_unknown",
                provider=effect.kind,
                operation=effect.action,
                reason="no receipt has come",
                retry_after=LOOK_AGAIN,
            )
        return reply

    def _done(
        self, spec: EffectSpec, effect: OutsideEffect, call: StepCall, reply: Reply
    ) -> StepResult:
        with self.database.tenant(call.tenant_id) as session:
            run = run_book.get(session, call.run_id, lock=True)
            row, settled = effects.finish(session, spec, reply)
            if effects.answered_late(session, spec.key):
                run_book.attention(session, run, effects.LATE_ANSWER)
            if row.status in {"undone", "waived"}:
                return StepResult(data=row.result or {})
            effect.recorded(session)
            if spec.undoes is not None:
                effects.mark_undone(session, spec.undoes)
            if settled is not None:
                signals.enqueue(session, call.run_id, "case", settled)
            metrics.effect(spec.system, spec.method, "done")
            return StepResult(data=row.result or {})

    def _refused(self, spec: EffectSpec, call: StepCall, reason: str) -> StepResult:
        with self.database.tenant(call.tenant_id) as session:
            row = effects.fail(session, spec, reason)
            if row.status != "failed":
                return StepResult(data=row.result or {})
        metrics.effect(spec.system, spec.method, "failed")
        return StepResult(status="failed", reason=reason)

    def _not_sent(self, spec: EffectSpec, call: StepCall, reason: str) -> None:
        with self.database.tenant(call.tenant_id) as session:
            effects.not_sent(session, spec, reason)

    def _in_doubt(self, spec: EffectSpec, call: StepCall, reason: str) -> StepResult:
        with self.database.tenant(call.tenant_id) as session:
            run = run_book.get(session, call.run_id, lock=True)
            row = effects.effect_of(session, spec.key)
            if row is None or row.status in effects.ENDED:
                return StepResult(data=(row.result if row else None) or {})
            case_id = effects.doubt(session, spec, row, reason)
            run_book.attention(session, run, "in_doubt")
        metrics.effect(spec.system, spec.method, "in_doubt")
        return StepResult(status="in_doubt", case_id=case_id)


def covered(session: Session, call: StepCall, effect: OutsideEffect) -> bool:
    """Whether an approval covers exactly this effect now; only a look, permission comes later.

    What has begun is under one: to ask people anew would do it again under another key.
    """
    if effects.has_begun(session, call.key):
        return True
    token = tokens.find_valid(
        session,
        effect.action,
        effect.resource,
        effect.payload_hash,
        run_id=call.run_id,
        effect_key=call.key,
    )
    return token is not None


def spec_of(facts: StepFacts, call: StepCall, effect: OutsideEffect | None) -> EffectSpec:
    """The ledger's words for a step's call, with what leaves where it has an outside effect."""
    if effect is None:
        return step_specs.spec_of(facts, call)
    return step_specs.spec_of(facts, call, effect.kind, effect.payload_hash)


def _both(first: Work, second: Work | None) -> Work:
    if second is None:
        return first

    def both(session: Session) -> None:
        first(session)
        second(session)

    return both


def _settled(begun: Begun) -> StepResult:
    if begun.verdict == "in_doubt":
        return StepResult(status="in_doubt", case_id=begun.case_id)
    if begun.verdict == "failed":
        return StepResult(status="failed", reason=begun.effect.reason)
    return StepResult(data=begun.effect.result or {})


def _waited(spec: EffectSpec, effect: OutsideEffect, begun: Begun) -> bool:
    """Whether nobody has known for so long, by the run's clock, that a person is to be asked."""
    if effect.patience is None or begun.verdict != "look_up":
        return False
    return spec.at - begun.effect.started_at >= effect.patience


def _rest(session: Session, call: StepCall, until: datetime) -> StepResult:
    """Nothing is done before that moment; the run shows it."""
    run_book.rest(session, call.run_id, until)
    return StepResult(status="later", data={"not_before": until.isoformat()})


def _scope(call: StepCall) -> AbstractContextManager[None]:
    return rehearsing(call.run_id) if call.rehearsal else nullcontext()
