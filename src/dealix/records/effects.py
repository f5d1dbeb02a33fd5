"""The one ledger: `started` is committed before a call, `done` after it with its audit.

A row found `started` with an open attempt means that nobody here knows what became of the call.
Then the step's declaration decides: `resend` where the provider dedups by key, `look_up` where it
can be asked by our key, `ask` where only a person can find out.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.errors import InvariantBroken
from dealix.records.case_book import open_case, open_case_of, settle
from dealix.records.models import Effect, Undo
from dealix.records.run_notes import note
from dealix.records.schemas import Begun, EffectSpec, Reply
from dealix.store.ids import new_id
from dealix.store.session import tenant_of

MAYBE_DONE = "maybe_done"
ENDED = frozenset({"done", "undone", "waived"})
"""Statuses that no answer changes any more, however late it comes."""
LATE_ANSWER = "late_answer"
"""The kind of case that an answer opens when it comes after the undo."""


def once(session: Session, spec: EffectSpec, work: Callable[[], Mapping[str, Any]]) -> Effect:
    """Do a step that only writes our own stores: work, ledger row and audit in one transaction."""
    effect = _row(session, spec)
    if effect.status in ENDED:
        return effect
    effect.attempts += 1
    _register_undo(session, spec)
    effect.result = dict(work())
    _done(session, spec, effect, reference=None)
    return effect


def leave_out(session: Session, spec: EffectSpec, reason: str) -> Effect:
    """Record that a step was not done on purpose, and why; there is nothing to take back."""
    effect = _row(session, spec)
    if effect.status in ENDED:
        return effect
    effect.status, effect.reason = "waived", reason
    data = {"key": spec.key, "step": spec.step, "reason": reason}
    note(session, "system", "effect.left_out", spec.run_id, data, chain=spec.chain)
    return effect


def begin(session: Session, spec: EffectSpec) -> Begun:
    """Commit to an outside effect; the caller commits before it calls the provider."""
    effect = _row(session, spec)
    if effect.status in ENDED:
        return Begun("done", effect)
    if effect.status == "failed":
        return Begun("failed", effect)
    if effect.status == "in_doubt":
        return Begun("in_doubt", effect, _case_in_doubt(session, spec, effect))
    if effect.open_attempt and effect.on_started == "ask":
        return Begun("in_doubt", effect, doubt(session, spec, effect, "no answer is on record"))
    asks_first = effect.open_attempt and effect.on_started == "look_up"
    if effect.open_attempt:
        effect.reason = MAYBE_DONE
    _register_undo(session, spec)
    effect.open_attempt = True
    effect.attempts += 1
    effect.payload_hash = spec.payload_hash
    if not asks_first:  # a look-up is no call: how long it has waited counts from the call
        effect.started_at = spec.at
    session.flush()
    return Begun("look_up" if asks_first else "go", effect)


def finish(session: Session, spec: EffectSpec, reply: Reply) -> tuple[Effect, str | None]:
    """Record that the effect happened; answers also the case that this settles, if one was open.

    An answer that comes after the undo was settled opens a case, since the effect may have happened
    behind its undo; what was undone stays undone.
    """
    effect = _locked(session, spec.key)
    undo = _undo_of(session, spec.key)
    needless = undo is not None and undo.status == "not_needed" and effect.status != "done"
    if effect.status == "undone" or needless:
        _answered_late(session, spec, effect)
    if effect.status in ENDED:
        return effect, None
    case_id = settle(session, "in_doubt", effect.key, "happened", by="system")
    effect.result = dict(reply.data)
    _done(session, spec, effect, reference=reply.reference)
    return effect, case_id


def fail(session: Session, spec: EffectSpec, reason: str) -> Effect:
    """Record a provider's refusal (or ours): final, with its reason.

    When an earlier try may have done it, the undo stays registered. What has ended stays as it is.
    """
    effect = _locked(session, spec.key)
    if effect.status in ENDED:
        return effect
    maybe_done = effect.reason == MAYBE_DONE
    effect.status, effect.open_attempt, effect.reason = "failed", maybe_done, reason
    undo = _undo_of(session, spec.key)
    if undo is not None and not maybe_done:
        undo.status, undo.reason = "not_needed", reason
    note(
        session,
        "system",
        "effect.failed",
        spec.run_id,
        {"key": spec.key, "step": spec.step, "reason": reason},
        chain=spec.chain,
    )
    return effect


def bounced(session: Session, spec: EffectSpec, reason: str) -> str | None:
    """A message that was taken could not be delivered: it never happened and needs no undo.

    Answers the case that this settles, if one was open.
    """
    effect = _locked(session, spec.key)
    if effect.status not in {"started", "in_doubt", "done"}:
        return None
    case_id = settle(session, "in_doubt", effect.key, "not_delivered", by="system")
    effect.status, effect.reason = "started", None
    fail(session, spec, reason)
    return case_id


def not_sent(session: Session, spec: EffectSpec, reason: str) -> None:
    """Record that the provider did nothing this time: the next try may simply call.

    When an earlier try may have done it, that stays unknown.
    """
    effect = _locked(session, spec.key)
    if effect.status == "started" and effect.reason != MAYBE_DONE:
        effect.open_attempt, effect.reason = False, reason


def doubt(session: Session, spec: EffectSpec, effect: Effect, reason: str) -> str:
    """Nobody can know: the row is `in_doubt` and a case asks a person. Answers the case's ID."""
    effect.status, effect.reason = "in_doubt", reason
    return _case_in_doubt(session, spec, effect)


def let_go(session: Session, key: str, reason: str) -> None:
    """Nobody can know whether it happened, and nobody is asked: it is not worth a person's time."""
    effect = _locked(session, key)
    if effect.status == "started":
        effect.status, effect.reason = "in_doubt", reason


def mark_undone(session: Session, key: str, status: str = "undone") -> None:
    """The effect `key` was taken back, or a second person waived that."""
    effect = _locked(session, key)
    effect.status = status


def stands(
    session: Session, key: str, reason: str, *, final: bool, chain: str, at: datetime
) -> None:
    """Others have ended what an effect began, so that nothing of it can be taken back any more.

    `final`: it is in force, as a document that all have signed is, and previews list it so. Why is
    `reason`, a word that people read where it stands behind a run that ended badly.
    """
    effect, undo = _locked(session, key), _undo_of(session, key)
    if effect.status != "done" or undo is None or undo.status != "registered":
        return
    effect.final = final
    undo.status, undo.reason = "not_needed", reason
    data = {"key": key, "step": effect.step, "reason": reason, "final": final}
    note(session, "system", "effect.stands", effect.run_id, data, chain=chain, at=at)


def in_force(session: Session, run_id: str) -> list[tuple[Effect, str | None]]:
    """The effects of a run that others have made final, with the reason that `stands` was given."""
    query = (
        select(Effect, Undo.reason)
        .join(Undo, (Undo.tenant_id == Effect.tenant_id) & (Undo.key == Effect.key))
        .where(Effect.run_id == run_id, Effect.final, Undo.status == "not_needed")
        .order_by(Effect.seq)
    )
    return [(effect, reason) for effect, reason in session.execute(query)]


def answered_late(session: Session, key: str) -> bool:
    """Whether a person must look at the provider, because its answer came after the undo."""
    return open_case_of(session, LATE_ANSWER, key) is not None


def spec_of_row(effect: Effect, at: datetime, chain: str) -> EffectSpec:
    """The spec that a ledger row was made from, for what is done about it later."""
    return EffectSpec(
        run_id=effect.run_id,
        seq=effect.seq,
        step=effect.step,
        key=effect.key,
        system=effect.system,
        kind=effect.kind,
        method=effect.method,
        on_started=effect.on_started,
        at=at,
        chain=chain,
        final=effect.final,
        payload_hash=effect.payload_hash,
        undoes=effect.undoes,
    )


def effect_of(session: Session, key: str) -> Effect | None:
    """The ledger row of a key, locked, or nothing when the step never began."""
    return session.execute(
        select(Effect).where(Effect.key == key).with_for_update()
    ).scalar_one_or_none()


def has_begun(session: Session, key: str) -> bool:
    """Whether an effect may have happened, or has ended: what it says is settled from then on."""
    row = effect_of(session, key)
    return row is not None and (row.status != "started" or row.open_attempt)


def list_effects(
    session: Session,
    run_id: str | None = None,
    *,
    behind: str | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """The ledger as the surface shows it, oldest first, from `behind` an effect's key on."""
    places = (Effect.recorded_at, Effect.seq, Effect.key)
    query = select(Effect).order_by(*places).limit(limit)
    if run_id is not None:
        query = query.where(Effect.run_id == run_id)
    if behind is not None:
        last = select(*places).where(Effect.key == behind).scalar_subquery()
        query = query.where(tuple_(*places) > last)
    return [public(effect) for effect in session.execute(query).scalars()]


def keys_of(session: Session, systems: Iterable[str]) -> list[str]:
    """The keys of every effect on these systems."""
    query = select(Effect.key).where(Effect.system.in_(sorted(systems)))
    return list(session.execute(query).scalars())


def done_times(session: Session, run_ids: Iterable[str], step: str) -> dict[str, list[datetime]]:
    """When each of these runs did a step, oldest first, on its own clock."""
    query = select(Effect.run_id, Effect.done_at).where(
        Effect.run_id.in_(sorted(set(run_ids))), Effect.step == step
    )
    found: dict[str, list[datetime]] = {}
    for run_id, done_at in session.execute(query.order_by(Effect.done_at)):
        if done_at is not None:
            found.setdefault(run_id, []).append(done_at)
    return found


def public(effect: Effect) -> dict[str, Any]:
    """One ledger row in the surface's shape."""
    return {
        "key": effect.key,
        "run": effect.run_id,
        "step": effect.step,
        "system": effect.system,
        "kind": effect.kind,
        "method": effect.method,
        "status": effect.status,
        "attempts": effect.attempts,
        "reference": effect.reference,
        "reason": effect.reason,
        "undoes": effect.undoes,
        "started_at": effect.started_at.isoformat(),
        "done_at": effect.done_at.isoformat() if effect.done_at else None,
    }


def _row(session: Session, spec: EffectSpec) -> Effect:
    """The row of this key, created as `started` when it is new, and locked."""
    session.execute(
        insert(Effect)
        .values(
            tenant_id=tenant_of(session),
            id=new_id("eff"),
            run_id=spec.run_id,
            seq=spec.seq,
            step=spec.step,
            key=spec.key,
            system=spec.system,
            kind=spec.kind,
            method=spec.method,
            on_started=spec.on_started,
            final=spec.final,
            status="started",
            open_attempt=False,
            attempts=0,
            payload_hash=spec.payload_hash,
            undoes=spec.undoes,
            started_at=spec.at,
            recorded_at=clock.real_now(),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
    )
    return _locked(session, spec.key)


def _locked(session: Session, key: str) -> Effect:
    effect = effect_of(session, key)
    if effect is None:
        raise InvariantBroken("invariant_broken", what="an effect ended that never began")
    return effect


def _done(session: Session, spec: EffectSpec, effect: Effect, reference: str | None) -> None:
    effect.status, effect.open_attempt = "done", False
    effect.reference, effect.done_at = reference, spec.at
    note(
        session,
        "system",
        "effect.done",
        spec.run_id,
        {
            "key": spec.key,
            "step": spec.step,
            "system": spec.system,
            "payload_hash": spec.payload_hash,
            "reference": reference,
            "undoes": spec.undoes,
            "at": spec.at.isoformat(),
        },
        chain=spec.chain,
    )
    session.flush()


def _answered_late(session: Session, spec: EffectSpec, effect: Effect) -> None:
    """The provider did it after all, perhaps behind the undo: a person must look there."""
    open_case(
        session,
        run_id=effect.run_id,
        kind=LATE_ANSWER,
        subject=effect.key,
        step=effect.step,
        reason="answered_after_undo",
        at=spec.at,
        chain=spec.chain,
    )


def _register_undo(session: Session, spec: EffectSpec) -> None:
    """The undo is on record, under the effect's key, before the effect can happen."""
    if spec.undo_action is None:
        return
    session.execute(
        insert(Undo)
        .values(
            tenant_id=tenant_of(session),
            id=new_id("und"),
            run_id=spec.run_id,
            seq=spec.seq,
            step=spec.step,
            key=spec.key,
            action=spec.undo_action,
            system=spec.undo_system,
            status="registered",
            registered_at=spec.at,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
    )


def _undo_of(session: Session, key: str) -> Undo | None:
    return session.execute(select(Undo).where(Undo.key == key)).scalar_one_or_none()


def _case_in_doubt(session: Session, spec: EffectSpec, effect: Effect) -> str:
    existing = open_case_of(session, "in_doubt", effect.key)
    if existing is not None:
        return existing
    return open_case(
        session,
        run_id=effect.run_id,
        kind="in_doubt",
        subject=effect.key,
        step=effect.step,
        reason=effect.reason,
        at=spec.at,
        chain=spec.chain,
    )
