"""Names what became of a call in the three words that the ledger understands."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

from dealix.connectors.metadata import Health
from dealix.errors import (
    DealixError,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
)
from dealix.observability import metrics

TOO_MANY = "too many requests"
"""The reason of a refusal for a limit: nothing was done, and asking again soon makes it worse."""
HARMLESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]{0,59}")


def refused(provider: str, reason: str) -> ProviderRefused:
    """It answered no: final. `reason` is a code or status, never the provider's own text."""
    return ProviderRefused("provider_refused", provider=provider, reason=reason)


def unavailable(
    provider: str, reason: str, *, retry_after: float | None = None
) -> ProviderUnavailable:
    """It certainly did nothing. `retry_after` is in seconds, when the provider said it."""
    return ProviderUnavailable(
        "provider_unavailable", provider=provider, reason=reason, retry_after=retry_after
    )


def unknown(provider: str, operation: str, reason: str, *, dedups: bool) -> ProviderError:
    """The call left and no answer came.

    Where the provider dedups by our key, the same call may be made again: `ProviderUnavailable`
    with `params['maybe_done']`, since the effect may exist already. Else `OutcomeUnknown`.
    """
    if dedups:
        return ProviderUnavailable(
            "provider_unavailable", provider=provider, reason=reason, maybe_done=True
        )
    return OutcomeUnknown("outcome_unknown", provider=provider, operation=operation, reason=reason)


def code_of(value: object, default: str) -> str:
    """A provider's own error code if it looks like one: sentences may hold personal data."""
    text = str(value) if isinstance(value, str | int) else ""
    return text if HARMLESS.fullmatch(text) and " " not in text else default


@contextmanager
def measured(provider: str, operation: str) -> Iterator[None]:
    """Count and time one call by its outcome."""
    begun, outcome = perf_counter(), "done"
    try:
        yield
    except DealixError as error:
        outcome = error.code
        raise
    except BaseException:
        outcome = "broken"
        raise
    finally:
        metrics.connector_call(provider, operation, outcome, perf_counter() - begun)


def probed(check: Callable[[], str]) -> Health:
    """Run a probe: what it says when all is well, or the sentence of its error."""
    begun = perf_counter()
    try:
        ok, detail = True, check()
    except DealixError as error:
        ok, detail = False, error.sentence
    return Health(ok, detail, round((perf_counter() - begun) * 1000, 1))
