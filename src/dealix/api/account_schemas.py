"""The shapes of answers about accounts, and what waits there for a second person."""

from datetime import datetime
from typing import Any, Literal

from dealix.api.schemas import PersonView, Shown


class GrantView(Shown):
    """Roles and a manager that somebody proposed; they count once a second person confirms them.

    None of `barred` confirms it: who proposed it, who gets something by it, who let the person in.
    """

    id: str
    user_id: str
    roles: list[str]
    manager_id: str | None
    barred: list[str]
    why: Literal["invited", "changed", "password_set", "restored"]
    proposed_by: str
    proposed_at: datetime
    has_password: bool


class AccountView(PersonView):
    """An account with what depends on it: requests that wait, people who report to it."""

    person_id: str
    locale: Literal["ar", "en"]
    has_password: bool
    grant: GrantView | None
    waiting: list[dict[str, Any]]
    reports: list[str]
    sessions: int


class CodeView(Shown):
    """A fresh invitation; the code is shown this once."""

    id: str
    code: str
    expires_at: datetime


class SessionView(Shown):
    """A session or token of one's own."""

    id: str
    kind: Literal["session", "token"]
    created_at: datetime
    expires_at: datetime
    present: bool
