"""What is asked about a message, and what is answered; the message itself is in no answer."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from dealix.lanes.provenance import Provenance

IntentLabel = Literal[
    "interested", "pricing_question", "product_question", "meeting_request", "objection",
    "not_interested", "not_now", "partner_enquiry", "opt_out", "support", "out_of_office", "other",
]  # fmt: skip
DialectLabel = Literal[
    "saudi", "gulf", "egyptian", "levantine", "maghrebi", "iraqi", "msa", "arabizi",
    "other_language", "undetermined",
]  # fmt: skip


class Answer(BaseModel):
    """Nothing unknown goes out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NextMove(Answer):
    """What follows from an intent; `after` is an ISO 8601 duration, null for at once."""

    action: str
    text: str
    after: str | None
    by_itself: bool


class ClassifiedMessage(Answer):
    """What a message wants.

    `best` is the likeliest intent: where that is too unsure, `label` is `other` and a person reads
    the message. `rule` names the rule that decided, if one did. `ms` is the time taken.
    """

    label: IntentLabel
    best: IntentLabel
    confidence: float = Field(ge=0, le=1)
    rule: str | None
    follows: NextMove
    ms: float = Field(ge=0)
    provenance: Provenance


class DetectedDialect(Answer):
    """The dialect of a message.

    `best` is the likeliest label: where that is too unsure, `label` is `undetermined`. `note` is
    `incl_saudi` for Gulf speech that nothing tells from Saudi, `markers` where words did.
    """

    label: DialectLabel
    best: DialectLabel
    confidence: float = Field(ge=0, le=1)
    note: str | None
    ms: float = Field(ge=0)
    provenance: Provenance
