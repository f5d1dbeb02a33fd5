"""Marks the calls of a rehearsal: they carry virtual time, and reach the sandbox or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from dealix import clock
from dealix.errors import InvariantBroken

TIME_HEADER = "X-Sandbox-Time"
SCOPE_HEADER = "X-Sandbox-Scope"

_scope: ContextVar[str | None] = ContextVar("dealix_rehearsal_scope", default=None)


@contextmanager
def rehearsing(scope: str) -> Iterator[None]:
    """Everything called inside the block belongs to the rehearsal `scope` (its run's ID)."""
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


def headers_for(provider: str, *, sandbox: bool) -> dict[str, str]:
    """Virtual time and scope for the sandbox, nothing for a real run; other targets are refused."""
    scope = _scope.get()
    if scope is None:
        return {}
    if not sandbox:
        raise InvariantBroken("rehearsal_outside", provider=provider)
    return {TIME_HEADER: clock.now().isoformat(), SCOPE_HEADER: scope}
