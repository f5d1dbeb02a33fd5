"""Rounds of the medium lane: runs held at every step, processes killed, each pack then judged.

The judge asks what anyone may ask: the run and its ledger at the door, and the pack itself, which
is verified offline. It knows nothing of leases.
"""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dealix.business.evidence.verifying import verify_bytes
from dealix.proof import points
from dealix.proof.cast import Cast
from dealix.proof.points import Point
from dealix.proof.rig import HOLD_SECONDS, Rig, until
from dealix.proof.rounds import Line, Round

PACKS, SCAN, CONTROLS = "evidence_pack", "contradiction_scan", "compliance_scan"
EVERYWHERE = tuple(points.of(PACKS))
IN_THE_SCAN = tuple(points.of(SCAN))
OF_CONTROLS = tuple(points.of(CONTROLS))
ALL = (EVERYWHERE, IN_THE_SCAN, OF_CONTROLS)
"""What is crashed round by round, a workflow each."""
KINDS_OF_PACKS = ("board_report", "compliance_audit")
END_SECONDS = 90.0


def crash(rig: Rig, cast: Cast, kinds: Sequence[str], wanted: Sequence[Point]) -> Round:
    """Hold a run at each of these points, kill these processes at once, judge every run.

    The points are those of one workflow.
    """
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
    elsewhere = [run for run in runs if run not in held.values()]
    lines += [_line(cast, "between steps", fault, run) for run in elsewhere]
    return Round(lines, len(held), time.monotonic() - began, back)


def _start(cast: Cast, workflow: str) -> str:
    number, cast.number = cast.number, cast.number + 1
    kind = KINDS_OF_PACKS[number % len(KINDS_OF_PACKS)]
    given = {"type": kind} if workflow == PACKS else {}
    body = {"workflow": workflow, "input": given, "key": f"proof-pipeline-{number}"}
    return str(cast.door.post(cast.keeper, "/runs", body)["id"])


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
    for pack in seen["evidence"]:
        report = verify_bytes(cast.door.content(cast.keeper, f"/evidence/{pack}.zip"))
        lost += [] if report.ok else [f"its pack does not verify: {report.first_bad}"]
    cases = cast.door.get(cast.keeper, "/cases", status="open", run=run)
    left = [f"a case asks about nothing: {case['kind']}" for case in cases]
    outcome = str(seen["outcome"] or seen["status"])
    counts = (len(lost), len(doubled), len(left))
    return Line(workflow, step, fault, outcome, *counts, [*lost, *doubled, *left])
