"""What a model writes into a qualification's memo: a summary and what to ask, never the verdict.

It sees what the rules found, in words and numbers of ours; nobody is named and nothing is in it
that a stranger wrote. Without a model the memo stands as the rules made it.
"""

from typing import Annotated, Any, Literal

from dealix.business.leads.advising import Promise
from dealix.business.leads.memos import Reading, Research, SameAs, verdict
from dealix.business.leads.schemas import Facts, LeadScoreCard
from dealix.connectors.data_class import DataClass
from dealix.lanes import step_executor
from dealix.lanes.step_executor import ModelStep

INTERNAL = DataClass.INTERNAL
RULES_VERSION = "reading-1"


class Qualified(step_executor.Facts):
    """What a qualification found of a lead."""

    verdict: Annotated[str, INTERNAL]
    score: Annotated[int, INTERNAL]
    grade: Annotated[str, INTERNAL]
    known_weight: Annotated[int, INTERNAL]
    lead: Annotated[Promise, INTERNAL]
    registry: Annotated[str, INTERNAL]
    registration: Annotated[str | None, INTERNAL]
    confirmation_overdue: Annotated[bool | None, INTERNAL]
    registered_name_agrees: Annotated[bool | None, INTERNAL]
    known_before: Annotated[Literal["no", "person", "company"], INTERNAL]


def found(facts: Facts, card: LeadScoreCard, research: Research, same: SameAs | None) -> Qualified:
    """The facts of a memo's reading."""
    return Qualified(
        verdict=verdict(research, card),
        score=card.score,
        grade=card.grade,
        known_weight=card.known_weight,
        lead=Promise.of(facts, card.signals),
        registry=research.result,
        registration=research.registration,
        confirmation_overdue=research.overdue,
        registered_name_agrees=research.name_agrees,
        known_before=same.what if same else "no",
    )


def _nothing_written(_given: Qualified) -> dict[str, Any]:
    return {"summary_ar": None, "summary_en": None, "questions": []}


READ_QUALIFICATION: ModelStep[Qualified, Reading] = ModelStep(
    name="lead_qualification.score_qualification",
    prompt="lead_qualification",
    facts=Qualified,
    output=Reading,
    rules=_nothing_written,
    rules_version=RULES_VERSION,
    most_tokens=1200,
)
