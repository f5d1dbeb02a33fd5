"""Rounds of the medium lane: runs held at every step, processes killed, each pack then judged.

The judge asks what anyone may ask: the run and its ledger at the door, and the pack itself, which
is verified offline. It knows nothing of leases.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dealix.business.evidence.starting import pack_example
from dealix.business.evidence.verifying import verify_bytes
from dealix.business.leads.examples import qualification_example
from dealix.business.proposals.examples import proposal_example
from dealix.proof import points
from dealix.proof.cast import Cast
from dealix.proof.points import Point
from dealix.proof.rig import HOLD_SECONDS, THREADS, Rig, until
from dealix.proof.rounds import Line, Round

CONTROLS = "compliance_scan"
PACKS, SCAN, LEADS = "evidence_pack", "contradiction_scan", "lead_qualification"
OFFERS = "proposal_generation"
POINTS = [point for workflow in points.PIPELINES for point in points.of(workflow)]
ALL = tuple(tuple(POINTS[begin : begin + THREADS]) for begin in range(0, len(POINTS), THREADS))
"""Every point of every pipeline, as many together as a worker can hold."""
END_SECONDS = 90.0


def crash(rig: Rig, cast: Cast, kinds: Sequence[str], wanted: Sequence[Point]) -> Round:
    """Hold a run at each of these points, kill these processes at once, judge every run."""
    began = time.monotonic()
    rig.arm(wanted)
    runs = [_start(cast, point.workflow) for point in wanted]
    until(lambda: len(rig.held(wanted)) == len(wanted), HOLD_SECONDS)
    held = rig.held(wanted)
    killed = {kind: rig.kill(kind) for kind in kinds}
    rig.release()
    back = max(rig.await_return(kind, pid) for kind, pid in killed.items())
    until(lambda: all(_run(cast, run)["ended_at"] for run in runs), END_SECONDS, 0.3)
    fault = f"kill {' and '.join(kinds)}"
    lines = [_line(cast, point.step, f"{fault} {point.point}", run) for point, run in held.items()]
    lines += _unlike(cast, held, fault)
    elsewhere = [run for run in runs if run not in held.values()]
    lines += [_line(cast, "between steps", fault, run) for run in elsewhere]
    return Round(lines, len(held), time.monotonic() - began, back)


def _start(cast: Cast, workflow: str) -> str:
    number, cast.number = cast.number, cast.number + 1
    given: dict[str, Any] = {}
    if workflow == PACKS:
        given = pack_example(number)  # of past days: the proof's own records outgrow a pack's limit
    if workflow == LEADS:
        given = qualification_example(number)
    if workflow == OFFERS:
        given = proposal_example(number)
    body = {"workflow": workflow, "input": given, "key": f"proof-pipeline-{number}"}
    who = cast.starter if workflow in (LEADS, OFFERS) else cast.keeper
    return str(cast.door.post(who, "/runs", body)["id"])


def _run(cast: Cast, run: str) -> Any:
    return cast.door.get(cast.keeper, f"/runs/{run}")


def _line(cast: Cast, step: str, fault: str, run: str) -> Line:
    """The verdict on one run: every step once, one pack, and a pack that proves itself."""
    seen = _run(cast, run)
    workflow, lost = str(seen["workflow"]), list[str]()
    ledger = cast.door.get(cast.keeper, "/effects", run=run)
    rows = Counter(row["key"] for row in ledger if row["status"] == "done")
    keys = [f"{run}:{facts.name}" for facts in points.facts(workflow)]
    if seen["status"] != "completed":
        lost.append(f"the run is {seen['status']}: {seen['error']}")
    lost += [f"{key} is not on record" for key in keys if key not in rows]
    doubled = [f"{key} ×{count}" for key, count in rows.items() if count > 1 or key not in keys]
    doubled += [f"{len(seen['evidence'])} packs"] if len(seen["evidence"]) > 1 else []
    lost += ["there is no pack"] if workflow == PACKS and not seen["evidence"] else []
    lost += [] if seen["result"] else ["there is no result"]
    lost += _lost_of_lead(cast, run) if workflow == LEADS else []
    lost += lost_of_offer(cast, run) if workflow == OFFERS else []
    whole = seen["status"] == "completed"
    lost += _lost_of_controls(cast, run) if workflow == CONTROLS and whole else []
    for pack in seen["evidence"]:
        report = verify_bytes(cast.door.content(cast.keeper, f"/evidence/{pack}.zip"))
        lost += [] if report.ok else [f"its pack does not verify: {report.first_bad}"]
    cases = cast.door.get(cast.keeper, "/cases", status="open", run=run)
    left = [f"a case asks about nothing: {case['kind']}" for case in cases]
    outcome = str(seen["outcome"] or seen["status"])
    counts = (len(lost), len(doubled), len(left))
    return Line(workflow, step, fault, outcome, *counts, [*lost, *doubled, *left])


def _unlike(cast: Cast, held: Mapping[Point, str], fault: str) -> list[Line]:
    """Scans of the same documents and settings find the same, wherever they were held."""
    results = (_run(cast, run)["result"] for point, run in held.items() if point.workflow == SCAN)
    found = {result["contradictions"] for result in results if result}
    if len(found) < 2:
        return []
    said = f"scans of the same papers found {sorted(found)}"
    return [Line(SCAN, "compare_claims", fault, "scanned", 1, 0, 0, [said])]


def _lost_of_controls(cast: Cast, run: str) -> list[str]:
    """What a compliance scan has not left behind: an answer to each control, once, as hashed."""
    found = cast.door.get(cast.keeper, f"/compliance/scans/{run}")
    answered = Counter(one["control"] for one in found["results"])
    lost = [] if found["scan"]["intact"] else ["its results are not those that were hashed"]
    wanted = sum(found["scan"]["counts"]["status"].values())
    lost += [] if len(answered) == wanted else [f"{len(answered)} of {wanted} controls"]
    return lost + [f"{control} ×{count}" for control, count in answered.items() if count > 1]


def _lost_of_lead(cast: Cast, run: str) -> list[str]:
    """What a qualification has not left behind: its memo, and the lead with the memo's owner."""
    found = cast.door.get(cast.starter, f"/qualifications/{run}")
    memo = found["memo"]
    if memo is None or found["told_at"] is None:
        return ["the memo or its notice is missing"]
    lead = cast.door.get(cast.starter, f"/leads/{memo['lead_id']}")
    lost = [] if lead["owner"] == memo["owner"]["user"] else ["the lead is not its owner's"]
    return lost + ([] if lead["score"] == memo["score"] else ["the lead has another score"])


def lost_of_offer(cast: Cast, run: str) -> list[str]:
    """What a proposal has not left behind: its pack, its files, and the notice to its owner."""
    found = cast.door.get(cast.starter, f"/proposals/{run}")
    pack, price = found["pack"], found["price"]
    if pack is None or found["state"] != "ready" or found["told_at"] is None:
        return [f"the proposal is {found['state']}, its pack or its notice is missing"]
    lost = [] if pack["pricing_hash"] == price["sha256"] else ["the pack has another price"]
    for document in pack["documents"]:
        language = document["language"]
        content = cast.door.content(cast.starter, f"/proposals/{run}/pdf?lang={language}")
        if hashlib.sha256(content).hexdigest() != document["sha256"]:
            lost.append(f"the file in {language} is another one")
    return lost
