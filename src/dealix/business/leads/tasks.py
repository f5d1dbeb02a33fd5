"""The short task of leads, part by part: score by the scorecard, keep the card."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dealix.business.leads import repository
from dealix.business.leads.advising import ADJUST_SCORE, Advice, Promise
from dealix.business.leads.schemas import Facts, LeadScoreCard
from dealix.business.leads.scorecard import CURRENT, grade, signals
from dealix.lanes.short import part, task
from dealix.lanes.step_executor import StepContext, StepExecutor, StepResult
from dealix.records.canonical import digest

Scored = dict[str, LeadScoreCard]
SOURCES = ("lead", "company", "lead activities")


@task(name="lead_scoring")
class ScoreLead:
    """How promising leads are, by what is known of each at one moment (`facts` by lead).

    `models` does the one step that may use a model.
    """

    def __init__(self, models: StepExecutor) -> None:
        self.models = models

    def run(
        self, session: Session, tenant_id: str, facts: Mapping[str, Facts], at: datetime, by: str
    ) -> Scored:
        """Score by rules alone and store, in the caller's transaction: many leads at once."""
        cards = self.score_lead(tenant_id, facts, at, alone=True)
        self.store_score(session, cards, by, at)
        return cards

    @part("score_lead", method="upsert", system="step_model")
    def score_lead(
        self, tenant_id: str, facts: Mapping[str, Facts], at: datetime, *, alone: bool = False
    ) -> Scored:
        """The cards by the scorecard in force, each under a key made of all that went in.

        Unless rules score `alone`, a model may be asked: no transaction may be open then.
        """
        return dict(
            self._card(tenant_id, lead_id, known, at, alone=alone)
            for lead_id, known in facts.items()
        )

    @part("store_score", method="upsert")
    def store_score(self, session: Session, cards: Scored, by: str, at: datetime) -> None:
        """Keep each card under its key."""
        repository.keep_scores(session, cards, by, at)

    def _card(
        self, tenant_id: str, lead_id: str, facts: Facts, at: datetime, *, alone: bool
    ) -> tuple[str, LeadScoreCard]:
        found = signals(CURRENT, facts)
        inputs = digest({"lead": lead_id, "facts": facts.model_dump()})
        context = StepContext(tenant_id, f"{lead_id}:score:{inputs[-16:]}", SOURCES)
        promise = Promise.of(facts, found)
        step = self.models.by_rules if alone else self.models.execute
        advice: StepResult[Advice] = step(ADJUST_SCORE, promise, context)
        adjustment = advice.output.adjustment()
        points = sum(each.points for each in found) + advice.output.points
        score = max(0, min(100, points))
        card = LeadScoreCard(
            lead_id=lead_id,
            score=score,
            grade=grade(CURRENT, score),
            scorecard=CURRENT.version,
            signals=found,
            known_weight=sum(each.weight for each in found if each.known),
            adjustment=adjustment,
            provenance=advice.provenance.model_copy(
                update={
                    "generated_at": at,
                    "rules_version": CURRENT.version,
                    "inputs_hash": inputs,
                }
            ),
        )
        said: dict[str, Any] = {"inputs": inputs, "scorecard": CURRENT.version, "score": score}
        said["advice"] = adjustment.model_dump() if adjustment else None
        if advice.provenance.fall_back is not None:
            said["fall_back"] = advice.provenance.fall_back.model_dump()
        return digest(said), card
