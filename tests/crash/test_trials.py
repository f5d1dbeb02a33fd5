"""Lost answers, two decisions at once, cancels at every wait, and a run ended from outside."""

import pytest

pytestmark = pytest.mark.journey

TRIALS = (
    "answers_lost",
    "answers_of_later_mails_lost",
    "two_decisions_at_once",
    "the_same_update_twice",
    "cancelled_while_it_waits",
    "cancelled_between_stored_and_delivered",
    "stored_before_a_crash",
    "ended_behind_our_back",
)


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("trial", TRIALS)
def test_trial(trials, trial):
    lines = getattr(trials, trial)()
    assert lines
    assert [line for line in lines if not line.good] == []


def test_every_trial_of_the_proof_is_tested(trials):
    assert tuple(trial.__name__ for trial in trials.tried()) == TRIALS
