"""Asks whoever does model steps what an unsure message wants; where our models are sure, nobody.

What comes back is one of our labels or nothing that counts, and moves nothing by itself.
"""

from typing import Annotated, Any

from dealix.business.messages.schemas import IntentLabel
from dealix.business.partners.schemas import Strict
from dealix.connectors.data_class import DataClass
from dealix.lanes.provenance import Provenance
from dealix.lanes.step_executor import Facts, ModelStep, Personal
from dealix.language.intents import Intent

SECONDS = 1.2
"""Of the two that a classification may take."""
SHOWN = 2_000
"""Characters of a message that are shown."""
LEAST = 0.5
"""Of how sure our models must be that a message wants nothing we know."""
RULES_VERSION = "unsure-1"


class Unsure(Facts):
    """A message, and what our own models would guess."""

    text: Annotated[str, DataClass.RESTRICTED, Personal.TEXT]
    likeliest: Annotated[str, DataClass.INTERNAL]

    @classmethod
    def of(cls, text: str, intent: Intent) -> "Unsure":
        """The message's beginning, as text that can be sent."""
        clear = text[:SHOWN].encode("utf-8", "replace").decode()
        return cls(text=clear, likeliest=intent.best)


class Heard(Strict):
    """What the message wants; `other` where that cannot be told."""

    label: IntentLabel
    provenance: Provenance


def is_unsure(intent: Intent) -> bool:
    """Whether our models found words and could not tell what they want."""
    if intent.method != "model" or intent.label != "other":
        return False
    return intent.best != "other" or intent.confidence < LEAST


def _still_unsure(_given: Unsure) -> dict[str, Any]:
    return {"label": "other"}


HEAR_INTENT: ModelStep[Unsure, Heard] = ModelStep(
    name="message_classification.classify",
    prompt="message_intent",
    facts=Unsure,
    output=Heard,
    rules=_still_unsure,
    rules_version=RULES_VERSION,
    seconds=SECONDS,
    most_tokens=60,
)
