"""Rotating the installation's keys by command: a new key encrypts, the older ones still open."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dealix.actors import Actor
from dealix.connectors.secrets import SecretStore
from dealix.errors import Conflict, InvalidInput
from dealix.key_names import days_old
from dealix.lanes import tenant_keys
from dealix.records import audit
from dealix.store.session import Database
from dealix.trust.privacy.vault import KEK_RING, Vault

RINGS = (tenant_keys.RING, KEK_RING)
"""Payloads of every tenant are sealed under keys derived from the first, persons' keys are wrapped
under the second."""


@dataclass(frozen=True)
class Rotation:
    """The rings of an installation; `pinned` is the payload key that a setting names."""

    database: Database
    secrets: SecretStore
    vault: Vault
    permit: Callable[[Actor, str], None]
    pinned: str | None = None

    def ages(self, actor: Actor) -> list[dict[str, Any]]:
        """Every ring with its keys' names and ages; never a key."""
        self.permit(actor, "key.read")
        return [self._ring(name) for name in RINGS]

    def rotate(self, actor: Actor, ring: str) -> dict[str, Any]:
        """Add a key to a ring; persons' keys are wrapped under it at once, payloads from now on.

        Safe while everything runs, and safe to repeat: what an older key sealed keeps opening.

        Raises:
            InvalidInput: there is no such ring.
            Conflict: `key_pinned`, a setting names the key that encrypts.
            NotConfigured: `key_elsewhere`, the ring does not come from our file.
        """
        self.permit(actor, "key.rotate")
        if ring not in RINGS:
            raise InvalidInput("invalid_input", errors=[{"field": "ring", "type": "enum"}])
        if ring == tenant_keys.RING and self.pinned is not None:
            raise Conflict("key_pinned", secret=ring, setting="DEALIX_CODEC_CURRENT")
        key_id = self.secrets.add_key(ring)
        wrapped = self.vault.rewrap_all(self.database) if ring == KEK_RING else 0
        with self.database.tenant(actor.tenant_id) as session:
            data = {"key": key_id, "wrapped_anew": wrapped}
            audit.append(session, actor.user_id, "key.rotated", ring, data)
        return {**self._ring(ring), "wrapped_anew": wrapped}

    def _ring(self, name: str) -> dict[str, Any]:
        ring = self.secrets.keyring(name)
        current, _ = ring.current(self.pinned if name == tenant_keys.RING else None)
        keys = [{"id": key_id, "days_old": days_old(key_id)} for key_id in ring]
        return {"ring": name, "current": current, "days_old": days_old(current), "keys": keys}
