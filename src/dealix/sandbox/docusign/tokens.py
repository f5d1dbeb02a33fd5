"""Tokens by JWT grant: the assertion's signature and claims are checked, a token is handed out."""

import base64
import secrets
from urllib.parse import parse_qs

import jwt

from dealix.sandbox import faults, moments
from dealix.sandbox.docusign import answers
from dealix.sandbox.door import Call, Reply
from dealix.sandbox.world import World

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME = 3600
SCOPES = {"signature", "impersonation"}


class Tokens:
    """The tokens in force; a restart forgets them, and so does the fault `token_expired`.

    `public_key` is base64 of the DER of the application's RSA key; without it the signature is
    not checked. `integration_key` is the application, where only one may ask.
    """

    def __init__(self, public_key: str | None, integration_key: str | None) -> None:
        self._key = _pem(public_key) if public_key else None
        self._application = integration_key
        self._live: dict[str, float] = {}

    def grant(self, world: World, call: Call) -> Reply:
        """`POST /oauth/token`."""
        fault = faults.take(
            world, "docusign", frozenset({"consent_required"}), at=call.at, scope=call.scope
        )
        if fault is not None:
            return answers.grant_refused("consent_required")
        form = parse_qs(call.body.decode("utf-8", "replace"))
        if form.get("grant_type") != [GRANT]:
            return answers.grant_refused("unsupported_grant_type")
        if not self._holds(form.get("assertion", [""])[0], call.headers.get("host", "")):
            return answers.grant_refused("invalid_grant")
        token = secrets.token_urlsafe(24)
        self._live[token] = moments.epoch() + LIFETIME
        return Reply(200, {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME})

    def accepts(self, world: World, call: Call) -> bool:
        """Whether a call carries a token in force."""
        fault = faults.take(
            world, "docusign", frozenset({"token_expired"}), at=call.at, scope=call.scope
        )
        if fault is not None:
            self._live.clear()
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self._live.get(token, 0) > moments.epoch()

    def _holds(self, assertion: str, host: str) -> bool:
        try:
            claims = jwt.decode(
                assertion,
                key=self._key or "",
                algorithms=["RS256"],
                audience=host,
                options={
                    "verify_signature": self._key is not None,
                    "verify_aud": True,
                    "verify_exp": True,
                    "require": ["iss", "sub", "aud", "iat", "exp", "scope"],
                },
            )
        except (jwt.InvalidTokenError, ValueError):
            return False
        known = self._application in (None, claims["iss"])
        return known and bool(claims["sub"]) and set(str(claims["scope"]).split()) >= SCOPES


def _pem(public_key: str) -> bytes:
    """The key as PEM; ValueError where the text is no base64."""
    base64.b64decode(public_key, validate=True)
    lines = [public_key[at : at + 64] for at in range(0, len(public_key), 64)]
    return "\n".join(
        ["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]
    ).encode()
