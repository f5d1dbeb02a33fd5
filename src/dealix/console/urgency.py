"""How pressing a request is: what is left of its SLA on the working clock, and whom it reached."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from markupsafe import Markup
from pydantic import TypeAdapter

from dealix.console.speech import Speech
from dealix.i18n import N_

LENGTH = TypeAdapter(timedelta)
LEFT = N_("{length} left")
OVERDUE = N_("{length} overdue")
STANDS = N_("The clock stands: {length} left")
REACHED = {
    1: N_("Reminded"),
    2: N_("Escalated to the manager"),
    3: N_("Escalated to an executive"),
}
SHORT = timedelta(hours=2)
"""Working time below which a request is shown as pressing."""


def left_of(approval: Mapping[str, Any]) -> timedelta:
    """The working time until the breach; negative when it is over, nothing once it is settled."""
    if approval["status"] != "open":
        return timedelta(0)
    return LENGTH.validate_python(approval["sla"]["left"])


def shown(speech: Speech, approval: Mapping[str, Any]) -> dict[str, Any]:
    """What a list says of one open request: the time, its colour, and whom the SLA reached."""
    left = left_of(approval)
    stands = approval["sla"]["breach_at"] is None and left >= timedelta(0)
    text = OVERDUE if left < timedelta(0) else STANDS if stands else LEFT
    tone = "bad" if left < timedelta(0) else "warn" if left < SHORT and not stands else ""
    level = approval["escalation_level"]
    return {
        "text": speech.say(text, length=speech.working(left)),
        "tone": tone,
        "level": speech.say(REACHED[level]) if level in REACHED else Markup(""),
    }
