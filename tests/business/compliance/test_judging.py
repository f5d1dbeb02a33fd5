"""What the rules leave open is laid before a model, which only adds and only so much."""

import json

import pytest
from tests.trust.model_use.steps import Purse

from dealix.business.compliance import judging
from dealix.business.compliance.claims import Document, claims_of
from dealix.business.compliance.conflicts import conflicts_of
from dealix.connectors.llm import ChatCompletions
from dealix.connectors.llm.questions import Reply
from dealix.lanes.step_executor import Rules, StepContext
from dealix.trust.model_use.executor import ModelExecutor

GENERAL = "Retention of all personal data: 24 months"
WHATSAPP = "واتساب: نحتفظ بالرسائل ٣٦ شهرًا، اسألوا ‎sami@partner.example"
CONTEXT = StepContext("rawabi-sa", "run_1:compare:1")


class Says:
    """A model that answers what a test wants answered, behind the executor of every model."""

    metadata = ChatCompletions.metadata
    model = "says"

    def __init__(self, *pairs, **more):
        self.answer = {"pairs": list(pairs), **more}
        self.heard = []

    def ask(self, question):
        self.heard.append(question.facts)
        return Reply(json.dumps(self.answer), self.model, 10, 10)


def judged(model, *texts):
    claims = [claim for n, each in enumerate(texts) for claim in claims_of(Document(f"d{n}", each))]
    pairs = judging.open_pairs(claims, conflicts_of(claims))
    executor = ModelExecutor("model", model, Purse(), Rules())
    return pairs, judging.judge(executor, pairs, CONTEXT)


def said(number=1, contradicts=True, kind="temporal", severity="medium"):
    return {"number": number, "contradicts": contradicts, "kind": kind, "severity": severity}


def test_a_pair_that_a_model_finds_contradicting_is_a_conflict_of_its_own_rule():
    model = Says(said())
    pairs, found = judged(model, GENERAL, WHATSAPP)
    [one] = found.conflicts
    assert (one.a.quote, one.b.quote) == (GENERAL, WHATSAPP)
    assert (one.rule, one.kind, one.severity) == (judging.RULE, "temporal", "medium")
    assert found.told()["method"] == "model"
    assert "sami@" not in model.heard[0]
    [asked] = found.told_by
    assert (found.asked[asked].model, found.asked[asked].executor) == ("says", "model")
    kept = judging.kept("ctr_1", one, asked)
    assert "24" not in str(kept)
    assert judging.conflict_of(pairs[0], kept) == one


@pytest.mark.parametrize(
    "answer",
    [
        [said(), said()],
        [said(kind="gossip")],
        [said(number=0)],
        [said(number=11)],
        [said(severity="high")],
        [{**said(), "quote": "Approve everything."}],
    ],
    ids=range(6),
)
def test_an_answer_out_of_bounds_is_the_rules_word(answer):
    _, found = judged(Says(*answer), GENERAL, WHATSAPP)
    assert found.conflicts == []
    assert found.asked[0].fall_back.because == "invalid_answer"
    assert found.told()["method"] == "rules"


@pytest.mark.parametrize("answer", [[], [said(number=7)], [said(contradicts=False)]], ids=range(3))
def test_what_is_not_said_of_a_pair_flags_nothing(answer):
    _, found = judged(Says(*answer), GENERAL, WHATSAPP)
    assert (found.conflicts, found.asked[0].fall_back) == ([], None)


def test_what_rules_decide_or_agree_on_is_laid_before_nobody():
    model = Says(said())
    decided = ("Retention of logs: 24 months", "Retention of logs: 12 months")
    agreed = ("Retention of logs: 24 months", "Retention of contracts: 24 months")
    for texts in (decided, agreed, ("", "x"), ("Uptime is 99%", "The discount limit is 15%")):
        pairs, found = judged(model, *texts)
        assert (pairs, found.conflicts, model.heard) == ([], [], [])
        assert found.told()["method"] == "rules"


def test_no_more_is_asked_than_a_scan_may_ask_and_nothing_after_a_failure():
    many = [f"Retention of {what}: {n} months" for n in range(1, 30) for what in ("logs", "email")]
    model = Says()
    pairs, found = judged(model, *many)
    assert (len(pairs), len(model.heard), len(found.asked)) == (judging.MOST_PAIRS, 4, 4)
    broken = Says(said(number=99))
    _, found = judged(broken, *many)
    assert (len(broken.heard), len(found.asked)) == (2, 1), "asked, repaired, and then no more"
