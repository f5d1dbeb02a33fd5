"""What people wrote for a run, in clear, for a person to read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dealix.connectors.deliveries import ReceivedMail
from dealix.lanes.attaching import messages_of
from dealix.lanes.inbox_models import InboundEvent


@dataclass(frozen=True)
class Letter:
    """A message that is attached to its run; `said` is None once its person is erased."""

    id: str
    provider: str
    at: datetime
    said: ReceivedMail | None


def of_run(
    session: Session,
    run_id: str,
    read: Callable[[Session, InboundEvent], ReceivedMail | None],
) -> list[Letter]:
    """Every message of a run, oldest first; `read` opens one."""
    return [
        Letter(event.id, event.provider, event.attached_at, read(session, event))
        for event in messages_of(session, run_id)
        if event.attached_at is not None
    ]
