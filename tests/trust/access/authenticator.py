"""A passkey in software: what a browser and its authenticator answer to a ceremony's options."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One key; `origin` and `site` are what the page tells, `verified` whether its user proved."""

    origin: str = "http://localhost:8000"
    site: str = "localhost"
    verified: bool = True
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def registered(self, options: dict) -> dict:
        numbers = self.key.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + encode_cbor(cose)
        data = self._data(ATTESTED) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": self._client("webauthn.create", options),
            "attestationObject": bytes_to_base64url(attestation),
        }
        return self._answer(response)

    def asserted(self, options: dict) -> dict:
        self.count += 1
        data = self._data(0)
        client = self._client("webauthn.get", options)
        raw = json.dumps(self._said("webauthn.get", options)).encode()
        signature = self.key.sign(data + hashlib.sha256(raw).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": client,
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signature),
            "userHandle": None,
        }
        return self._answer(response)

    def _said(self, kind: str, options: dict) -> dict:
        return {"type": kind, "challenge": options["challenge"], "origin": self.origin}

    def _client(self, kind: str, options: dict) -> str:
        return bytes_to_base64url(json.dumps(self._said(kind, options)).encode())

    def _data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verified else 0)
        hashed = hashlib.sha256(self.site.encode()).digest()
        return hashed + bytes([flags]) + struct.pack(">I", self.count)

    def _answer(self, response: dict) -> dict:
        name = bytes_to_base64url(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}
