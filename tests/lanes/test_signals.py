"""What a workflow must hear: stored once per cause, due until it was heard, seen by nobody else."""

import contextlib
import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from tests.lanes.rows import TENANT, stored_run

from dealix import clock
from dealix.lanes import signals
from dealix.lanes.models import Signal
from dealix.store.session import Database

NUMBERS = itertools.count(1)


@pytest.fixture
def run(database: Database) -> str:
    return stored_run(database, f"run_{next(NUMBERS)}")


def due(database: Database, run: str, after: timedelta = timedelta(seconds=1)) -> list[str]:
    """The due signals of a run, as the sweep of all tenants finds them."""
    with database.nobody() as session:
        found = signals.due(session, clock.real_now() + after)
    with database.tenant(TENANT) as session:
        mine = set(session.execute(select(Signal.id).where(Signal.run_id == run)).scalars())
    return [each for tenant, each in found if tenant == TENANT and each in mine]


def store(database: Database, run: str, *causes: str, kind: str = "decision") -> list[str]:
    with database.tenant(TENANT) as session:
        return [
            signals.enqueue(session, run, kind, f"{run}:gate", about=cause)  # type: ignore[arg-type]
            for cause in causes
        ]


def test_the_same_cause_is_stored_once_and_two_decisions_on_one_request_are_two(
    database: Database, run: str
) -> None:
    first, second = store(database, run, f"{run}-1", f"{run}-2")
    assert store(database, run, f"{run}-1") == [first]
    assert due(database, run) == [first, second]
    with database.tenant(TENANT) as session:
        assert signals.undelivered(session, run) == 2
        found = signals.get(session, first)
        assert found is not None
        assert found.reference == f"{run}:gate/{run}-1"


def test_it_goes_with_the_transaction_that_caused_it(database: Database, run: str) -> None:
    class Lost(Exception):
        pass

    with contextlib.suppress(Lost), database.tenant(TENANT) as session:
        signals.enqueue(session, run, "cancel", run)
        raise Lost
    assert due(database, run) == []


def test_a_signal_without_a_run_is_refused_by_the_database(database: Database) -> None:
    with pytest.raises(IntegrityError), database.tenant(TENANT) as session:
        signals.enqueue(session, "run_unknown", "cancel", "run_unknown")


def test_what_is_young_is_left_to_the_door(database: Database, run: str) -> None:
    [name] = store(database, run, f"{run}-1")
    assert due(database, run, after=timedelta(seconds=-5)) == []
    assert due(database, run) == [name]


def test_what_was_heard_is_due_no_more_and_what_failed_is_counted(
    database: Database, run: str
) -> None:
    first, second = store(database, run, f"{run}-1", f"{run}-2")
    with database.tenant(TENANT) as session:
        signals.delivered(session, first)
        assert [signals.failed(session, second, "not_yet") for _ in range(3)] == [1, 2, 3]
    assert due(database, run) == [second]
    with database.tenant(TENANT) as session:
        row = signals.get(session, second)
        assert row is not None
        assert (row.last_error, row.delivered_at) == ("not_yet", None)


def test_what_the_end_of_a_run_overtook_is_named_once(database: Database, run: str) -> None:
    heard, unheard = store(database, run, f"{run}-1", f"{run}-2")
    [case] = store(database, run, f"{run}-3", kind="case")
    with database.tenant(TENANT) as session:
        signals.delivered(session, heard)
        assert signals.overtaken(session, run, "decision") == [unheard]
        assert signals.overtaken(session, run, "decision") == []
    assert due(database, run) == [case]


def test_what_took_effect_is_delivered_on_though_the_run_has_ended(
    database: Database, run: str
) -> None:
    effective, unheard = store(database, run, f"{run}-1", f"{run}-2")
    with database.tenant(TENANT) as session:
        assert signals.overtaken(session, run, "decision", [effective]) == [unheard]
    assert due(database, run) == [effective]


def test_another_company_neither_sees_nor_settles_it(database: Database, run: str) -> None:
    [name] = store(database, run, f"{run}-1")
    with database.tenant("rawabi-ae") as session:
        assert signals.get(session, name) is None
        signals.delivered(session, name)
        assert signals.overtaken(session, run, "decision") == []
    assert due(database, run) == [name]


def test_every_extension_is_a_cause_of_its_own() -> None:
    assert signals.fresh_reference() != signals.fresh_reference()
