"""Taking an effect back: harmless when nothing happened, and never blind when nobody knows."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.lanes import run_book
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.step_specs import chain_of, now_of
from dealix.lanes.steps import StepFacts
from dealix.observability import metrics
from dealix.records import effects
from dealix.records.models import Effect, Undo
from dealix.records.run_notes import note
from dealix.store.session import tenant_of
from dealix.trust.outbound.service import Outbound, OutsideEffect, spec_of

HARMLESS_TO_REPEAT = frozenset({"resend", "look_up"})


def undo_outside(
    outbound: Outbound,
    facts: StepFacts,
    call: StepCall,
    effect: OutsideEffect | Callable[[], OutsideEffect],
    *,
    together: bool = False,
) -> StepResult:
    """Undo an outside effect by another one; answers `not_needed` when it never happened.

    `together`: one effect takes back every effect of this step in the run (`undone_together`), so
    that those who got several are told once. An `effect` that is made only when it is needed may
    fail to be made (its person was erased): what a person has then settled by hand is not asked
    for again.
    """
    with outbound.database.tenant(call.tenant_id) as session:
        run_book.get(session, call.run_id, lock=True)
        early = (_told_already(session, call) if together else None) or _judge(session, call)
    if early is not None:
        return early
    made = effect if isinstance(effect, OutsideEffect) else effect()
    made = made.also(recorded=lambda session: settle(session, call, "done"))
    return outbound.perform(facts, call, made)


def undo_own(
    session: Session, facts: StepFacts, call: StepCall, work: Callable[[], None]
) -> StepResult:
    """Undo a change of our own stores, in the caller's transaction."""
    run_book.get(session, call.run_id, lock=True)
    early = _judge(session, call)
    if early is not None:
        return early

    def undone() -> dict[str, str]:
        work()
        return {}

    spec = spec_of(facts, call, None)
    effects.once(session, spec, undone)
    if spec.undoes is not None:
        effects.mark_undone(session, spec.undoes)
    settle(session, call, "done")
    return StepResult()


def undone_together(session: Session, call: StepCall, step: str) -> list[str]:
    """The keys of other effects of the same step that happened and are not taken back yet."""
    own = call.key.removeprefix("undo:")
    query = (
        select(Effect.key)
        .where(Effect.run_id == call.run_id, Effect.step == step, Effect.status == "done")
        .order_by(Effect.seq)
    )
    return [key for key in session.execute(query).scalars() if key != own]


def settle(session: Session, call: StepCall, status: str) -> None:
    """Mark the registered undo, with the reason for which it ran, in its audit."""
    undo = session.get_one(Undo, (tenant_of(session), call.data["undo_id"]))
    undo.status, undo.reason, undo.undone_at = status, call.reason, now_of(call)
    data = {"undo": undo.action, "key": undo.key, "reason": call.reason, "status": status}
    note(session, "system", "undo.settled", call.run_id, data, chain=chain_of(call))
    metrics.undo(undo.action, status)


def _told_already(session: Session, call: StepCall) -> StepResult | None:
    """The same action was done for another effect of this run, and named this one as well."""
    undo = session.get_one(Undo, (tenant_of(session), call.data["undo_id"]), with_for_update=True)
    query = select(Undo.id).where(
        Undo.run_id == call.run_id,
        Undo.action == undo.action,
        Undo.id != undo.id,
        Undo.status == "done",
    )
    effect = effects.effect_of(session, undo.key)
    if undo.status != "registered" or effect is None or effect.status != "done":
        return None
    if session.execute(query.limit(1)).first() is None:
        return None
    effects.mark_undone(session, undo.key)
    settle(session, call, "done")
    return StepResult()


def _judge(session: Session, call: StepCall) -> StepResult | None:
    """What to answer without undoing anything, or None when the undo must run."""
    undo = session.get_one(Undo, (tenant_of(session), call.data["undo_id"]), with_for_update=True)
    if undo.status in {"done", "by_hand", "waived", "not_needed"}:
        return StepResult(status="done" if undo.status == "done" else "not_needed")
    effect = effects.effect_of(session, undo.key)
    if effect is None or _never_happened(effect):
        settle(session, call, "not_needed")
        return StepResult(status="not_needed")
    if effect.status == "undone":
        settle(session, call, "done")
        return StepResult()
    if effect.status == "in_doubt" or _nobody_knows(effect):
        return _ask(session, call, effect)
    return None


def _never_happened(effect: Effect) -> bool:
    return effect.status in {"failed", "started"} and not effect.open_attempt


def _nobody_knows(effect: Effect) -> bool:
    """An unknown outcome of a message: taking back what was never said would say it."""
    message = effect.method == "message_id"
    return effect.open_attempt and (message or effect.on_started not in HARMLESS_TO_REPEAT)


def _ask(session: Session, call: StepCall, effect: Effect) -> StepResult:
    spec = effects.spec_of_row(effect, now_of(call), chain_of(call))
    case_id = effects.doubt(session, spec, effect, effect.reason or "no answer is on record")
    run_book.attention(session, run_book.get(session, call.run_id), "in_doubt")
    return StepResult(status="in_doubt", case_id=case_id)
