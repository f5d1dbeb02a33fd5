"""Prices above the limits while processes die: each is asked once, approved once, goes on once.

Every run asks by percentage and by money, so that each passes every step of the approval.
"""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dealix.proof import points
from dealix.proof.cast import Cast
from dealix.proof.door import Refused
from dealix.proof.pipelines import OFFERS, lost_of_offer
from dealix.proof.points import Point
from dealix.proof.rig import HOLD_SECONDS, Rig, until
from dealix.proof.rounds import Line, Round

APPROVAL = "price_approval"
PRICED = [point for point in points.of(OFFERS) if point.step == "price_proposal"]
POINTS = (*PRICED, *points.of(APPROVAL))
"""Where the price is stored with its approval's beginning, and every step of the approval."""
END_SECONDS = 120.0
SETTLED = frozenset({"already_decided", "not_an_approver", "one_slot_per_run", "run_ended"})
"""Refusals of a decision that somebody has taken meanwhile."""


def crash(rig: Rig, cast: Cast, kinds: Sequence[str], wanted: Sequence[Point] = POINTS) -> Round:
    """Hold a run at each of these points, kill these processes at once, judge every version."""
    began = time.monotonic()
    rig.arm(wanted)
    runs = [start(cast) for _ in wanted]

    def all_held() -> bool:
        decide(cast, runs)
        return len(rig.held(wanted)) == len(wanted)

    until(all_held, HOLD_SECONDS, 0.3)
    held = len(rig.held(wanted))
    killed = {kind: rig.kill(kind) for kind in kinds}
    rig.release()
    back = max(rig.await_return(kind, pid) for kind, pid in killed.items())

    def all_ready() -> bool:
        decide(cast, runs)
        return all(offer(cast, run)["state"] == "ready" for run in runs)

    until(all_ready, END_SECONDS, 0.5)
    until(lambda: all(_ended(cast, run) for run in runs), END_SECONDS, 0.5)
    lines = [_line(cast, run, f"kill {' and '.join(kinds)}") for run in runs]
    return Round(lines, held, time.monotonic() - began, back)


def start(cast: Cast) -> str:
    """Offer on a deal of its own so far below the list that both gates ask. Answers the run."""
    number, cast.number = cast.number, cast.number + 1
    company = {"company_name": f"Price {number}", "title": "Platform", "key": f"price-{number}"}
    line = {"sku": "PLATFORM-SEAT", "quantity": 200, "discount_percent": "44"}
    body = {"workflow": OFFERS, "input": {"deal": company, "lines": [line]}}
    key = f"proof-price-{number}"
    return str(cast.door.post(cast.starter, "/runs", {**body, "key": key})["id"])


def decide(cast: Cast, runs: Sequence[str], word: str = "approve") -> None:
    """Whoever may says this to every open request of these versions."""
    asked = {offer(cast, run)["price_run"] for run in runs} - {None}
    for approval in cast.door.get(cast.starter, "/approvals", scope="open"):
        if approval["run"] not in asked:
            continue
        person = cast.door.by_id(approval["who_may_decide"][0]["people"][0])
        if person is None:
            continue
        said = {"decision": word, "comment": "proof", "packet_hash": approval["packet_hash"]}
        try:
            cast.door.post(person, f"/approvals/{approval['id']}/decisions", said)
        except Refused as refusal:
            if refusal.code not in SETTLED:
                raise


def offer(cast: Cast, run: str) -> Any:
    """The version that a run wrote first."""
    return cast.door.get(cast.starter, f"/proposals/{run}")


def _ended(cast: Cast, run: str) -> bool:
    price_run = offer(cast, run)["price_run"]
    return bool(price_run and cast.door.get(cast.starter, f"/runs/{price_run}")["ended_at"])


def _line(cast: Cast, run: str, fault: str) -> Line:
    """The verdict on one version: one approval, one run that went on, every step once."""
    found = offer(cast, run)
    lost, doubled = lost_of_offer(cast, run), list[str]()
    asked = [
        each
        for each in cast.door.get(cast.keeper, "/runs", workflow=APPROVAL, limit="200")
        if _of(cast, each["id"], "proposal_run") == run
    ]
    went_on = [
        each
        for each in cast.door.get(cast.keeper, "/runs", workflow=OFFERS, limit="200")
        if (_of(cast, each["id"], "approved") or {}).get("price_run") == found["price_run"]
    ]
    for what, several in (("approvals", asked), ("runs that went on", went_on)):
        lost += [] if several else [f"there are no {what}"]
        doubled += [f"{len(several)} {what}"] if len(several) > 1 else []
    outcomes = [each["outcome"] for each in (*asked, *went_on)]
    lost += [] if outcomes == ["approved", "proposed"] else [f"they ended as {outcomes}"]
    for each in (run, *(one["id"] for one in (*asked, *went_on))):
        ledger = cast.door.get(cast.keeper, "/effects", run=each)
        rows = Counter(row["key"] for row in ledger if row["status"] == "done")
        doubled += [f"{key} ×{count}" for key, count in rows.items() if count > 1]
    cases = [
        case["kind"]
        for each in (run, *(one["id"] for one in (*asked, *went_on)))
        for case in cast.door.get(cast.keeper, "/cases", status="open", run=each)
    ]
    left = [f"a case asks about nothing: {kind}" for kind in cases]
    counts = (len(lost), len(doubled), len(left))
    notes = [*lost, *doubled, *left]
    return Line(APPROVAL, "price", fault, str(found["state"]), *counts, notes)


def _of(cast: Cast, run: str, name: str) -> Any:
    return cast.door.get(cast.keeper, f"/runs/{run}")["input"].get(name)
