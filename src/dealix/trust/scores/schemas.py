"""What a trust score is made of, and the card that shows it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dealix.lanes.provenance import Provenance

EntityType = Literal["lead", "affiliate", "company", "connector"]
Share = Annotated[int, Field(ge=0, le=100)]


class Answer(BaseModel):
    """Nothing unknown goes out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Measured(Answer):
    """What a source says of one factor: 0 to 100, or None where nothing tells; and why."""

    value: Share | None
    because: str
    detail: str = ""


NO_DATA = Measured(value=None, because="no_data")
"""Something could tell, and has told nothing yet."""
NO_SOURCE = Measured(value=None, because="no_source_yet")
"""No workflow that is built writes this down: it is not known of anybody."""


class Factor(Measured):
    """One factor with what it weighs in the whole."""

    name: str
    weight: Share


class TrustScoreCard(Answer):
    """How far something is to be trusted; `score` counts over the factors that are known.

    Where these weigh less than half there is no score and `status` says so.
    """

    entity_type: EntityType
    entity_id: str
    status: Literal["scored", "not_enough_data"]
    score: Share | None
    weights: str
    factors: list[Factor]
    known_weight: Share
    provenance: Provenance
