"""The ledger's verdicts: what a row found started, refused, unavailable or unknown leads to."""

import contextlib

import pytest
from tests.trust.outbound.staging import AT, KEY, RUN, TENANT, Stage
from tests.trust.outbound.test_undoing import KEEPER, desk, take_back

from dealix.errors import Conflict, OutcomeUnknown, ProviderRefused, ProviderUnavailable
from dealix.lanes import run_book
from dealix.records.schemas import Reply
from dealix.trust.outbound.service import Outbound, covered, spec_of

GOOD = Reply("ref_1", {"id": "ref_1"})


def unknown() -> OutcomeUnknown:
    return OutcomeUnknown("outcome_unknown", provider="crm", operation="write")


def away() -> ProviderUnavailable:
    return ProviderUnavailable("provider_unavailable", provider="crm")


def refused() -> ProviderRefused:
    return ProviderRefused("provider_refused", provider="crm", reason="bad")


def test_a_repeated_step_calls_once_and_is_audited_once(stage: Stage) -> None:
    stage.provider.answers = [GOOD]
    first, second = stage.attempt(), stage.attempt()
    assert first == second
    assert first.data == {"id": "ref_1"}
    assert stage.provider.calls == 1
    assert stage.row().attempts == 1
    assert stage.records("effect.done") == 1


def test_resend_calls_again_after_an_unknown_outcome(stage: Stage) -> None:
    stage.provider.answers = [unknown(), GOOD]
    with pytest.raises(OutcomeUnknown):
        stage.attempt()
    assert stage.row().open_attempt
    assert stage.attempt().status == "done"
    assert (stage.provider.calls, stage.provider.asked) == (2, 0)


def test_look_up_finds_what_happened_and_does_not_call_again(stage: Stage) -> None:
    stage.provider.answers, stage.provider.looks = [unknown()], [GOOD]
    with pytest.raises(OutcomeUnknown):
        stage.attempt("look_up")
    assert stage.attempt("look_up").status == "done"
    assert (stage.provider.calls, stage.provider.asked) == (1, 1)
    assert stage.row().reference == "ref_1"


def test_look_up_that_finds_nothing_calls(stage: Stage) -> None:
    stage.provider.answers, stage.provider.looks = [unknown(), GOOD], [None]
    with pytest.raises(OutcomeUnknown):
        stage.attempt("look_up")
    assert stage.attempt("look_up").status == "done"
    assert (stage.provider.calls, stage.provider.asked) == (2, 1)


def test_a_look_up_that_finds_nobody_in_is_asked_again_before_any_call(stage: Stage) -> None:
    stage.provider.answers, stage.provider.looks = [unknown()], [away(), GOOD]
    with pytest.raises(OutcomeUnknown):
        stage.attempt("look_up")
    with pytest.raises(ProviderUnavailable):
        stage.attempt("look_up")
    assert stage.attempt("look_up").status == "done"
    assert (stage.provider.calls, stage.provider.asked) == (1, 2)


@pytest.mark.parametrize("later", [away, refused])
def test_what_may_have_happened_keeps_its_undo_whatever_comes_later(
    stage: Stage, later: object
) -> None:
    assert callable(later)
    stage.provider.answers = [unknown(), later()]
    with pytest.raises(OutcomeUnknown):
        stage.attempt()
    with contextlib.suppress(ProviderUnavailable):
        stage.attempt()
    assert stage.row().open_attempt
    assert stage.undo().status == "registered"


def test_ask_opens_one_case_and_never_calls_again_by_itself(stage: Stage) -> None:
    stage.provider.answers = [unknown()]
    first, second = stage.attempt("ask"), stage.attempt("ask")
    assert first.status == second.status == "in_doubt"
    assert first.case_id == second.case_id
    assert [case.kind for case in stage.cases()] == ["in_doubt"]
    assert stage.provider.calls == 1
    assert stage.run().status == "attention"


def test_ask_after_a_crash_between_started_and_the_answer(stage: Stage) -> None:
    class Killed(BaseException):
        pass

    def dies() -> Reply:
        raise Killed

    stage.provider.call = dies  # type: ignore[method-assign]
    with pytest.raises(Killed):
        stage.attempt("ask")
    assert (stage.row().status, stage.row().open_attempt) == ("started", True)
    assert stage.attempt("ask").status == "in_doubt"


def test_a_refusal_is_failed_with_its_reason_and_needs_no_undo(stage: Stage) -> None:
    stage.provider.answers = [refused()]
    first, second = stage.attempt(), stage.attempt()
    assert (first.status, first.reason) == ("failed", "bad")
    assert first == second
    assert stage.provider.calls == 1
    assert stage.row().status == "failed"
    assert stage.undo().status == "not_needed"
    assert stage.records("effect.failed") == 1


def test_an_unavailable_provider_did_nothing_and_is_called_again(stage: Stage) -> None:
    stage.provider.answers = [away(), GOOD]
    with pytest.raises(ProviderUnavailable):
        stage.attempt("ask")
    assert (stage.row().status, stage.row().open_attempt) == ("started", False)
    assert stage.attempt("ask").status == "done"
    assert stage.cases() == []


def test_what_policy_denies_is_not_called(stage: Stage) -> None:
    stage.policy.refuses = True
    result = stage.attempt()
    assert (result.status, result.reason) == ("failed", "policy_denied")
    assert stage.provider.calls == 0
    assert stage.undo().status == "not_needed"


@pytest.mark.parametrize("what", ["undo_begun_at", "ended_at"])
def test_a_late_step_is_fenced(stage: Stage, what: str) -> None:
    with stage.database.tenant(TENANT) as session:
        setattr(run_book.get(session, RUN, lock=True), what, AT)
    with pytest.raises(Conflict) as caught:
        stage.attempt()
    assert caught.value.code == "run_ended"
    assert stage.provider.calls == 0


def finish_late(stage: Stage) -> None:
    """The first try's answer, which comes when everybody has stopped waiting for it."""
    outbound = Outbound(stage.database, stage.policy)
    spec = spec_of(stage.facts(), stage.call(), stage.effect())
    outbound._done(spec, stage.effect(), stage.call(), GOOD)


@pytest.mark.parametrize("earlier", ["answered", "unknown"])
def test_an_answer_after_the_undo_leaves_it_undone_and_asks_a_person(
    stage: Stage, earlier: str
) -> None:
    stage.provider.answers = [GOOD if earlier == "answered" else unknown(), GOOD]
    with contextlib.suppress(OutcomeUnknown):
        stage.attempt()
    take_back(stage)
    assert stage.row().status == "undone"
    finish_late(stage)
    finish_late(stage)
    assert (stage.row().status, stage.undo().status) == ("undone", "done")
    assert [(case.kind, case.subject) for case in stage.cases()] == [("late_answer", KEY)]
    assert stage.run().status == "attention"


def test_what_was_found_not_to_have_happened_and_then_did_asks_a_person(stage: Stage) -> None:
    stage.provider.answers = [away()]
    with pytest.raises(ProviderUnavailable):
        stage.attempt()
    assert take_back(stage).status == "not_needed"
    finish_late(stage)
    assert stage.row().status == "done"
    assert [case.kind for case in stage.cases()] == ["late_answer"]


def test_a_late_refusal_or_silence_changes_nothing_that_has_ended(stage: Stage) -> None:
    outbound = Outbound(stage.database, stage.policy)
    spec = spec_of(stage.facts(), stage.call(), stage.effect())
    stage.provider.answers = [GOOD, GOOD]
    stage.attempt()
    for expected in ("done", "undone"):
        if expected == "undone":
            take_back(stage)
        assert outbound._refused(spec, stage.call(), "bad").status == "done"
        assert outbound._in_doubt(spec, stage.call(), "bad").status == "done"
        assert stage.row().status == expected
    assert stage.undo().status == "done"
    assert stage.cases() == []


def test_an_ended_run_shows_its_end_once_its_last_case_is_settled(stage: Stage) -> None:
    stage.provider.answers = [GOOD, GOOD]
    stage.attempt()
    take_back(stage)
    with stage.database.tenant(TENANT) as session:
        run = run_book.get(session, RUN, lock=True)
        run.outcome, run.ended_at, run.status = "rejected", AT, "compensated"
    finish_late(stage)
    assert stage.run().status == "attention"
    desk(stage).resolve(KEEPER, stage.cases()[0].id, "done_by_hand", "looked; it is gone")
    assert stage.run().status == "compensated"


def test_what_may_have_happened_is_not_asked_about_anew(stage: Stage) -> None:
    """Another round would do it again under another key."""

    def is_covered() -> bool:
        with stage.database.tenant(TENANT) as session:
            return covered(session, stage.call(), stage.effect())

    assert not is_covered()
    stage.provider.answers = [unknown()]
    with pytest.raises(OutcomeUnknown):
        stage.attempt("look_up")
    assert is_covered()


def test_more_is_written_when_an_effect_begins_and_only_then(stage: Stage) -> None:
    begun: list[str] = []
    recorded: list[str] = []
    effect = stage.effect().also(begun=lambda _session: begun.append("began"))
    effect = effect.also(recorded=lambda _session: recorded.append("happened"))
    outbound = Outbound(stage.database, stage.policy)
    stage.provider.answers = [away(), GOOD]
    with pytest.raises(ProviderUnavailable):
        outbound.perform(stage.facts(), stage.call(), effect)
    assert (begun, recorded) == (["began"], [])
    outbound.perform(stage.facts(), stage.call(), effect)
    assert (begun, recorded) == (["began", "began"], ["happened"])
    stage.policy.refuses = True
    outbound.perform(stage.facts(), stage.call(f"{RUN}:other"), effect)
    assert len(begun) == 2
