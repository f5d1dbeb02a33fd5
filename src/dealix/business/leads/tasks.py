"""The short task of leads, part by part: score by the scorecard, keep the card."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.leads import repository
from dealix.business.leads.advising import Adviser
from dealix.business.leads.schemas import Adjustment, Facts, LeadScoreCard, ScoreSignal
from dealix.business.leads.scorecard import CURRENT, grade, signals
from dealix.lanes.provenance import Provenance
from dealix.lanes.short import part, task
from dealix.records.canonical import digest
from dealix.store.session import tenant_of

Scored = dict[str, LeadScoreCard]


@task(name="lead_scoring")
class ScoreLead:
    """How promising leads are, in the caller's transaction."""

    def __init__(self, adviser: Adviser | None = None) -> None:
        self.adviser = adviser

    def run(self, session: Session, lead_ids: Iterable[str], by: str) -> Scored:
        """Score, then store. Answers the cards by their keys; unknown leads are left out."""
        at = clock.now()
        cards = self.score_lead(session, lead_ids, at)
        self.store_score(session, cards, by, at)
        return cards

    @part("score_lead", method="upsert")
    def score_lead(self, session: Session, lead_ids: Iterable[str], at: datetime) -> Scored:
        """The cards by the scorecard in force, each under a key made of all that went in."""
        found = repository.facts(session, lead_ids, at)
        tenant = tenant_of(session)
        return dict(self._card(tenant, lead_id, facts, at) for lead_id, facts in found.items())

    @part("store_score", method="upsert")
    def store_score(self, session: Session, cards: Scored, by: str, at: datetime) -> None:
        """Keep each card under its key."""
        repository.keep_scores(session, cards, by, at)

    def _card(
        self, tenant: str, lead_id: str, facts: Facts, at: datetime
    ) -> tuple[str, LeadScoreCard]:
        found = signals(CURRENT, facts)
        advice = self._advice(tenant, facts, found)
        points = sum(each.points for each in found) + (advice.points if advice else 0)
        score = max(0, min(100, points))
        inputs = digest({"lead": lead_id, "facts": facts.model_dump()})
        card = LeadScoreCard(
            lead_id=lead_id,
            score=score,
            grade=grade(CURRENT, score),
            scorecard=CURRENT.version,
            signals=found,
            known_weight=sum(each.weight for each in found if each.known),
            adjustment=advice,
            provenance=Provenance(
                generated_at=at,
                method="model" if advice else "rules",
                model=advice.model if advice else None,
                prompt_version=advice.prompt_version if advice else None,
                rules_version=CURRENT.version,
                inputs_hash=inputs,
                sources=["lead", "company", "lead activities"],
                not_configured=[] if self.adviser else ["model"],
            ),
        )
        said = {"inputs": inputs, "scorecard": CURRENT.version, "score": score}
        return digest({**said, "advice": advice.model_dump() if advice else None}), card

    def _advice(self, tenant: str, facts: Facts, found: list[ScoreSignal]) -> Adjustment | None:
        advice = self.adviser.advise(tenant, facts, found) if self.adviser else None
        if advice is None:
            return None
        most = CURRENT.adjustable
        return advice.model_copy(update={"points": max(-most, min(most, advice.points))})
