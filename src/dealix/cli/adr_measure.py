"""What the engine's decision record asks for: time to resume after a kill, speed of rehearsals."""

import os
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from dealix.cli import rehearse
from dealix.cli.client import Unable
from dealix.engines.stack import Stack
from dealix.lanes.scenarios import load
from dealix.proof.cast import TENANT, WORKFLOW, Cast, Play
from dealix.proof.door import Door

FILE = "spike.json"
KILLED = (None, "durable_worker", "temporal", "postgres", "api", "scheduler")
TIMES = 3
PATIENCE = 90.0
FIRST_GATE, SECOND_GATE = "manager_approval", "term_review"
Say = Callable[[str], None]


def measure(say: Say) -> list[dict[str, Any]]:
    """Every measure, on a stack of its own that is removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix="dealix-measure-"))
    stack = Stack(home)
    try:
        record = stack.start()
        rows = rehearsals(record, say)
        for killed in KILLED:
            row = resumption(stack, killed)
            say(f"{row['name']}: {row['median']} s, at most {row['highest']} s")
            rows.append(row)
    finally:
        stack.stop()
        rehearse.remove(home)
    return rows


def rehearsals(record: Mapping[str, Any], say: Say) -> list[dict[str, Any]]:
    """Every story of the flow, one after the other: real seconds, and virtual days each."""
    seconds: list[float] = []
    days: list[float] = []
    for file in rehearse.stories(WORKFLOW):
        played = rehearse.play(record, load(file), lambda _line: None)
        if not played.held:
            raise Unable(f"The story {file.stem} did not end as it says: nothing is measured.")
        ended, began = (
            datetime.fromisoformat(played.run[name]) for name in ("ended_at", "started_at")
        )
        seconds.append(played.seconds)
        days.append((ended - began).total_seconds() / 86400)
        say(f"rehearsal {file.stem}: {days[-1]:.1f} days in {seconds[-1]:.1f} s")
    return [
        row("rehearsal of a story, real time", seconds),
        row("rehearsal of a story, virtual time", days, "days"),
    ]


def resumption(stack: Stack, killed: str | None) -> dict[str, Any]:
    """From a SIGKILL while a run waits for the manager, who then decides, to the next gate."""
    found = [_once(stack, killed) for _ in range(TIMES)]
    said = f"after SIGKILL of {killed.replace('_', ' ')}" if killed else "with nothing killed"
    return row(f"waiting run decided and at its next gate, {said}", found)


def row(name: str, values: list[float], unit: str = "s") -> dict[str, Any]:
    """One measure."""
    median, highest = round(statistics.median(values), 2), round(max(values), 2)
    return {"name": name, "median": median, "highest": highest, "unit": unit, "n": len(values)}


def _once(stack: Stack, killed: str | None) -> float:
    cast = Cast(Door(stack.record(), TENANT), first=time.time_ns() % 1_000_000)
    try:
        play = cast.start()
        approval = _gate(cast, play, FIRST_GATE)
        began = time.monotonic()
        old = _kill(stack, killed)
        cast.decide(approval, "approve")
        _gate(cast, play, SECOND_GATE)
        taken = time.monotonic() - began
        cast.play_on()
        _await(lambda: killed is None or _pid(stack, killed) not in {None, old}, killed)
        return taken
    finally:
        cast.door.close()


def _gate(cast: Cast, play: Play, gate: str) -> Mapping[str, Any]:
    """The run's open request at a gate."""
    found: list[Mapping[str, Any]] = []

    def opened() -> bool:
        rows = cast.door.get(cast.starter, "/approvals", scope="open")
        found.extend(one for one in rows if (one["run"], one["gate"]) == (play.run, gate))
        return bool(found)

    _await(opened, gate)
    return found[0]


def _kill(stack: Stack, name: str | None) -> int | None:
    pid = _pid(stack, name) if name else None
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
    return pid


def _pid(stack: Stack, name: str) -> int | None:
    pid: int | None = stack.record().get("processes", {}).get(name)
    return pid


def _await(holds: Callable[[], bool], what: str | None) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise Unable(f"Waited {PATIENCE:.0f} s in vain for {what}: nothing is measured.")
        time.sleep(0.02)
