"""What the door needs of the authority table and the policy, so that trust has no circles."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from dealix.trust.approvals.schemas import ListedEffect


@dataclass(frozen=True)
class Seat:
    """A slot of a gate as the authority table names it, with who may fill it now."""

    name: str
    count: int
    eligible: tuple[str, ...]


class Authority(Protocol):
    """Who approves what, by the tenant's active table."""

    def seats(  # noqa: PLR0913 (a row of the table is named by these)
        self, session: Session, kind: str, gate: str, type_: str, amount: str, requester: str
    ) -> tuple[int, list[Seat]]:
        """The table's version and the seats of a gate, people taken from the directory."""
        ...


class Tokens(Protocol):
    """Permissions for effects."""

    def issue(
        self, session: Session, *, run_id: str, decision_id: str | None, issued_by: str,
        effects: list[ListedEffect],
    ) -> None:
        """One token per listed effect."""
        ...
