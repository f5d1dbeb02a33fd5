"""How often the ledger's effects ended well or badly: counts only."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealix.records.models import Effect


def outcomes_of(session: Session, system: str, since: datetime) -> dict[str, int]:
    """How many effects on a system reached each status, of those that began since then."""
    query = (
        select(Effect.status, func.count())
        .where(Effect.system == system, Effect.recorded_at > since)
        .group_by(Effect.status)
    )
    return {row[0]: row[1] for row in session.execute(query)}
