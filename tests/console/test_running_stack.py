"""Every process of a running stack shows its counters where the plan says."""

import httpx

from dealix.engines import doctor
from dealix.engines import plan as plans
from dealix.engines.home import Home
from dealix.engines.plan import PORTS

SILENT = {"postgres", "valkey", "temporal", "temporal_ui", "sandbox_smtp"}
"""Ports at which something else is spoken."""


def test_each_port_of_the_plan_that_is_for_metrics_answers(console, waiting_run):
    plan = plans.read(Home(console.home), plans.settings_for(console.home))
    addresses = doctor.metrics_of(plan, console.record["processes"])
    assert set(addresses) == set(PORTS) - SILENT
    shown = {name: httpx.get(url, trust_env=False, timeout=10) for name, url in addresses.items()}
    assert {name: one.status_code for name, one in shown.items()} == dict.fromkeys(addresses, 200)
    assert "dealix_runs_total" in shown["api"].text
    assert "dealix_effects_total" in shown["durable_worker_metrics"].text
    assert "temporal_" in shown["durable_worker_sdk_metrics"].text
    assert "sandbox_requests" in shown["sandbox_http"].text
    assert waiting_run not in "".join(one.text for one in shown.values())
    assert doctor.metrics(Home(console.home), plan).ok
