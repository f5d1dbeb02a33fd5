"""Who acts: the authenticated person behind every request, or the system itself."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Actor:
    """An authenticated person of one tenant, or the system acting for that tenant."""

    tenant_id: str
    user_id: str
    roles: frozenset[str] = frozenset()
    kind: Literal["person", "system"] = "person"
    locale: str = "ar"

    def has(self, *roles: str) -> bool:
        """Whether the actor holds any of these roles."""
        return not self.roles.isdisjoint(roles)


def system(tenant_id: str) -> Actor:
    """The system itself, acting inside one tenant."""
    return Actor(tenant_id, "system", frozenset({"system"}), "system")
