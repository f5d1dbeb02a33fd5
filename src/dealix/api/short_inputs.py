"""What the short tasks are asked with: for the inventory, which shows an input that runs."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from dealix.api.routes.knowledge import Asking
from dealix.api.routes.messages import Said, SaidByMail
from dealix.api.routes.trust import Asked
from dealix.business.leads.examples import lead_example
from dealix.business.leads.schemas import LeadInput

_ASKED = (
    "كم سعر الباقة السنوية؟",
    "What does the annual plan cost?",
    "وش المطلوب مني عشان أشترك؟",
    "Can we meet on Sunday?",
    "مو مهتمين، شكرا",
)

ShortInput = tuple[type[BaseModel], Callable[[int], dict[str, Any]]]


def _message(number: int) -> dict[str, Any]:
    said = _ASKED[number % len(_ASKED)]
    return {"text": said if number < len(_ASKED) else f"{said} ({number})"}


_CONNECTORS = ("email", "crm", "whatsapp", "esign", "company_research")


def _trusted(number: int) -> dict[str, Any]:
    if number < len(_CONNECTORS):
        return {"entity_type": "connector", "entity_id": _CONNECTORS[number]}
    return {"entity_type": "affiliate", "entity_id": f"affiliate_{number}"}


def _question(number: int) -> dict[str, Any]:
    return {"query": _message(number)["text"], "limit": 5}


SHORT_INPUTS: dict[str, ShortInput] = {
    "message_classification": (SaidByMail, _message),
    "dialect_detection": (Said, _message),
    "lead_scoring": (LeadInput, lead_example),
    "trust_score": (Asked, _trusted),
    "knowledge_retrieval": (Asking, _question),
}
"""By workflow: the body of its call, and the nth distinct example of one."""
