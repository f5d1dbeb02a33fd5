"""A run's row: who may touch it, when it is fenced, and in which state it ends."""

import itertools
import threading
from datetime import UTC, datetime

import pytest
from tests.lanes.rows import TENANT, stored_run

from dealix.errors import Conflict, NotEntitled, NotFound
from dealix.lanes import run_book
from dealix.records.case_book import open_case, settle
from dealix.records.models import Undo
from dealix.store.session import Database

AT = datetime(2027, 3, 1, 8, tzinfo=UTC)
NUMBERS = itertools.count(1)


@pytest.fixture
def run(database: Database) -> str:
    return stored_run(database, f"run_{next(NUMBERS)}")


def undo(session, run: str, status: str) -> None:
    number = next(NUMBERS)
    session.add(
        Undo(
            tenant_id=TENANT,
            id=f"und_{number}",
            run_id=run,
            seq=number,
            step="s",
            key=f"{run}:{number}",
            action="back",
            status=status,
            registered_at=AT,
        )
    )
    session.flush()


def case(session, run: str, kind: str = "undo_failed") -> None:
    open_case(session, run_id=run, kind=kind, subject=run, step="s", reason=None, at=AT)


def test_an_unknown_run_and_another_companys_are_not_found_alike(
    database: Database, run: str
) -> None:
    with database.tenant("rawabi-ae") as session:
        for asked in (run, "run_unknown"):
            for ask in (run_book.get, run_book.fence):
                with pytest.raises(NotFound):
                    ask(session, asked)


@pytest.mark.parametrize("fenced", ["undo_begun_at", "ended_at"])
def test_no_step_leaves_once_undo_has_begun_or_the_run_has_ended(
    database: Database, run: str, fenced: str
) -> None:
    with database.tenant(TENANT) as session:
        assert run_book.fence(session, run).id == run
        setattr(run_book.get(session, run, lock=True), fenced, AT)
    with pytest.raises(Conflict), database.tenant(TENANT) as session:
        run_book.fence(session, run)


def test_a_late_step_waits_for_an_undo_that_begins_at_this_instant(
    database: Database, run: str
) -> None:
    ends: list[str] = []

    def late() -> None:
        try:
            with database.tenant(TENANT) as session:
                run_book.fence(session, run)
                ends.append("passed")
        except Conflict:
            ends.append("fenced")

    thread = threading.Thread(target=late)
    with database.tenant(TENANT) as session:
        row = run_book.get(session, run, lock=True)
        thread.start()
        thread.join(0.3)
        assert ends == []
        row.undo_begun_at = AT
    thread.join(5)
    assert ends == ["fenced"]


def test_two_steps_of_one_run_do_not_wait_for_each_other_at_the_fence(
    database: Database, run: str
) -> None:
    with database.tenant(TENANT) as one, database.tenant(TENANT) as two:
        run_book.fence(one, run)
        run_book.fence(two, run)


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ({"status": "running"}, "waiting"),
        ({"status": "attention"}, "waiting"),
        ({"status": "compensating"}, "compensating"),
        ({"status": "completed", "ended_at": AT}, "completed"),
        ({"status": "attention", "ended_at": AT}, "attention"),
    ],
)
def test_only_a_live_run_shows_what_it_waits_for(
    database: Database, state: dict[str, object], shown: str
) -> None:
    run = stored_run(database, f"run_{next(NUMBERS)}", **state)
    with database.tenant(TENANT) as session:
        run_book.mark(session, run, "waiting", "manager_approval")
    with database.tenant(TENANT) as session:
        row = run_book.get(session, run)
        assert row.status == shown
        assert row.waiting_for == ("manager_approval" if shown == "waiting" else None)


@pytest.mark.parametrize(
    ("outcome", "good", "undos", "status"),
    [
        ("activated", True, ["registered"], "completed"),
        ("rejected", False, [], "completed"),
        ("rejected", False, ["done", "not_needed"], "compensated"),
        ("rejected", False, ["not_needed"], "completed"),
        ("expired", False, ["waived"], "compensated"),
        ("expired", False, ["by_hand"], "compensated"),
        ("cancelled", False, ["done"], "cancelled"),
        ("cancelled", False, [], "cancelled"),
        ("failed", False, [], "failed"),
        ("failed", False, ["done"], "compensated"),
        ("rejected", False, ["done", "failed"], "attention"),
        ("cancelled", False, ["registered"], "attention"),
    ],
)
def test_a_run_ends_in_the_state_that_its_undos_say(
    database: Database, run: str, outcome: str, good: bool, undos: list[str], status: str
) -> None:
    with database.tenant(TENANT) as session:
        for each in undos:
            undo(session, run, each)
        row = run_book.get(session, run)
        assert run_book.end_status(session, row, outcome, good=good) == status


def test_an_open_case_keeps_a_good_end_in_attention_until_it_is_settled(
    database: Database, run: str
) -> None:
    with database.tenant(TENANT) as session:
        undo(session, run, "registered")
        case(session, run)
        row = run_book.get(session, run, lock=True)
        row.status = run_book.end_status(session, row, "activated", good=True)
        row.outcome, row.ended_at = "activated", AT
        assert row.status == "attention"
        settle(session, "undo_failed", run, "done_by_hand", by="system")
        run_book.settle_again(session, run)
        assert row.status == "completed"


def test_an_open_case_keeps_a_bad_end_in_attention_until_it_is_settled(
    database: Database, run: str
) -> None:
    with database.tenant(TENANT) as session:
        undo(session, run, "done")
        case(session, run)
        row = run_book.get(session, run, lock=True)
        row.undo_begun_at = AT
        row.status = run_book.end_status(session, row, "rejected", good=False)
        row.outcome = "rejected"
        assert row.status == "attention"
        settle(session, "undo_failed", run, "retry", by="system")
        run_book.settle_again(session, run)
        assert row.status == "attention"  # it has not ended: the flow itself settles it
        row.ended_at = AT
        run_book.settle_again(session, run)
        assert row.status == "compensated"


def test_a_workflow_that_is_not_the_runs_own_is_refused(database: Database, run: str) -> None:
    with database.tenant(TENANT) as session:
        row = run_book.get(session, run)
        run_book.refuse_strangers(row.engine_id, row.engine_id)
        for stranger in (f"{row.engine_id}.forged", "", None):
            with pytest.raises(NotEntitled):
                run_book.refuse_strangers(row.engine_id, stranger)
