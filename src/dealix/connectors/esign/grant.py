"""DocuSign's JWT grant: an assertion signed with our RSA key buys a token, kept until it ends.

Source: DocuSign's "JWT Grant" and its Python SDK (claims, `aud` without a scheme). There is no
refresh token: a new assertion is signed, also once when a call in between is answered with 401.
"""

import threading
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
import jwt

from dealix import clock
from dealix.connectors import outcomes
from dealix.connectors.transport import Call, Transport
from dealix.errors import NotConfigured, ProviderUnavailable

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PRIVATE_KEY = "docusign.private_key"
SCOPE = "signature impersonation"
ASSERTION_LIFE = timedelta(minutes=10)
MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, repr=False)
class Application:
    """Who asks for the token, and for whom."""

    integration_key: str
    user_id: str
    private_key: str
    audience: str

    @staticmethod
    def audience_of(url: str) -> str:
        """The account server's host, which the assertion names without a scheme."""
        return urlsplit(url).netloc


class JwtGrant(httpx.Auth):
    """Puts a token on each request; safe from any thread."""

    def __init__(self, accounts: Transport, application: Application) -> None:
        self._accounts = accounts
        self._application = application
        self._lock = threading.Lock()
        self._token: str | None = None
        self._ends = clock.real_now()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """See `httpx.Auth.auth_flow`: a 401 in between renews the token once."""
        token = self.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            request.headers["Authorization"] = f"Bearer {self.token(worn=token)}"
            yield request

    def token(self, worn: str | None = None) -> str:
        """A token in force and not `worn`. Raises `ProviderRefused`, `ProviderUnavailable`."""
        with self._lock:
            if self._token is None or self._token == worn or clock.real_now() >= self._ends:
                self._token, self._ends = self._ask()
            return self._token

    def _ask(self) -> tuple[str, datetime]:
        asked = clock.real_now()
        form = {"grant_type": GRANT, "assertion": self._assertion(asked)}
        call = Call("token", "POST", "/oauth/token", form=form, dedups=True)
        try:
            answer = self._accounts.send(call)
        except ProviderUnavailable as away:
            # Whatever became of the token, the call that needed it was never made.
            reason = str(away.params.get("reason"))
            raise outcomes.unavailable(self._accounts.provider, reason) from None
        body = answer.json if isinstance(answer.json, dict) else {}
        token, seconds = body.get("access_token"), body.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int | str):
            raise outcomes.unavailable(self._accounts.provider, "an unreadable answer")
        return token, asked + timedelta(seconds=int(seconds)) - MARGIN

    def _assertion(self, now: datetime) -> str:
        application = self._application
        claims = {
            "iss": application.integration_key,
            "sub": application.user_id,
            "aud": application.audience,
            "iat": int(now.timestamp()),
            "exp": int((now + ASSERTION_LIFE).timestamp()),
            "scope": SCOPE,
        }
        try:
            return jwt.encode(claims, application.private_key, algorithm="RS256")
        except (jwt.InvalidKeyError, ValueError, TypeError):
            raise NotConfigured("secret_malformed", secret=PRIVATE_KEY) from None
