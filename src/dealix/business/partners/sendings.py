"""Which version of the terms the other side had at a moment: the newest that had gone out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dealix.business.partners.models import Terms
from dealix.records.effects import list_effects

SENDING = ("send_terms", "send_terms_whatsapp")
Sending = Mapping[str, Any]


def of_run(session: Session, run_id: str) -> list[Sending]:
    """The messages that brought versions of the terms, out of the ledger, oldest first."""
    return [one for one in list_effects(session, run_id) if one["step"] in SENDING]


def version_of(versions: Sequence[Terms], sending: Sending) -> int:
    """The version that a message of ours brought: the newest that there was."""
    at = _begun(sending)
    return max([row.version for row in versions if row.made_at <= at], default=1)


def version_had(versions: Sequence[Terms], sendings: Sequence[Sending], at: datetime) -> int:
    """The version that the other side had last at this moment."""
    had = [one for one in sendings if _begun(one) <= at]
    return max([version_of(versions, one) for one in had], default=1)


def _begun(sending: Sending) -> datetime:
    return datetime.fromisoformat(sending["started_at"])
