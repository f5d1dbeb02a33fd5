"""A case is settled once, by a word that fits it; only who waits for it is told."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from dealix.actors import Actor
from dealix.errors import Conflict, InvalidInput, NotFound
from dealix.lanes.cases import ALLOWED, CaseService
from dealix.lanes.models import Signal
from dealix.records.case_book import open_case, open_cases, settle
from dealix.records.models import Case
from dealix.store.session import Database

TENANT, RUN = "rawabi-sa", "run_1"
AT = datetime(2027, 3, 1, 8, tzinfo=UTC)
KEEPER = Actor(TENANT, "keeper", frozenset({"operator"}))


@pytest.fixture
def stored(fresh_database: Database) -> Database:
    with fresh_database.tenant(TENANT) as session:
        session.execute(
            text(
                "INSERT INTO runs (tenant_id, id, workflow, lane, key, input_hash, input, "
                "status, started_by, rehearsal, chain, requested_at, started_at, engine_id) "
                "VALUES (:tenant, :run, 'w', 'durable', :run, 'h', '{}', 'running', 'u', "
                "false, 'main', now(), now(), :run)"
            ),
            {"tenant": TENANT, "run": RUN},
        )
    return fresh_database


def opened(database: Database, kind: str, subject: str = "k") -> str:
    with database.tenant(TENANT) as session:
        return open_case(
            session, run_id=RUN, kind=kind, subject=subject, step="s", reason="r", at=AT
        )


def desk(database: Database, told: list[str]) -> CaseService:
    def tell(_tenant: str, signal: str) -> bool:
        told.append(signal)
        return True

    return CaseService(database, lambda *_: None, tell)


def test_a_case_is_open_once_for_a_subject_and_comes_again_in_a_new_round(
    stored: Database,
) -> None:
    first = opened(stored, "in_doubt")
    assert opened(stored, "in_doubt") == first
    assert opened(stored, "in_doubt", "other") != first
    with stored.tenant(TENANT) as session:
        assert open_cases(session, RUN) == 2
        assert settle(session, "in_doubt", "k", "happened", by="system") == first
        assert settle(session, "in_doubt", "k", "happened", by="system") is None
    second = opened(stored, "in_doubt")
    assert second != first
    with stored.tenant(TENANT) as session:
        assert session.get_one(Case, (TENANT, second)).round == 2


@pytest.mark.parametrize("kind", sorted(ALLOWED))
def test_a_word_that_does_not_fit_the_kind_settles_nothing(stored: Database, kind: str) -> None:
    case_id, told = opened(stored, kind), list[str]()
    every = frozenset().union(*ALLOWED.values())
    for word in [*(every - ALLOWED[kind]), "nonsense"]:
        with pytest.raises(InvalidInput) as caught:
            desk(stored, told).resolve(KEEPER, case_id, word, None)
        assert caught.value.code == "unknown_resolution"
    assert told == []
    assert desk(stored, told).list(KEEPER, "open")[0]["id"] == case_id


def test_a_case_is_settled_once_and_its_run_is_told(stored: Database) -> None:
    case_id, told = opened(stored, "in_doubt"), list[str]()
    answer = desk(stored, told).resolve(KEEPER, case_id, "happened", "seen")
    assert (answer["status"], answer["resolved_by"]) == ("resolved", "keeper")
    assert told == [f"sig_case_{case_id}"]
    with pytest.raises(Conflict):
        desk(stored, told).resolve(KEEPER, case_id, "send_again", None)
    assert len(told) == 1


@pytest.mark.parametrize("kind", ["late_delivery", "unmatched"])
def test_a_case_that_nobody_waits_for_ends_with_its_word(stored: Database, kind: str) -> None:
    """A word for an ended run could not be delivered, and would be a late delivery again."""
    case_id, told = opened(stored, kind), list[str]()
    desk(stored, told).resolve(KEEPER, case_id, "done_by_hand", None)
    assert told == []
    with stored.tenant(TENANT) as session:
        assert session.execute(select(func.count()).select_from(Signal)).scalar_one() == 0
        assert open_cases(session, RUN) == 0


def test_another_tenants_case_does_not_exist(stored: Database) -> None:
    case_id = opened(stored, "in_doubt")
    with pytest.raises(NotFound):
        desk(stored, []).resolve(Actor("rawabi-ae", "x"), case_id, "happened", None)
