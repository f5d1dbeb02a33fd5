"""Clients of Temporal: one for real runs, one for rehearsals, which can skip time."""

from dataclasses import dataclass

from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.runtime import Runtime
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from dealix.cluster import reach
from dealix.errors import NotConfigured
from dealix.settings import Settings

MOST_SKIPS = 100_000
"""Timers that one jump may cross; the server's own bound ends a jump within two days of retries."""


@dataclass(frozen=True)
class Engines:
    """The clients that a process holds; `rehearsals` is None where no engine can skip time."""

    runs: Client
    rehearsals: Client | None

    def client(self, *, rehearsal: bool) -> Client:
        """The client for a run of this kind."""
        if not rehearsal:
            return self.runs
        if self.rehearsals is None:
            raise NotConfigured("rehearsal_unavailable")
        return self.rehearsals


async def connect(
    settings: Settings, converter: DataConverter, runtime: Runtime | None = None
) -> Engines:
    """Connect to the addresses in the settings; refuses where the main one is missing."""
    if settings.temporal_address is None:
        raise NotConfigured("setting_missing", setting="DEALIX_TEMPORAL_ADDRESS")
    runs = await reach(settings, settings.temporal_address, converter, runtime)
    if settings.temporal_rehearsal_address is None:
        return Engines(runs, None)
    rehearsals = await Client.connect(
        settings.temporal_rehearsal_address,
        namespace=settings.temporal_rehearsal_namespace,
        data_converter=converter,
        runtime=runtime,
    )
    return Engines(runs, rehearsals)


def skipper_of(client: Client) -> TimeSkipper:
    """A skipper whose workflows keep real time until they are told to jump."""
    config = TimeSkippingConfig(enabled=False, max_session_skip_count=MOST_SKIPS)
    return TimeSkipper(client, config=config)
