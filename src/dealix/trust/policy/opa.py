"""The policies where a company has an OPA server: asked only while it holds the files of ours."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx

from dealix.connectors.secrets import SecretStore
from dealix.errors import InvariantBroken, ProviderUnavailable
from dealix.settings import Settings
from dealix.trust.policy.engine import assert_whole, read_sources, verdict_of, version_of
from dealix.trust.policy.schemas import PolicyQuestion, Verdict

VERDICT = "/v1/data/dealix/decision/verdict"
POLICIES = "/v1/policies"
PATIENCE = 2.0
"""Seconds for an answer: the caller's transaction is open meanwhile."""
AGREED = 10.0
"""Seconds after which the server's files are compared again."""
OURS = "package dealix."


def server_of(settings: Settings, secrets: SecretStore) -> "OpaServer | None":
    """The server that the settings name, if they name one."""
    if settings.opa_url is None:
        return None
    return OpaServer(settings.opa_url, secrets.get("opa.token") if settings.opa_auth else None)


class OpaServer:
    """Policy decisions from an OPA server, about 1 ms each beside it.

    A verdict carries the version of the policy that gave it, so the server must hold exactly the
    Rego files that ship with this release: others are refused, and nothing is then allowed. What
    is not Dealix's may stand beside them.
    """

    def __init__(
        self, url: str, token: str | None = None, sources: Mapping[str, str] | None = None
    ) -> None:
        self.sources = dict(read_sources() if sources is None else sources)
        self.version = version_of(self.sources)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=PATIENCE, trust_env=False)
        self._lock = threading.Lock()
        self._agreed_until = 0.0

    def evaluate(self, question: PolicyQuestion) -> Verdict:
        """The verdict on one question; where the server does not answer, never a yes.

        Raises:
            InvalidInput: a text holds NUL, as in this process.
            InvariantBroken: the server holds other policies, or gave no verdict.
            ProviderUnavailable: it is away.
        """
        return verdict_of(self.ask(question.as_input()), question, self.version)

    def ask(self, document: dict[str, Any]) -> dict[str, Any]:
        """The server's own answer to an input document; raises as `evaluate`."""
        assert_whole(document)
        self._assert_agreed()
        found = self._json("POST", VERDICT, {"input": document})
        verdict = found.get("result") if isinstance(found, dict) else None
        if not isinstance(verdict, dict) or not {"allowed", "rule", "reason", "class"} <= set(
            verdict
        ):
            raise InvariantBroken("invariant_broken", what="the policy gave no verdict")
        return verdict

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _assert_agreed(self) -> None:
        with self._lock:
            if time.monotonic() < self._agreed_until:
                return
            found = self._json("GET", POLICIES)
            listed = found.get("result") if isinstance(found, dict) else None
            raw = [str(one.get("raw", "")) for one in listed or [] if isinstance(one, dict)]
            if sorted(one for one in raw if OURS in one) != sorted(self.sources.values()):
                raise InvariantBroken(
                    "invariant_broken", what="the OPA server holds other policies than this release"
                )
            self._agreed_until = time.monotonic() + AGREED

    def _json(self, method: str, path: str, body: Any = None) -> Any:
        try:
            answer = self._http.request(method, path, json=body)
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, ValueError) as failure:
            reason = type(failure).__name__
            raise ProviderUnavailable(
                "provider_unavailable", provider="OPA", reason=reason
            ) from failure
