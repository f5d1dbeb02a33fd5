"""Every process shows its counters, the Temporal SDK's among them."""

import socket
import subprocess
import sys

import httpx
from tests.conftest import Engines

from dealix.observability import metrics

SDK = """
import asyncio, urllib.request
from temporalio.client import Client
from dealix.observability.exit import leave
from dealix.observability.temporal import runtime
from dealix.settings import Settings

async def main():
    settings = Settings(temporal_metrics="{metrics}")
    assert runtime(settings) is runtime(settings)
    await Client.connect("{server}", runtime=runtime(settings))
    print(urllib.request.urlopen("http://{metrics}/metrics").read().decode())

asyncio.run(main())
leave(0)
"""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def test_a_process_without_http_serves_its_metrics() -> None:
    metrics.effect("email", "message_id", "done")
    metrics.effect(None, "upsert", "done")
    metrics.undo("retract_terms", "failed")
    metrics.decision("manager_approval", "approve", delivered=False)
    metrics.webhook("smtp", "stored")
    metrics.run("partner_approval", "completed")
    metrics.case("in_doubt", "opened")
    port = free_port()
    stop = metrics.serve(port)
    try:
        shown = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    finally:
        stop()
    for line in (
        'dealix_effects_total{method="message_id",status="done",system="email"}',
        'dealix_effects_total{method="upsert",status="done",system="own"}',
        'dealix_undos_total{action="retract_terms",status="failed"}',
        'dealix_decisions_total{decision="approve",delivered="false",gate="manager_approval"}',
        'dealix_webhooks_total{outcome="stored",provider="smtp"}',
        'dealix_runs_total{status="completed",workflow="partner_approval"}',
        'dealix_cases_total{event="opened",kind="in_doubt"}',
    ):
        assert line in shown
    with socket.socket() as sock:
        assert sock.connect_ex(("127.0.0.1", port)) != 0


def test_the_temporal_sdk_shows_its_own(engines: Engines) -> None:
    script = SDK.format(metrics=f"127.0.0.1:{free_port()}", server=engines.temporal_address)
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert ended.returncode == 0, ended.stderr
    assert "temporal_request_total" in ended.stdout
    assert "temporal_request_latency_seconds_bucket" in ended.stdout
