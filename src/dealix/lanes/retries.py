"""The named retry policies; flows and activities use these and no others."""

from datetime import timedelta

from temporalio.common import RetryPolicy

from dealix.errors import DealixError, OutcomeUnknown, ProviderUnavailable

LOCAL = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=30),
)
"""Our own stores: they come back, so it never gives up."""

OUTSIDE = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=10),
)
"""A provider: until the run's deadline ends the wait; refusals do not retry."""

SWEEPING = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=30),
    maximum_attempts=6,
)
"""An undo: about a minute of tries, then it is a case and the other undos go on."""

TRIES = 8
"""A step of a pipeline: about two minutes of tries, then the run fails with a case."""


def may_help(failure: DealixError) -> bool:
    """Whether trying the same again may end otherwise."""
    return failure.retry or isinstance(failure, (OutcomeUnknown, ProviderUnavailable))


def wished(failure: DealixError) -> timedelta | None:
    """After how long the provider wants to be asked again, where it said so."""
    after = failure.params.get("retry_after")
    return timedelta(seconds=after) if isinstance(after, int | float) else None


def back_off(tries: int) -> timedelta:
    """How long a step of a pipeline rests after that many tries."""
    return timedelta(seconds=min(2 ** (tries - 1), 60))
