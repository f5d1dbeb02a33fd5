"""Asks whoever does model steps for a few points more or less on a score, with reasons.

A model sees counts and words of our own lists only: nothing personal, nothing that a stranger
wrote. It moves a score within the scorecard's bound; whatever fails, the rules stand alone.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from dealix.business.leads import schemas
from dealix.business.leads.schemas import Adjustment, Reason, ScoreSignal
from dealix.business.leads.scorecard import CURRENT
from dealix.business.partners.schemas import Strict
from dealix.connectors.data_class import DataClass
from dealix.lanes.provenance import Provenance
from dealix.lanes.step_executor import Facts, ModelStep

SECONDS = 3.0
"""Of the five that a score may take; the rest is the way to a worker and back."""

RULES_VERSION = "adjustment-1"
INTERNAL = DataClass.INTERNAL


class Weighed(Facts):
    """One signal as the rules weighed it."""

    name: Annotated[str, INTERNAL]
    points: Annotated[int, INTERNAL]
    of: Annotated[int, INTERNAL]
    value: Annotated[str, INTERNAL]
    known: Annotated[bool, INTERNAL]


class Promise(Facts):
    """What is known of a lead, and what the rules made of it; nobody is named."""

    country: Annotated[str, INTERNAL]
    industry: Annotated[str, INTERNAL]
    employees: Annotated[int | None, INTERNAL]
    budget: Annotated[str, INTERNAL]
    budget_amount: Annotated[str | None, INTERNAL]
    currency: Annotated[str, INTERNAL]
    wants_to_buy: Annotated[str, INTERNAL]
    done_in_30_days: Annotated[dict[str, int], INTERNAL]
    done_in_60_days_before: Annotated[dict[str, int], INTERNAL]
    signals: Annotated[tuple[Weighed, ...], INTERNAL]

    @classmethod
    def of(cls, facts: schemas.Facts, signals: Sequence[ScoreSignal]) -> "Promise":
        """The same facts as the score is made of."""
        return cls(
            country=facts.country,
            industry=facts.industry,
            employees=facts.employees,
            budget=facts.budget,
            budget_amount=facts.budget_amount,
            currency=facts.currency,
            wants_to_buy=facts.timing,
            done_in_30_days=facts.recent,
            done_in_60_days_before=facts.earlier,
            signals=tuple(
                Weighed(name=s.name, points=s.points, of=s.weight, value=s.value, known=s.known)
                for s in signals
            ),
        )


class Advice(Strict):
    """Points that are added to the rules' score, at most the scorecard's bound, and why."""

    points: Annotated[int, Field(ge=-CURRENT.adjustable, le=CURRENT.adjustable)]
    reasons: Annotated[list[Reason], Field(max_length=5)]
    provenance: Provenance

    @model_validator(mode="after")
    def _says_why(self) -> "Advice":
        if self.points and not self.reasons:
            raise PydanticCustomError("reasons_missing", "points need a reason")
        return self

    def adjustment(self) -> Adjustment | None:
        """What a model added; None where rules did the step."""
        told = self.provenance
        if told.model is None or told.prompt_version is None:
            return None
        return Adjustment(
            points=self.points,
            reasons=self.reasons,
            model=told.model,
            prompt_version=told.prompt_version,
        )


def _nothing_more(_given: Promise) -> dict[str, Any]:
    return {"points": 0, "reasons": []}


ADJUST_SCORE: ModelStep[Promise, Advice] = ModelStep(
    name="lead_scoring.score_lead",
    prompt="lead_score",
    facts=Promise,
    output=Advice,
    rules=_nothing_more,
    rules_version=RULES_VERSION,
    seconds=SECONDS,
    most_tokens=600,
)
