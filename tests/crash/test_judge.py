"""The judge itself: planted losses, doubles and leftovers are all found."""

import pytest

from dealix.business.partners.examples import partner_example
from dealix.proof import rounds
from dealix.proof.judge import holdings, judge, needless_questions

NUMBER = 7
EXAMPLE = partner_example(NUMBER)


def mail(key, undoes=None, undone=None, to=EXAMPLE["contact"]["email"]):
    return {
        "provider": "smtp",
        "kind": "email",
        "reference": f"ref-{key}",
        "idempotency_key": key,
        "undoes": undoes,
        "undone": undone,
        "body": {"to": [to]},
    }


def company(key, undoes=None, undone=None):
    properties = {"registration_number": EXAMPLE["registration_number"]}
    return {
        **mail(key, undoes, undone),
        "provider": "hubspot",
        "kind": "company.upsert",
        "body": {"properties": properties},
    }


def spoken(key, undoes=None, undone=None, phone=EXAMPLE["contact"]["phone"]):
    return {
        **mail(key, undoes, undone),
        "provider": "whatsapp",
        "kind": "whatsapp",
        "body": {"to": phone.removeprefix("+")},
    }


def envelope(key, state="completed", undoes=None, undone=None):
    return {**mail(key, undoes, undone), "provider": "docusign", "kind": "envelope", "state": state}


def ledger(*systems):
    return [{"system": s, "undoes": None, "done_at": "2026-01-01"} for s in systems]


def run(outcome="activated", ended="2026-01-01"):
    return {
        "id": "run_1",
        "workflow": "partner_approval",
        "status": "completed",
        "outcome": outcome,
        "ended_at": ended,
    }


def case(step):
    return {"step": step, "status": "open"}


GOOD = [mail("a"), spoken("w"), company("c"), envelope("e"), company("d"), mail("b")]
WHOLE = ledger("email", "whatsapp", "crm", "esign", "crm", "email")


def test_a_whole_activation_is_good():
    assert judge(run(), holdings(GOOD, NUMBER), WHOLE, [], "activated").good


@pytest.mark.parametrize(
    ("rows", "book", "what"),
    [
        (GOOD[:3], WHOLE, "lost"),
        (GOOD[:3], WHOLE[:3], "lost"),
        (GOOD, WHOLE[:3], "lost"),
        ([GOOD[0], *GOOD[2:]], WHOLE, "lost"),
        ([GOOD[0], *GOOD[2:]], ledger("email", "crm", "email", "esign"), "lost"),
        (GOOD[:4], WHOLE, "lost"),
        (GOOD[:4], WHOLE[:4], "lost"),
        ([*GOOD[:3], envelope("e", "delivered"), *GOOD[4:]], WHOLE, "lost"),
        ([*GOOD, envelope("another key")], [*WHOLE, *ledger("esign")], "doubled"),
        ([*GOOD, mail("b")], WHOLE, "doubled"),
        ([*GOOD, mail("another key")], [*WHOLE, *ledger("email")], "doubled"),
        ([*GOOD, company("another key")], [*WHOLE, *ledger("crm")], "doubled"),
        ([*GOOD, spoken("another key")], [*WHOLE, *ledger("whatsapp")], "doubled"),
        ([mail("a", undone="x"), *GOOD[1:]], WHOLE, "lost"),
    ],
)
def test_a_broken_activation_is_found(rows, book, what):
    finding = judge(run(), holdings(rows, NUMBER), book, [], "activated")
    assert getattr(finding, what), finding


def test_what_stands_after_a_rejection_is_left():
    rows = [mail("a", undone="r"), mail("r", undoes="a"), company("c")]
    finding = judge(run("rejected"), rows, ledger("email", "crm"), [], "rejected")
    assert finding.left == ["write_crm stands"]
    rows[2] = company("c", undone="w")
    rows.append(company("w", undoes="c"))
    assert judge(run("rejected"), rows, ledger("email", "crm"), [], "rejected").good


def test_a_message_that_stands_after_a_rejection_is_left():
    finding = judge(run("rejected"), [spoken("w")], ledger("whatsapp"), [], "rejected")
    assert finding.left == ["send_terms_whatsapp stands"]


@pytest.mark.parametrize("state", ["sent", "delivered"])
def test_an_envelope_that_stands_after_a_cancel_is_left(state):
    rows, book = [envelope("e", state)], ledger("esign")
    assert judge(run("cancelled"), rows, book, [], "cancelled").left == ["send_envelope stands"]
    rows = [envelope("e", "voided", undone="v"), envelope("v", "voided", undoes="e")]
    assert judge(run("cancelled"), rows, book, [], "cancelled").good


@pytest.mark.parametrize("state", ["completed", "declined"])
def test_an_envelope_that_others_ended_is_not_left(state):
    assert judge(run("cancelled"), [envelope("e", state)], ledger("esign"), [], "cancelled").good


def test_a_retraction_of_what_was_never_said_is_found():
    rows = [mail("r", undoes="a")]
    assert judge(run("cancelled"), rows, [], [], "cancelled").doubled


def test_a_stuck_run_is_lost_and_one_with_an_open_case_is_not():
    stuck = run(outcome=None, ended=None)
    assert judge(stuck, [], [], [], "activated").lost
    asked = judge(stuck, [], [], [case("ask_manager")], "activated")
    assert asked.good
    assert asked.outcome == "case"


def test_a_case_excuses_the_step_that_it_names_and_no_other():
    waits = run(outcome=None, ended=None)
    doubt = [case("send_terms")]
    assert judge(waits, [mail("a")], [], doubt, "activated").good
    assert judge(waits, [], [], doubt, "activated").good
    lost = judge(waits, [mail("a"), spoken("w")], [], doubt, "activated").lost
    assert lost == ["whatsapp: 0 on record, 1 at the provider"]
    assert judge(waits, [], ledger("email"), doubt, "activated").lost
    assert judge(waits, [mail("a"), mail("b")], [], doubt, "activated").lost


def test_a_run_that_stopped_at_a_doubt_has_left_nothing_yet():
    waits = run(outcome=None, ended=None)
    rows, book = [mail("a"), company("c")], ledger("email", "crm")
    assert judge(waits, rows, book, [case("notify_activation")], "activated").good


def test_an_undo_that_failed_excuses_the_step_that_it_takes_back_and_no_other():
    waits = run(outcome=None, ended=None)
    rows, book = [mail("a"), company("c")], ledger("email", "crm")
    found = judge(waits, rows, book, [case("retract_terms")], "rejected")
    assert found.left == ["write_crm stands"]
    rows[1] = company("c", undone="w")
    rows.append(company("w", undoes="c"))
    assert judge(waits, rows, book, [case("retract_terms")], "rejected").good


@pytest.mark.parametrize(
    ("step", "word", "found"),
    [
        ("retract_terms", "happened", 0),
        ("send_envelope", "happened", 1),
        ("send_envelope", "send_again", 1),
        ("send_terms", "happened", 0),
        ("send_terms_whatsapp", "happened", 1),
        ("send_terms_whatsapp", "send_again", 0),
        ("withdraw_in_crm", "retry", 0),
        ("write_crm", "send_again", 1),
        ("workflow", "retry", 0),
    ],
)
def test_a_question_about_what_the_provider_knows_is_found(step, word, found):
    assert len(needless_questions("partner_approval", [(step, word)])) == found


def test_another_end_than_the_story_s_is_found():
    assert judge(run("rejected"), [], [], [], "activated").lost


def test_other_people_s_mail_is_not_counted():
    assert holdings([mail("a", to="contact77@partner.example")], NUMBER) == []
    assert holdings([spoken("a", phone="+966501000077")], NUMBER) == []
    assert holdings([envelope("a") | {"body": {"to": ["contact77@partner.example"]}}], NUMBER) == []


def test_a_point_to_which_no_run_came_is_tried_once_more():
    def line(step, outcome, lost=0):
        return rounds.Line("partner_approval", step, "kill api before", outcome, lost, 0, 0)

    missed = [line("a", "activated"), line("b", rounds.NOT_HELD, 1)]
    later = [line("a", "activated"), line("b", "cancelled"), line(rounds.BETWEEN, "cancelled")]
    played = iter([rounds.Round(missed, 1, 2.0, 0.1), rounds.Round(later, 2, 3.0, 0.1)])
    found = rounds.filled(lambda: next(played))
    assert [(one.step, one.outcome) for one in found.lines] == [
        ("a", "activated"),
        ("b", "cancelled"),
        (rounds.BETWEEN, "cancelled"),
    ]
    assert found.seconds == 5.0


def test_a_round_that_held_all_is_played_once():
    whole = rounds.Round([], 0, 1.0, 0.1)
    played = iter([whole])
    assert rounds.filled(lambda: next(played)) is whole
