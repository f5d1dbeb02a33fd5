"""The pipeline of evidence packs in the demo: each kind of pack, its steps, its time, its proof."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dealix import catalog
from dealix.business.evidence.verifying import verify
from dealix.cli.client import Unable
from dealix.proof.door import Door, Person, Refused

COMPANY, KEY = "rawabi-sa", "evidence_pack"
KINDS = ("deal_closure", "incident_response", "compliance_audit", "board_report")
PATIENCE = 60.0


def packs(record: Mapping[str, Any], folder: Path) -> tuple[bool, list[str]]:
    """A pack of every kind: whether each verifies and was made in time, and a line for each.

    `record` is the content of `stack.json`; packs about a run are about a deal of the stories.
    """
    door = Door(record, COMPANY)
    keeper = door.holder("operator")
    budget = catalog.row(KEY).here.duration.longest.total_seconds()
    lines, held = list[str](), True
    try:
        deal = _deal(door, keeper)
        for kind in KINDS:
            about = {"run": deal} if kind in {"deal_closure", "incident_response"} else {}
            good, said = _pack(door, keeper, {"type": kind, **about}, folder, budget)
            held = held and good
            lines += said
    except (Refused, Unable, LookupError) as failure:
        return False, [*lines, f"  broke off: {failure}"]
    finally:
        door.close()
    return held, lines


def _deal(door: Door, keeper: Person) -> str:
    """A partner approval of the stories that has activated its partner."""
    runs = door.get(keeper, "/runs", workflow="partner_approval", limit="200")
    return next(str(run["id"]) for run in runs if run["outcome"] == "activated")


def _pack(
    door: Door, keeper: Person, given: Mapping[str, str], folder: Path, budget: float
) -> tuple[bool, list[str]]:
    began = time.monotonic()
    run = door.post(keeper, "/runs", {"workflow": KEY, "input": dict(given)})
    while run["ended_at"] is None and time.monotonic() - began < PATIENCE:
        time.sleep(0.05)
        run = door.get(keeper, f"/runs/{run['id']}")
    took = time.monotonic() - began
    if not run["evidence"]:
        return False, [f"{given['type']:<20}{run['status']}: {run['error']}"]
    file = folder / f"{KEY}-{given['type']}.zip"
    file.write_bytes(door.content(keeper, f"/evidence/{run['evidence'][0]}.zip"))
    report = verify(file)
    steps = " → ".join(entry["name"] for entry in run["timeline"])
    state = "verifies" if report.ok else f"does NOT verify: {report.first_bad}"
    return report.ok and took < budget, [
        f"{given['type']:<20}{took:>5.1f} s of {budget:.0f}  {steps}",
        f"{'':<20}{file.name}: {report.items} items, {report.audit_records} audit records, {state}",
    ]
