"""A key per tenant, derived from one rotating master ring, so that no tenant opens another's."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dealix.connectors.secrets import Keyring, SecretStore
from dealix.errors import InvariantBroken
from dealix.settings import Settings

RING = "codec.keys"
NONCE_BYTES = 12


class TenantKeys:
    """AES-256-GCM under HKDF-SHA256(master, purpose + tenant); the master is named by its key ID.

    What is sealed says which key opens it; purpose, key ID and tenant are bound as associated
    data, so a sealed text moved to another tenant or purpose does not open.
    """

    def __init__(self, ring: Keyring, current: str | None = None) -> None:
        self._ring = ring
        self._pinned = current
        ring.current(current)  # a pinned key that is absent is said at the start
        self._derived: dict[tuple[str, str, str], AESGCM] = {}

    @classmethod
    def of(cls, secrets: SecretStore, settings: Settings) -> "TenantKeys":
        """The keys of this installation: ring `codec.keys`, current one by `codec_current`."""
        return cls(secrets.keyring(RING), settings.codec_current)

    @property
    def current(self) -> str:
        """ID of the key that encrypts now."""
        return self._ring.current(self._pinned)[0]

    def seal(self, purpose: str, tenant: str, clear: bytes, key_id: str | None = None) -> bytes:
        """`clear` under a key, the current one unless named: nonce and ciphertext.

        A caller that keeps the key's ID asks for `current` first and names it, since a rotation
        may come in between.
        """
        name, nonce = key_id or self.current, os.urandom(NONCE_BYTES)
        bound = _bound(purpose, name, tenant)
        return nonce + self._cipher(purpose, name, tenant).encrypt(nonce, clear, bound)

    def open(self, purpose: str, key_id: str, tenant: str, sealed: bytes) -> bytes:
        """What `seal` was given. An unknown key ID is `NotConfigured`, a changed text broken."""
        cipher = self._cipher(purpose, key_id, tenant)
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, body, _bound(purpose, key_id, tenant))
        except (InvalidTag, ValueError):
            raise InvariantBroken("payload_broken", reason=f"key {key_id}, {purpose}") from None

    def seal_named(self, purpose: str, tenant: str, clear: bytes) -> bytes:
        """Like `seal`, with the key ID in front, for columns that have no place for it."""
        key_id = self.current
        name = key_id.encode()
        return bytes([len(name)]) + name + self.seal(purpose, tenant, clear, key_id)

    def open_named(self, purpose: str, tenant: str, sealed: bytes) -> bytes:
        """What `seal_named` was given."""
        end = 1 + (sealed[0] if sealed else 0)
        return self.open(purpose, sealed[1:end].decode(), tenant, sealed[end:])

    def _cipher(self, purpose: str, key_id: str, tenant: str) -> AESGCM:
        name = (purpose, key_id, tenant)
        cipher = self._derived.get(name)
        if cipher is None:
            info = b"dealix\0" + purpose.encode() + b"\0" + tenant.encode()
            kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info)
            cipher = self._derived[name] = AESGCM(kdf.derive(self._ring.key(key_id)))
        return cipher


def _bound(purpose: str, key_id: str, tenant: str) -> bytes:
    return b"\0".join(part.encode() for part in (purpose, key_id, tenant))
