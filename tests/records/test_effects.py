"""The ledger by itself: what stands in it before a call, after it, and when nobody knows."""

import contextlib
import itertools
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from tests.lanes.rows import TENANT, stored_run

from dealix.errors import InvariantBroken
from dealix.records import effects
from dealix.records.models import Case, Effect, Undo
from dealix.records.schemas import EffectSpec, Reply
from dealix.store.session import Database

AT = datetime(2027, 3, 1, 8, tzinfo=UTC)
NUMBERS = itertools.count(1)
REPLY = Reply("ref_1", {"id": "ref_1"})


@pytest.fixture
def spec(database: Database) -> EffectSpec:
    run = stored_run(database, f"run_{next(NUMBERS)}")
    return EffectSpec(
        run_id=run,
        seq=1,
        step="send",
        key=f"{run}:send",
        system="crm",
        kind="row",
        method="upsert",
        on_started="resend",
        at=AT,
        payload_hash="h",
        undo_action="back",
        undo_system="crm",
    )


def row(database: Database, spec: EffectSpec) -> Effect:
    with database.tenant(TENANT) as session:
        return session.execute(select(Effect).where(Effect.key == spec.key)).scalar_one()


def undo(database: Database, spec: EffectSpec) -> Undo | None:
    with database.tenant(TENANT) as session:
        return session.execute(select(Undo).where(Undo.key == spec.key)).scalar_one_or_none()


def cases(database: Database, spec: EffectSpec) -> list[tuple[str, str]]:
    with database.tenant(TENANT) as session:
        found = session.execute(select(Case).where(Case.subject == spec.key)).scalars()
        return [(case.kind, case.status) for case in found]


def deeds(database: Database, spec: EffectSpec) -> list[str]:
    query = "SELECT action FROM audit_records WHERE subject = :run ORDER BY place"
    with database.tenant(TENANT) as session:
        return list(session.execute(text(query), {"run": spec.run_id}).scalars())


def begun(database: Database, spec: EffectSpec) -> str:
    with database.tenant(TENANT) as session:
        return effects.begin(session, spec).verdict


def finished(database: Database, spec: EffectSpec) -> str | None:
    with database.tenant(TENANT) as session:
        return effects.finish(session, spec, REPLY)[1]


def test_before_the_call_the_row_is_started_its_undo_on_record_and_nothing_is_done(
    database: Database, spec: EffectSpec
) -> None:
    assert begun(database, spec) == "go"
    effect = row(database, spec)
    assert (effect.status, effect.open_attempt, effect.attempts) == ("started", True, 1)
    assert effect.payload_hash == "h"
    registered = undo(database, spec)
    assert registered is not None
    assert (registered.status, registered.action) == ("registered", "back")
    assert deeds(database, spec) == []


def test_after_it_the_row_is_done_with_its_audit_in_the_same_transaction(
    database: Database, spec: EffectSpec
) -> None:
    begun(database, spec)

    class Killed(Exception):
        pass

    with contextlib.suppress(Killed), database.tenant(TENANT) as session:
        effects.finish(session, spec, REPLY)
        raise Killed
    assert (row(database, spec).status, deeds(database, spec)) == ("started", [])
    finished(database, spec)
    effect = row(database, spec)
    assert (effect.status, effect.reference, effect.result) == ("done", "ref_1", {"id": "ref_1"})
    assert deeds(database, spec) == ["effect.done"]
    finished(database, spec)
    assert deeds(database, spec) == ["effect.done"]
    assert begun(database, spec) == "done"


@pytest.mark.parametrize(
    ("on_started", "verdict"), [("resend", "go"), ("look_up", "look_up"), ("ask", "in_doubt")]
)
def test_what_is_found_started_is_sent_again_looked_up_or_asked_about_as_declared(
    database: Database, spec: EffectSpec, on_started: str, verdict: str
) -> None:
    spec = replace(spec, on_started=on_started)
    begun(database, spec)
    assert begun(database, spec) == verdict
    asked = [("in_doubt", "open")] if verdict == "in_doubt" else []
    assert cases(database, spec) == asked
    assert row(database, spec).attempts == (1 if asked else 2)


def test_what_was_not_sent_simply_goes_and_what_may_have_been_stays_unknown(
    database: Database, spec: EffectSpec
) -> None:
    asked = replace(spec, on_started="ask")
    begun(database, asked)
    with database.tenant(TENANT) as session:
        effects.not_sent(session, asked, "away")
    assert begun(database, asked) == "go"
    assert begun(database, asked) == "in_doubt"
    unknown = replace(spec, key=f"{spec.key}:2")
    begun(database, unknown)
    begun(database, unknown)
    with database.tenant(TENANT) as session:
        effects.not_sent(session, unknown, "away")
    assert row(database, unknown).open_attempt


def test_an_answer_settles_the_case_that_asked_for_it(database: Database, spec: EffectSpec) -> None:
    spec = replace(spec, on_started="ask")
    begun(database, spec)
    begun(database, spec)
    case_id = finished(database, spec)
    assert case_id is not None
    assert cases(database, spec) == [("in_doubt", "resolved")]
    assert row(database, spec).status == "done"


def test_a_refusal_is_final_and_needs_no_undo_unless_an_earlier_try_may_have_worked(
    database: Database, spec: EffectSpec
) -> None:
    begun(database, spec)
    with database.tenant(TENANT) as session:
        effects.fail(session, spec, "bad")
    assert (row(database, spec).status, begun(database, spec)) == ("failed", "failed")
    settled = undo(database, spec)
    assert settled is not None
    assert (settled.status, settled.reason) == ("not_needed", "bad")
    other = replace(spec, key=f"{spec.key}:2")
    begun(database, other)
    begun(database, other)
    with database.tenant(TENANT) as session:
        effects.fail(session, other, "bad")
    kept = undo(database, other)
    assert kept is not None
    assert kept.status == "registered"
    assert deeds(database, spec) == ["effect.failed", "effect.failed"]


@pytest.mark.parametrize(("ended", "asks"), [("undone", True), ("waived", False), ("done", False)])
def test_no_late_answer_changes_what_has_ended(
    database: Database, spec: EffectSpec, ended: str, asks: bool
) -> None:
    begun(database, spec)
    finished(database, spec)
    with database.tenant(TENANT) as session:
        effects.mark_undone(session, spec.key, ended)
    finished(database, spec)
    with database.tenant(TENANT) as session:
        effects.fail(session, spec, "too late")
        effects.not_sent(session, spec, "too late")
        assert effects.answered_late(session, spec.key) is asks
    assert row(database, spec).status == ended
    assert cases(database, spec) == ([("late_answer", "open")] if asks else [])
    assert deeds(database, spec).count("effect.done") == 1


def test_a_step_on_our_own_stores_is_work_row_and_audit_in_one(
    database: Database, spec: EffectSpec
) -> None:
    calls: list[int] = []

    def work() -> dict[str, int]:
        calls.append(1)
        return {"n": 1}

    def broken() -> dict[str, int]:
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"), database.tenant(TENANT) as session:
        effects.once(session, spec, broken)
    with database.tenant(TENANT) as session:
        assert effects.effect_of(session, spec.key) is None
        assert effects.once(session, spec, work).result == {"n": 1}
    with database.tenant(TENANT) as session:
        assert effects.once(session, spec, work).result == {"n": 1}
    assert calls == [1]
    assert deeds(database, spec) == ["effect.done"]


def test_two_workers_on_one_key_wait_for_one_another(database: Database, spec: EffectSpec) -> None:
    verdicts: list[str] = []
    thread = threading.Thread(target=lambda: verdicts.append(begun(database, spec)))
    with database.tenant(TENANT) as session:
        effects.begin(session, spec)
        thread.start()
        thread.join(0.3)
        assert verdicts == []
        effects.finish(session, spec, REPLY)
    thread.join(5)
    assert verdicts == ["done"]


def test_an_effect_that_never_began_cannot_end(database: Database, spec: EffectSpec) -> None:
    for end in (
        lambda session: effects.finish(session, spec, REPLY),
        lambda session: effects.fail(session, spec, "bad"),
        lambda session: effects.mark_undone(session, spec.key),
    ):
        with pytest.raises(InvariantBroken), database.tenant(TENANT) as session:
            end(session)


def test_the_ledger_is_shown_of_one_run_oldest_first_and_to_its_company_only(
    database: Database, spec: EffectSpec
) -> None:
    begun(database, spec)
    later = replace(spec, key=f"{spec.key}:2", seq=2, undo_action=None)
    begun(database, later)
    with database.tenant(TENANT) as session:
        shown = effects.list_effects(session, spec.run_id)
        whole = effects.list_effects(session)
    assert [one["key"] for one in shown] == [spec.key, later.key]
    assert {one["key"] for one in shown} <= {one["key"] for one in whole}
    assert shown[0]["started_at"] == AT.isoformat()
    assert undo(database, later) is None
    with database.tenant("rawabi-ae") as session:
        assert effects.list_effects(session, spec.run_id) == []


def test_a_row_gives_back_the_spec_that_made_it(database: Database, spec: EffectSpec) -> None:
    begun(database, spec)
    again = effects.spec_of_row(row(database, spec), AT, "main")
    assert again == replace(spec, undo_action=None, undo_system=None)
