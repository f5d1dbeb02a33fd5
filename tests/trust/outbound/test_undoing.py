"""An undo is harmless when nothing happened, runs once, and never blindly."""

import pytest
from tests.trust.outbound.staging import AT, KEY, RUN, TENANT, Stage

from dealix.actors import Actor
from dealix.errors import Conflict, NotEntitled, OutcomeUnknown, ProviderUnavailable
from dealix.lanes import run_book
from dealix.lanes.cases import CaseService
from dealix.lanes.schemas import StepResult
from dealix.records.case_book import open_case
from dealix.records.schemas import Reply
from dealix.trust.outbound.service import Outbound
from dealix.trust.outbound.undoing import undo_outside

GOOD = Reply("ref_1")
KEEPER = Actor(TENANT, "keeper", frozenset({"operator"}))


def take_back(stage: Stage) -> StepResult:
    call = stage.call(f"undo:{KEY}", undo_id=stage.undo().id)
    outbound = Outbound(stage.database, stage.policy)
    return undo_outside(outbound, stage.undo_facts(), call, stage.effect())


def desk(stage: Stage) -> CaseService:
    return CaseService(stage.database, lambda *_: None, lambda *_: True)


def unknown() -> OutcomeUnknown:
    return OutcomeUnknown("outcome_unknown", provider="crm", operation="write")


def sent(stage: Stage) -> None:
    stage.provider.answers = [GOOD]
    stage.attempt()


def test_what_was_done_is_undone_once_with_its_reason(stage: Stage) -> None:
    sent(stage)
    stage.provider.answers = [GOOD]
    assert take_back(stage).status == "done"
    assert take_back(stage).status == "done"
    assert stage.provider.calls == 2
    assert (stage.row().status, stage.undo().status) == ("undone", "done")
    assert stage.undo().reason == "cancelled"
    assert stage.records("undo.settled") == 1


def test_what_never_happened_needs_no_undo(stage: Stage) -> None:
    stage.provider.answers = [ProviderUnavailable("provider_unavailable", provider="crm")]
    with pytest.raises(ProviderUnavailable):
        stage.attempt()
    assert take_back(stage).status == "not_needed"
    assert stage.undo().status == "not_needed"
    assert stage.provider.calls == 1


def test_what_may_have_happened_is_undone(stage: Stage) -> None:
    away = ProviderUnavailable("provider_unavailable", provider="crm")
    stage.provider.answers = [unknown(), away, GOOD]
    for expected in (OutcomeUnknown, ProviderUnavailable):
        with pytest.raises(expected):
            stage.attempt()
    assert take_back(stage).status == "done"
    assert stage.provider.calls == 3


@pytest.mark.parametrize(("word", "calls"), [("happened", 2), ("send_again", 1)])
def test_a_message_in_doubt_is_asked_about_before_it_is_taken_back(
    stage: Stage, word: str, calls: int
) -> None:
    stage.provider.answers = [unknown()]
    stage.attempt("ask")
    result = take_back(stage)
    assert (result.status, stage.provider.calls) == ("in_doubt", 1)
    assert [case.id for case in stage.cases()] == [result.case_id]
    desk(stage).resolve(KEEPER, str(result.case_id), word, None)
    stage.provider.answers = [GOOD]
    assert take_back(stage).status == ("done" if word == "happened" else "not_needed")
    assert stage.provider.calls == calls


def test_an_undo_in_doubt_that_happened_is_settled(stage: Stage) -> None:
    sent(stage)
    stage.provider.answers = [unknown()]
    result = take_back(stage)
    assert result.status == "in_doubt"
    desk(stage).resolve(KEEPER, str(result.case_id), "happened", "seen in the mailbox")
    assert take_back(stage).status == "done"
    assert stage.provider.calls == 2
    assert (stage.row().status, stage.undo().status) == ("undone", "done")
    with stage.database.tenant(TENANT) as session:
        run = run_book.get(session, RUN)
        assert run_book.end_status(session, run, "rejected", good=False) == "compensated"


def failed_undo(stage: Stage) -> str:
    sent(stage)
    with stage.database.tenant(TENANT) as session:
        return open_case(
            session, run_id=RUN, kind="undo_failed", subject=KEY, step="s", reason="r", at=AT
        )


def test_a_waiver_needs_a_second_person_and_settles_the_undo(stage: Stage) -> None:
    case_id = failed_undo(stage)
    with pytest.raises(NotEntitled) as caught:
        desk(stage).resolve(Actor(TENANT, "u"), case_id, "waive", None)
    assert caught.value.code == "second_person_needed"
    assert stage.cases()[0].status == "open"
    desk(stage).resolve(KEEPER, case_id, "waive", "agreed by phone")
    assert take_back(stage).status == "not_needed"
    assert (stage.row().status, stage.undo().status) == ("waived", "waived")
    with pytest.raises(Conflict) as twice:
        desk(stage).resolve(KEEPER, case_id, "waive", None)
    assert twice.value.code == "case_resolved"


def test_done_by_hand_settles_the_undo_without_a_call(stage: Stage) -> None:
    case_id = failed_undo(stage)
    desk(stage).resolve(KEEPER, case_id, "done_by_hand", None)
    take_back(stage)
    assert (stage.row().status, stage.undo().status) == ("undone", "by_hand")
    assert stage.provider.calls == 1
