"""The memo of a qualification: what was found about a lead, what follows, and who has it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from dealix.business.leads.elsewhere import Conflict, Elsewhere, conflicts
from dealix.business.leads.matching import What, Why
from dealix.business.leads.schemas import Grade, LeadScoreCard, Reason
from dealix.business.partners.schemas import Strict, Wording
from dealix.connectors.data_class import DataClass
from dealix.lanes.provenance import Provenance, absent

RESTRICTED = DataClass.RESTRICTED
Sentence = Annotated[Wording, Field(max_length=600)]
Verdict = Literal["qualified", "nurture", "not_a_fit", "check_registration", "ask_more"]
LeadStatus = Literal["new", "qualified", "disqualified", "duplicate"]
OF_GRADE: dict[Grade, Verdict] = {
    "hot": "qualified",
    "warm": "qualified",
    "cool": "nurture",
    "cold": "not_a_fit",
}
BECOMES: dict[Verdict, LeadStatus] = {
    "qualified": "qualified",
    "nurture": "new",
    "not_a_fit": "disqualified",
    "check_registration": "new",
    "ask_more": "new",
}
"""What status a lead has by its verdict."""
KNOWN_ENOUGH = 40
"""A score out of signals that weigh less says too little to qualify by."""
NOT_OURS = ("uae_registry",)
"""Sources of company research for which no connector is built."""


QUESTIONS = 4
"""What a person may be told to ask; more is not read."""


class SameAs(Strict):
    """The earlier lead that this one is, or whose company it is of, and by which facts."""

    lead: Annotated[str, RESTRICTED]
    what: What
    why: list[Why]


class Research(Strict):
    """What the registry said. `answer` is where it is kept, `asked_at` when it said so.

    `elsewhere` is what each directory said by itself: sources are put side by side and never made
    one. `conflicts` names what of them does not hold together.
    """

    result: Literal["found", "unknown_there", "not_asked"]
    because: str | None = None
    answer: str | None = None
    asked_at: datetime | None = None
    registration: str | None = None
    overdue: bool | None = None
    name_agrees: bool | None = None
    not_configured: list[str]
    elsewhere: list[Elsewhere] = Field(default_factory=list)
    conflicts: list[Conflict] = Field(default_factory=list)

    @property
    def speaks_against(self) -> bool:
        """Whether somebody must look at the registration first."""
        if self.conflicts or self.result == "unknown_there":
            return True
        return self.result == "found" and self.registration != "active"

    def beside(self, said: Sequence[Elsewhere]) -> "Research":
        """The same with what directories said, and with what follows of all together."""
        missing = [each.source for each in said if each.because == "not_configured"]
        return self.model_copy(
            update={
                "elsewhere": list(said),
                "conflicts": conflicts(self.registration, said),
                "not_configured": [*self.not_configured, *missing],
            }
        )


class Owner(Strict):
    """Who has the lead from now on, by which rules, out of how many."""

    user: Annotated[str, RESTRICTED]
    because: list[str]
    considered: int
    rules: str


class Reading(Strict):
    """What a model says of what the rules found, and what to ask; None and nothing without one.

    It changes neither verdict nor owner.
    """

    summary_ar: Sentence | None
    summary_en: Sentence | None
    questions: Annotated[list[Reason], Field(max_length=QUESTIONS)]
    provenance: Provenance

    @model_validator(mode="after")
    def _in_both_languages(self) -> "Reading":
        if (self.summary_ar is None) != (self.summary_en is None):
            raise PydanticCustomError("language_missing", "a summary is in both languages")
        if self.provenance.method == "model" and self.summary_ar is None:
            raise PydanticCustomError("summary_missing", "a model sums up")
        return self


class QualificationMemo(Strict):
    """Whether a lead is worth a call, and whose it is; it names nobody but by our identifiers.

    `lead_id` is the lead that it is about, `captured_id` the one that was entered: another one
    where the person was known already.
    """

    run_id: str
    lead_id: str
    captured_id: str
    verdict: Verdict
    same_as: SameAs | None
    research: Research
    score: Annotated[int, Field(ge=0, le=100)]
    grade: Grade
    score_card: str
    known_weight: Annotated[int, Field(ge=0, le=100)]
    owner: Annotated[Owner, RESTRICTED]
    reading: Annotated[Reading | None, Field(exclude_if=absent)] = None
    provenance: Provenance


class QualificationView(Strict):
    """A qualification: its memo once there is one, and whether it still counts."""

    run: str
    lead: str | None
    owner: str | None
    told_at: datetime | None
    seen_at: datetime | None
    superseded_at: datetime | None
    memo: QualificationMemo | None


def verdict(research: Research, card: LeadScoreCard) -> Verdict:
    """What follows: a doubtful registration first, then too few facts, then the grade."""
    if research.speaks_against:
        return "check_registration"
    return "ask_more" if card.known_weight < KNOWN_ENOUGH else OF_GRADE[card.grade]


def provenance(
    at: datetime, research: Research, card: LeadScoreCard, rules: str, inputs_hash: str
) -> Provenance:
    """Where a memo comes from: the score's own method, and every source with those not there."""
    asked: list[Any] = [f"wathq:{research.answer}"] if research.answer else []
    asked += [f"{each.source}:{each.answer}" for each in research.elsewhere if each.answer]
    return Provenance(
        generated_at=at,
        method=card.provenance.method,
        model=card.provenance.model,
        prompt_version=card.provenance.prompt_version,
        rules_version=f"{card.scorecard}, {rules}",
        inputs_hash=inputs_hash,
        sources=["lead", "company", "lead activities", "open leads", *asked],
        not_configured=[*research.not_configured, *card.provenance.not_configured],
        executor=card.provenance.executor,
        fall_back=card.provenance.fall_back,
    )
