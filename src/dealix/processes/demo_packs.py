"""The pipelines in the demo: packs with their proof, papers that contradict, leads, controls."""

import io
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docx
import httpx

from dealix import catalog
from dealix.business.evidence.verifying import verify
from dealix.business.leads.examples import qualification_example
from dealix.business.papers.schemas import DOCX
from dealix.cli.client import Unable
from dealix.proof.door import Door, Person, Refused

COMPANY, KEY, SCAN = "rawabi-sa", "evidence_pack", "contradiction_scan"
LEADS = "lead_qualification"
CONTROLS = "compliance_scan"
PAPERS = (
    ("Data policy", "All customer data is encrypted at rest and stays in the Kingdom."),
    ("سياسة النسخ", "النسخ الاحتياطية غير مشفرة أثناء التخزين."),
)
"""Two papers of which one denies what the other promises."""
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
        good, said = _scan(door, record)
        held, lines = held and good, [*lines, *said]
        good, said = _lead(door)
        held, lines = held and good, [*lines, *said]
        good, said = _controls(door)
        held, lines = held and good, [*lines, *said]
    except (Refused, Unable, LookupError, StopIteration, httpx.HTTPError) as failure:
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


def _scan(door: Door, record: Mapping[str, Any]) -> tuple[bool, list[str]]:
    """Bring two papers in, scan them, and read what was found with both quotations."""
    began, counsel = time.monotonic(), door.holder("legal_counsel")
    documents = [_brought(record, counsel, *paper) for paper in PAPERS]
    body = {"workflow": SCAN, "input": {"documents": documents}}
    run = door.post(counsel, "/runs", body)
    while run["ended_at"] is None and time.monotonic() - began < PATIENCE:
        time.sleep(0.05)
        run = door.get(counsel, f"/runs/{run['id']}")
    took = time.monotonic() - began
    budget = catalog.row(SCAN).here.duration.longest.total_seconds()
    steps = " → ".join(entry["name"] for entry in run["timeline"])
    lines = [f"{SCAN:<20}{took:>5.1f} s of {budget:.0f}  {steps}"]
    planted = {text for _, text in PAPERS}
    quoted = [
        (one, {one["a"]["quote"], one["b"]["quote"]})
        for one in door.get(counsel, "/contradictions")
    ]
    found = [one for one, quotes in quoted if quotes == planted]
    false = [one for one, quotes in quoted if one["run"] == run["id"] and not quotes & planted]
    lines += [
        f"{'':<20}{one['severity']} {one['kind']}: {one['a']['quote']} ≠ {one['b']['quote']}"
        for one in (*found, *false)
    ]
    held = run["outcome"] == "scanned" and len(found) == 1 and not false
    return held and took < budget, lines


def _controls(door: Door) -> tuple[bool, list[str]]:
    """Scan the controls, and read what was found; that one fails is a finding, no fault."""
    began, officer = time.monotonic(), door.holder("compliance_officer")
    run = door.post(officer, "/runs", {"workflow": CONTROLS, "input": {}})
    while run["ended_at"] is None and time.monotonic() - began < PATIENCE:
        time.sleep(0.05)
        run = door.get(officer, f"/runs/{run['id']}")
    took = time.monotonic() - began
    budget = catalog.row(CONTROLS).here.duration.longest.total_seconds()
    steps = " → ".join(entry["name"] for entry in run["timeline"])
    lines = [f"{CONTROLS:<20}{took:>5.1f} s of {budget:.0f}  {steps}"]
    found = door.get(officer, "/compliance")
    if found["scan"] is None or found["scan"]["run"] != run["id"]:
        return False, [*lines, f"{'':<20}{run['status']}: {run['error']}"]
    counts = found["scan"]["counts"]["status"]
    failing = [one["control"] for one in found["results"] if one["status"] == "fail"]
    told = ", ".join(f"{count} {status}" for status, count in counts.items())
    lines += [f"{'':<20}{told}; failing: {', '.join(failing) or 'none'}"]
    return run["outcome"] == "checked" and took < budget and found["scan"]["intact"], lines


def _brought(record: Mapping[str, Any], person: Person, title: str, text: str) -> str:
    """A paper, uploaded by this person. Answers its ID."""
    paper, file = docx.Document(), io.BytesIO()
    paper.add_heading(title, 1)
    paper.add_paragraph(text)
    paper.save(file)
    answer = httpx.post(
        f"{record['url']}/api/v1/documents",
        files={"file": (f"{title}.docx", file.getvalue(), DOCX)},
        headers={"Authorization": f"Bearer {person.token}"},
    )
    return str(answer.raise_for_status().json()["id"])


def _lead(door: Door) -> tuple[bool, list[str]]:
    """Qualify a lead, then the same person in the other script, who is known by then."""
    example = qualification_example(0)
    one = {**example["company"], "name": "Shams Trading", "name_ar": None}
    other = {**one, "name": "شركة شمس للتجارة", "registration_number": None}
    given = (
        {**example, "company": one, "contact": {**example["contact"], "name": "Sara Al-Otaibi"}},
        {**example, "company": other, "contact": {"name": "سارة العتيبي"}, "key": "demo-lead"},
    )
    memos, lines, held = list[Any](), list[str](), True
    for each in given:
        memo, good, said = _qualified(door, each)
        memos, lines, held = [*memos, memo], [*lines, *said], held and good
    first, second = memos
    same = second["same_as"] if held else None
    known = same is not None and (same["lead"], same["what"]) == (first["lead_id"], "person")
    return known, lines


def _qualified(door: Door, given: Mapping[str, Any]) -> tuple[Any, bool, list[str]]:
    """One lead through its pipeline: its memo, whether it came in time, and two lines."""
    seller, began = door.holder("partner_manager"), time.monotonic()
    budget = catalog.row(LEADS).here.duration.longest.total_seconds()
    run = door.post(seller, "/runs", {"workflow": LEADS, "input": dict(given)})
    while run["ended_at"] is None and time.monotonic() - began < PATIENCE:
        time.sleep(0.05)
        run = door.get(seller, f"/runs/{run['id']}")
    took = time.monotonic() - began
    memo = door.get(seller, f"/qualifications/{run['id']}")["memo"]
    if memo is None:
        return None, False, [f"{LEADS:<20}{run['status']}: {run['error']}"]
    steps = " → ".join(entry["name"] for entry in run["timeline"])
    registry = memo["research"]["registration"] or memo["research"]["because"]
    same = memo["same_as"]
    known = f", the same {same['what']} by {' and '.join(same['why'])}" if same else ""
    owner = " and ".join(memo["owner"]["because"])
    what = f"{given['contact']['name']} at {given['company']['name']}: {memo['verdict']}, "
    what += f"score {memo['score']}, registry: {registry}, owner: {owner}{known}"
    lines = [f"{LEADS:<20}{took:>5.1f} s of {budget:.0f}  {steps}", f"{'':<20}{what}"]
    return memo, took < budget, lines
