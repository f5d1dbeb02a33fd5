"""The Temporal SDK's runtime of this process, with its metrics where Prometheus can read them."""

from functools import cache

from temporalio.runtime import (
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from dealix.settings import Settings


@cache
def _runtime(address: str | None) -> Runtime:
    metrics = None
    if address is not None:
        metrics = PrometheusConfig(
            bind_address=address,
            counters_total_suffix=True,
            unit_suffix=True,
            durations_as_seconds=True,
        )
    logging = LoggingConfig(TelemetryFilter(core_level="WARN", other_level="ERROR"))
    return Runtime(telemetry=TelemetryConfig(logging=logging, metrics=metrics))


def runtime(settings: Settings) -> Runtime:
    """The one runtime of this process; `temporal_metrics` (host:port) serves its metrics."""
    return _runtime(settings.temporal_metrics)


def measured(settings: Settings) -> Runtime | None:
    """The runtime whose metrics are served from now on; None (the SDK's own) where no address is.

    A process calls it when it starts, before anything connects, so that its port answers at once.
    """
    return runtime(settings) if settings.temporal_metrics else None
