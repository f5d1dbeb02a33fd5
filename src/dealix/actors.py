"""Who acts: the authenticated person behind every request, or the system itself."""

from dataclasses import dataclass, field
from typing import Literal

Via = Literal["token", "session", "link"]


@dataclass(frozen=True)
class Actor:
    """An authenticated person of one tenant, or the system acting for that tenant.

    `via` says by what the person is known: a program's bearer token, a browser's session (whose
    hash is `session`), or a decision link alone. `link` is the ID of the link that was opened.
    """

    tenant_id: str
    user_id: str
    roles: frozenset[str] = frozenset()
    kind: Literal["person", "system"] = "person"
    locale: str = "ar"
    via: Via = field(default="token", compare=False)
    session: str = field(default="", compare=False, repr=False)
    link: str = field(default="", compare=False)

    def has(self, *roles: str) -> bool:
        """Whether the actor holds any of these roles."""
        return not self.roles.isdisjoint(roles)


def system(tenant_id: str) -> Actor:
    """The system itself, acting inside one tenant."""
    return Actor(tenant_id, "system", frozenset({"system"}), "system")
