"""Proposals in the demo: one within the limits, and one whose price is approved and goes on."""

import time
from collections.abc import Mapping
from typing import Any

import httpx

from dealix import catalog
from dealix.business.proposals.examples import proposal_example
from dealix.cli.client import Unable
from dealix.proof.door import Door, Person, Refused

COMPANY, OFFERS = "rawabi-sa", "proposal_generation"
ABOVE = "22"
PATIENCE = 60.0
Lines = list[str]


def answers(record: Mapping[str, Any]) -> tuple[bool, Lines]:
    """Both proposals: whether each came as it should in time, and lines for each.

    `record` is the content of `stack.json`.
    """
    door = Door(record, COMPANY)
    try:
        seller = door.holder("partner_manager")
        told = [_within(door, seller), _above(door, seller)]
    except (Refused, Unable, LookupError, StopIteration, httpx.HTTPError) as failure:
        return False, [f"  broke off: {failure}"]
    finally:
        door.close()
    return all(held for held, _ in told), [line for _, lines in told for line in lines]


def _within(door: Door, seller: Person) -> tuple[bool, Lines]:
    run, took, lines = _run(door, seller, proposal_example(9001))
    found = door.get(seller, f"/proposals/{run['id']}")
    return run["outcome"] == "proposed" and took < budget(), [*lines, *_files(door, seller, found)]


def _above(door: Door, seller: Person) -> tuple[bool, Lines]:
    """A discount above the limit: the run ends, a director agrees, the proposal goes on."""
    given = proposal_example(9002)
    given["lines"][0]["discount_percent"] = ABOVE
    run, took, lines = _run(door, seller, given)
    held = run["outcome"] == "awaiting_price_approval" and took < budget()
    found = door.get(seller, f"/proposals/{run['id']}")
    began, request = time.monotonic(), None
    while request is None and time.monotonic() - began < PATIENCE:
        open_ones = door.get(seller, "/approvals", scope="open")
        request = next((one for one in open_ones if one["run"] == found["price_run"]), None)
        time.sleep(0.05)
    if request is None:
        return False, [*lines, f"{'':<22}nobody was asked"]
    who = door.by_id(request["who_may_decide"][0]["people"][0])
    if who is None:
        return False, [*lines, f"{'':<22}nobody may decide"]
    word = {"decision": "approve", "packet_hash": request["packet_hash"]}
    door.post(who, f"/approvals/{request['id']}/decisions", word)
    began = time.monotonic()
    while found["state"] != "ready" and time.monotonic() - began < PATIENCE:
        time.sleep(0.05)
        found = door.get(seller, f"/proposals/{run['id']}")
    went_on = time.monotonic() - began
    seat = request["who_may_decide"][0]["slot"]
    lines.append(f"{'':<22}{ABOVE} % off: approved by {who.email} ({seat})")
    lines.append(f"{OFFERS:<22}{went_on:>5.1f} s of {budget():.0f}  goes on: {found['state']}")
    same = found["pack"] is not None and found["pack"]["pricing_hash"] == found["price"]["sha256"]
    held = held and same and went_on < budget()
    return held, [*lines, *_files(door, seller, found)]


def _run(door: Door, seller: Person, given: Mapping[str, Any]) -> tuple[Any, float, Lines]:
    began = time.monotonic()
    run = door.post(seller, "/runs", {"workflow": OFFERS, "input": dict(given)})
    while run["ended_at"] is None and time.monotonic() - began < PATIENCE:
        time.sleep(0.05)
        run = door.get(seller, f"/runs/{run['id']}")
    took = time.monotonic() - began
    steps = " → ".join(entry["name"] for entry in run["timeline"])
    return run, took, [f"{OFFERS:<22}{took:>5.1f} s of {budget():.0f}  {steps}: {run['outcome']}"]


def _files(door: Door, seller: Person, found: Mapping[str, Any]) -> Lines:
    """What was offered, and how large its files are."""
    if found["pack"] is None:
        return [f"{'':<22}nothing was offered: {found['state']}"]
    sizes = {
        one["language"]: len(
            door.content(seller, f"/proposals/{found['run']}/pdf?lang={one['language']}")
        )
        for one in found["pack"]["documents"]
    }
    told = ", ".join(f"{language} {size // 1024} KB" for language, size in sizes.items())
    price = f"{found['gross']} {found['currency']}, {found['price']['vat']} of it VAT"
    return [f"{'':<22}{found['company']['name']}, version {found['version']}: {price}; PDF {told}"]


def budget() -> float:
    """How many seconds a proposal may take."""
    return catalog.row(OFFERS).here.duration.longest.total_seconds()
