"""The named retry policies; flows and activities use these and no others."""

from datetime import timedelta

from temporalio.common import RetryPolicy

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
