"""Where our account lives at DocuSign: its account server says so, and is asked once.

Source: DocuSign's `GET /oauth/userinfo` (`accounts[].base_uri`), to which `/restapi` is appended.
An account may live at any of several sites, and only this answer names the right one.
"""

import threading
from urllib.parse import urlsplit

from dealix.connectors import outcomes
from dealix.connectors.transport import Call, Transport
from dealix.errors import ProviderUnavailable

API = "/restapi"
INSIDE = ("docusign.net", "docusign.com")
"""The domains under which an account of DocuSign's lives."""


class AccountAddress:
    """The base address of the account's API; `given` by a setting, it is not asked for.

    `accounts` is the account server, called with our token. Safe from any thread.
    """

    def __init__(self, accounts: Transport, account: str, given: str | None) -> None:
        self._accounts = accounts
        self._account = account
        self._lock = threading.Lock()
        self._found = given.rstrip("/") if given else None

    def url(self) -> str:
        """The address. Raises `ProviderRefused`, and `ProviderUnavailable`: nothing was done."""
        with self._lock:
            if self._found is None:
                self._found = self._ask()
            return self._found

    def _ask(self) -> str:
        provider = self._accounts.provider
        try:
            answer = self._accounts.send(Call("userinfo", "GET", "/oauth/userinfo"))
        except ProviderUnavailable as away:
            # Whatever became of the question, the call that needed it was never made.
            reason, after = str(away.params.get("reason")), away.params.get("retry_after")
            pause = after if isinstance(after, float) else None
            raise outcomes.unavailable(provider, reason, retry_after=pause) from None
        rows = answer.json.get("accounts") if isinstance(answer.json, dict) else None
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and row.get("account_id") == self._account:
                return self._api_at(str(row.get("base_uri") or ""))
        raise outcomes.refused(provider, "the account is not one of the user")

    def _api_at(self, base: str) -> str:
        """The API under a base address that may be the account's: our token goes nowhere else."""
        parts, own = urlsplit(base), self._accounts
        inside = parts.scheme == "https" and f".{parts.hostname or ''}".endswith(
            tuple(f".{each}" for each in INSIDE)
        )
        if not (own.is_at(base) if own.sandbox else inside):
            raise outcomes.refused(own.provider, "the account lives at a strange address")
        return base.rstrip("/") + API
