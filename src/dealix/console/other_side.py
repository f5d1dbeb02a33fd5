"""The other side as people play it in the sandbox: what it holds, and what it does there."""

from collections.abc import Mapping
from typing import Any

import httpx

from dealix.console.visit import Visit
from dealix.errors import Conflict, NotFound, ProviderUnavailable
from dealix.trust.access.rights import permit

PATIENCE = httpx.Timeout(5.0)


def ask(visit: Visit, method: str, path: str, **more: Any) -> httpx.Response:
    """Ask the sandbox's control plane. Raises `ProviderUnavailable`; `NotFound` without one."""
    answer = _sent(visit, method, path, **more)
    return _checked(answer)


def plays_signatories(visit: Visit, run: Mapping[str, Any]) -> bool:
    """Whether the visitor may act as the signatories of a run: only the sandbox lets anybody."""
    return visit.may("mailbox.read") and visit.services.plays_signatories(run["rehearsal"])


def sign(visit: Visit, run: Mapping[str, Any], word: str) -> None:
    """Let the signatories of a run `sign` or `decline`, on the run's clock.

    Raises:
        Conflict: `signature_settled`, nothing is out for signature (any more).
        NotFound: this run's signature provider is not the sandbox.
    """
    permit(visit.who, "mailbox.read")
    if not plays_signatories(visit, run):
        raise NotFound("not_found")
    state = visit.services.signatures.state(visit.who.tenant_id, run["id"])
    if state is None or state.envelope is None:
        raise Conflict("signature_settled")
    body = {"at": run["now"]} if run["rehearsal"] else {}
    answer = _sent(visit, "POST", f"/_sandbox/esign/{state.envelope}/{word}", json=body)
    if answer.status_code == httpx.codes.CONFLICT:
        raise Conflict("signature_settled")
    _checked(answer)


def _sent(visit: Visit, method: str, path: str, **more: Any) -> httpx.Response:
    base = visit.services.settings.sandbox_url
    if not base:
        raise NotFound("not_found")
    try:
        return httpx.request(method, f"{base.rstrip('/')}{path}", timeout=PATIENCE, **more)
    except httpx.HTTPError as failure:
        raise _away(failure) from failure


def _checked(answer: httpx.Response) -> httpx.Response:
    try:
        return answer.raise_for_status()
    except httpx.HTTPError as failure:
        raise _away(failure) from failure


def _away(failure: httpx.HTTPError) -> ProviderUnavailable:
    reason = type(failure).__name__
    return ProviderUnavailable("provider_unavailable", provider="sandbox", reason=reason)
