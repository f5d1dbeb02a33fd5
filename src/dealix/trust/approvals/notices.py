"""Who hears of a request: the port by which the one door tells people, in its own transaction."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from dealix.trust.approvals.models import Approval


class Notices(Protocol):
    """Stores what people are to be told; sending is somebody else's and never holds up a gate."""

    def opened(self, session: Session, approval: Approval, people: Sequence[str]) -> None:
        """A request waits for these people."""
        ...

    def escalated(
        self, session: Session, approval: Approval, level: int, people: Sequence[str]
    ) -> None:
        """An SLA step was taken and reached these people."""
        ...

    def closed(self, session: Session, approval: Approval) -> None:
        """A request was decided or sent back."""
        ...


class NoNotices:
    """Tells nobody: for places where nobody is to be told."""

    def opened(self, session: Session, approval: Approval, people: Sequence[str]) -> None:
        """See `Notices.opened`."""

    def escalated(
        self, session: Session, approval: Approval, level: int, people: Sequence[str]
    ) -> None:
        """See `Notices.escalated`."""

    def closed(self, session: Session, approval: Approval) -> None:
        """See `Notices.closed`."""
