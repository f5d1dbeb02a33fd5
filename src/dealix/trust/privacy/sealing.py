"""AES-256-GCM bound to where a ciphertext belongs, so that none opens in another's place."""

import hashlib
import hmac
import json
import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dealix.errors import InvariantBroken

NONCE_BYTES = 12
SALT_BYTES = 32
KEY_BYTES = 32


def encrypt(key: bytes, clear: bytes, *place: str) -> bytes:
    """Nonce and ciphertext; it opens only with the same key and the same `place`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, clear, _bound(place))


def decrypt(key: bytes, sealed: bytes, *place: str) -> bytes:
    """What `encrypt` was given; anything else than that is a broken invariant."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(place))
    except (InvalidTag, ValueError):
        raise InvariantBroken("vault_broken", what=place[0]) from None


def _bound(place: tuple[str, ...]) -> bytes:
    return json.dumps(["dealix-vault-1", *place]).encode()


def commitment_digest(salt: bytes, value: bytes) -> str:
    """The salted commitment to `value`; the salt has a fixed length, so no two pairs read alike."""
    if len(salt) != SALT_BYTES:
        raise InvariantBroken("invariant_broken", what="a salt of another length")
    return "sha256:" + hashlib.sha256(salt + value).hexdigest()


def blind(key: bytes, value: str) -> str:
    """HMAC-SHA256 over the value in its normal form: NFKC, no case, no outer space."""
    normal = unicodedata.normalize("NFKC", value).strip().casefold()
    return hmac.new(key, normal.encode(), hashlib.sha256).hexdigest()
