"""The other short tasks in the demo: leads entered and scored by a worker, each with its time."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from dealix import catalog
from dealix.api.short_inputs import SHORT_INPUTS
from dealix.cli.http_stage import HttpStage

LEADS = 3
WRITES = re.compile(
    r'dealix_short_seconds_(count|sum){outcome="done",workflow="audit_write"} (\S+)'
)
Lines = list[str]


def answers(record: Mapping[str, Any]) -> tuple[bool, Lines]:
    """Every task once or more: whether each answered as it should in time, and a line for each.

    `record` is the content of `stack.json`.
    """
    stage = HttpStage(record, "rawabi-sa", "partner_manager")
    headers = {"Authorization": f"Bearer {stage.person('partner_manager')['token']}"}
    try:
        with httpx.Client(base_url=f"{record['url']}/api/v1", headers=headers, timeout=30) as door:
            told = [each(door) for each in TASKS]
    finally:
        stage.close()
    return all(held for held, _ in told), [line for _, lines in told for line in lines]


def lead_scoring(door: httpx.Client) -> tuple[bool, Lines]:
    """Leads as people enter them, each scored by a worker while the caller waits."""
    held, lines = True, Lines()
    for number in range(LEADS):
        given = SHORT_INPUTS["lead_scoring"][1](number)
        lead = door.post("/leads", json=given).raise_for_status().json()["id"]
        done = {"kind": "pricing_question", "key": f"{given['key']}-asked"}
        door.post(f"/leads/{lead}/activities", json=done).raise_for_status()
        found = door.post(f"/leads/{lead}/score").raise_for_status().json()
        card = found if found["grade"] else {"score": "-", "grade": found["status"]}
        good, line = _line("lead_scoring", card["grade"], card["score"], found["ms"])
        held = held and good and found["status"] == "scored"
        lines.append(f"{line}{given['company']['name']}")
    return held, lines


def trust_score(door: httpx.Client) -> tuple[bool, Lines]:
    """How far a lead and a connector are to be trusted, scored by a worker."""
    held, lines = True, Lines()
    lead = door.get("/leads", params={"limit": 1}).raise_for_status().json()[0]["id"]
    for kind, entity in (("lead", lead), ("connector", "email"), ("affiliate", "affiliate_1")):
        asked = {"entity_type": kind, "entity_id": entity}
        found = door.post("/trust/scores", json=asked).raise_for_status().json()
        score = found["score"]
        good, line = _line("trust_score", found["status"], score or "-", found["ms"])
        held = held and good and found["status"] in ("scored", "not_enough_data")
        lines.append(f"{line}{kind}")
    return held, lines


def health_check(door: httpx.Client) -> tuple[bool, Lines]:
    """How everything stands, as the door of this stack says."""
    found = door.get("/health").json()
    good, line = _line("health_check", found["status"], len(found["probes"]), found["ms"])
    away = [one["name"] for one in found["probes"] if not one["ok"]]
    return good and not away, [f"{line}probes{', away: ' if away else ''}{', '.join(away)}"]


def dashboard_aggregation(door: httpx.Client) -> tuple[bool, Lines]:
    """Deals with the companies of leads, and the figures that they make."""
    leads = door.get("/leads", params={"limit": LEADS}).raise_for_status().json()
    for lead, status in zip(leads, ("won", "lost", "negotiating"), strict=False):
        deal = {
            "key": f"example-{lead['key']}",
            "lead_id": lead["id"],
            "title": "Annual plan",
            "amount": "48000.00",
            "status": status,
        }
        door.post("/deals", json=deal).raise_for_status()
    found = door.get("/dashboard").raise_for_status().json()
    figures = {one["key"]: one for one in found["metrics"]}
    told = [one for one in figures.values() if one["status"] == "ok"]
    good, line = _line("dashboard_aggregation", "figures", len(told), found["ms"])
    revenue = figures["revenue_actual"]["amounts"].get("SAR", "0")
    win_rate = figures["win_rate"]["share"]
    return good and win_rate is not None, [f"{line}revenue {revenue} SAR, win rate {win_rate}"]


def audit_write(door: httpx.Client) -> tuple[bool, Lines]:
    """What the door wrote into the audit meanwhile, and how long a write took on average."""
    shown = door.get(door.base_url.join("/metrics")).raise_for_status().text
    told = dict(WRITES.findall(shown))
    count, seconds = float(told.get("count", 0)), float(told.get("sum", 0))
    mean = seconds / count * 1000 if count else 0.0
    good, line = _line("audit_write", "records", round(count), mean)
    return good and count > 0, [f"{line}on average"]


def _line(key: str, label: str, value: object, milliseconds: float) -> tuple[bool, str]:
    budget = catalog.row(key).here.duration.longest.total_seconds() * 1000
    text = f"{key:<24}{label:<18}{value!s:<8}{milliseconds:>7.1f} ms of {budget:.0f}  "
    return milliseconds < budget, text


TASKS: tuple[Callable[[httpx.Client], tuple[bool, Lines]], ...] = (
    lead_scoring,
    trust_score,
    dashboard_aggregation,
    health_check,
    audit_write,
)
