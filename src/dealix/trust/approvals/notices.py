"""Who hears of a request: the port by which the one door tells people, in its own transaction."""

from collections.abc import Sequence
from datetime import datetime
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

    def decided(
        self, session: Session, approval: Approval, by: str, left: Sequence[str], at: datetime
    ) -> None:
        """Somebody took a decision, at `at` of the run's clock; who is `left` must still decide."""
        ...


class NoNotices:
    """Tells nobody: for places where nobody is to be told."""

    def opened(self, session: Session, approval: Approval, people: Sequence[str]) -> None:
        """See `Notices.opened`."""

    def escalated(
        self, session: Session, approval: Approval, level: int, people: Sequence[str]
    ) -> None:
        """See `Notices.escalated`."""

    def decided(
        self, session: Session, approval: Approval, by: str, left: Sequence[str], at: datetime
    ) -> None:
        """See `Notices.decided`."""
