"""Generates, once, every secret that an embedded installation needs, into a file of mode 0600."""

import base64
import json
import secrets
from typing import cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from dealix.engines.home import Home, read_json, write_private
from dealix.key_names import fresh_key

RINGS = ("codec.keys", "person.kek")
WORDS = (
    "blind.index",
    "session.signing",
    "hubspot.token",
    "whatsapp.token",
    "whatsapp.app_secret",
    "whatsapp.verify_token",
    "docusign.hmac",
    "wathq.key",
    "opencorporates.token",
    "model.key",
    "embeddings.key",
    "openclaw.token",
    "sandbox.token",
    "database.superuser",
    "database.owner",
    "database.app",
    "broker.password",
)


def ensure_secrets(home: Home) -> dict[str, str]:
    """The words of the secrets file (rings left out); missing ones are made, none is replaced."""
    known = read_json(home.secrets_file)
    made: dict[str, object] = {name: ring() for name in RINGS if name not in known}
    made |= {name: secrets.token_urlsafe(32) for name in WORDS if name not in known}
    if "smtp.webhook" not in known:
        made["smtp.webhook"] = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    if "docusign.private_key" not in known:
        made["docusign.private_key"] = rsa_key()
    if made:
        known |= made
        write_private(home.secrets_file, json.dumps(known, indent=1))
    home.secrets_file.chmod(0o600)
    return {
        name: cast("str", known[name]) for name in (*WORDS, "smtp.webhook", "docusign.private_key")
    }


def rsa_key() -> str:
    """A fresh RSA key as PEM, to sign assertions with."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def public_half(private_key: str) -> str:
    """Base64 of the DER of the public key, for whoever checks what the private one signs."""
    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


def ring() -> dict[str, str]:
    """A ring with one fresh 256-bit key; its ID says only on which day it was made."""
    key_id, key = fresh_key()
    return {key_id: key}
