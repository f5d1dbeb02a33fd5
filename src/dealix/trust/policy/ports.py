"""What the authority table needs to know of people, so that trust has no circles."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.orm import Session


class Person(Protocol):
    """An active person: who, with which roles, under whom."""

    @property
    def user_id(self) -> str:
        """Their identifier."""

    @property
    def roles(self) -> frozenset[str]:
        """The keys of their roles."""

    @property
    def manager_id(self) -> str | None:
        """Their manager's identifier, if they have one."""


class Directory(Protocol):
    """The people of the transaction's tenant; `dealix.trust.access.directory` is one."""

    def active_users(self, session: Session) -> Sequence[Person]:
        """Everybody who may act now."""

    def given_by(self, session: Session, user_id: str) -> str | None:
        """Who last gave this person their rights."""
