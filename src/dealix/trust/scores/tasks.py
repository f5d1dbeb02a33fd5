"""The short task of trust scores, part by part: gather the factors, weigh them, keep the card."""

from collections.abc import Callable, Mapping
from typing import Literal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.declaring import part, task
from dealix.lanes.provenance import Provenance
from dealix.records.canonical import digest
from dealix.store.session import tenant_of
from dealix.trust.scores.models import TrustScore
from dealix.trust.scores.schemas import (
    NO_SOURCE,
    EntityType,
    Factor,
    Measured,
    TrustScoreCard,
)
from dealix.trust.scores.weights import CURRENT

Source = Callable[[Session, str], Mapping[str, Measured]]
"""What is known of one thing, by factor; raises `NotFound` where there is no such thing."""


@task(name="trust_score")
class ScoreTrust:
    """How far something is to be trusted, in the caller's transaction. `sources` by its kind."""

    def __init__(self, sources: Mapping[EntityType, Source]) -> None:
        self.sources = sources

    def run(self, session: Session, kind: EntityType, entity_id: str, by: str) -> str:
        """Aggregate, score, store. Answers the key of the card."""
        factors = self.aggregate_factors(session, kind, entity_id)
        card = self.score_trust(kind, entity_id, factors)
        return self.store_trust_score(session, card, by)

    @part("aggregate_factors", method="upsert")
    def aggregate_factors(self, session: Session, kind: EntityType, entity_id: str) -> list[Factor]:
        """Every factor of this kind of thing; one that no source knows is there without a value."""
        found = self.sources[kind](session, entity_id)
        return [
            Factor(name=name, weight=weight, **found.get(name, NO_SOURCE).model_dump())
            for name, weight in CURRENT.factors[kind].items()
        ]

    @part("score_trust", method="upsert")
    def score_trust(
        self, kind: EntityType, entity_id: str, factors: list[Factor]
    ) -> TrustScoreCard:
        """The mean of what is known, by weight, rounded half up; none where too little is."""
        told = [(each.weight, each.value) for each in factors if each.value is not None]
        known = sum(weight for weight, _ in told)
        points = sum(weight * value for weight, value in told)
        score = (2 * points + known) // (2 * known) if known >= CURRENT.enough else None
        status: Literal["scored", "not_enough_data"] = (
            "not_enough_data" if score is None else "scored"
        )
        return TrustScoreCard(
            entity_type=kind,
            entity_id=entity_id,
            status=status,
            score=score,
            weights=CURRENT.version,
            factors=factors,
            known_weight=known,
            provenance=Provenance(
                generated_at=clock.now(),
                method="rules",
                rules_version=CURRENT.version,
                inputs_hash=digest([each.model_dump() for each in factors]),
                sources=[each.name for each in factors if each.value is not None],
                not_configured=[each.name for each in factors if each.value is None],
            ),
        )

    @part("store_trust_score", method="upsert")
    def store_trust_score(self, session: Session, card: TrustScoreCard, by: str) -> str:
        """Keep the card under a key made of its factors; the same factors change no card."""
        place = {"entity_type": card.entity_type, "entity_id": card.entity_id}
        key = digest({**place, "inputs": card.provenance.inputs_hash, "weights": card.weights})
        at = {"scored_at": card.provenance.generated_at}
        row = insert(TrustScore).values(
            tenant_id=tenant_of(session),
            **place,
            key=key,
            score=card.score,
            body=card.model_dump(mode="json"),
            scored_by=by,
            **at,
        )
        again = row.on_conflict_do_update(
            index_elements=["tenant_id", "entity_type", "entity_id", "key"], set_=at
        )
        session.execute(again)
        return key


def newest(session: Session, kind: str, entity_id: str) -> TrustScore | None:
    """The last score of something, or None when it was never scored."""
    query = (
        select(TrustScore)
        .where(TrustScore.entity_type == kind, TrustScore.entity_id == entity_id)
        .order_by(TrustScore.scored_at.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()
