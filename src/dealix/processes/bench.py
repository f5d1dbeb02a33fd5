"""`make bench`: our flow against the same activities on the bare SDK, in the same run.

The bare flow calls the very same activities, local or not as ours does, in a plain workflow on a
plain client and worker as the SDK makes them: no codec, no interceptor, no undo, no deadline, and
the sandbox, which our worker does without. What remains between the two is what the durable lane
costs. A second bare flow calls activities of the same names that do nothing, which shows what the
steps' own work (ledger, audit, policy, mail, CRM) costs.
"""

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from dealix.engines.stack import Stack
from dealix.observability.exit import leave
from dealix.processes import settle
from dealix.proof.racing import Race, Stage
from dealix.settings import Settings

FILE = "bench.json"
PROCESSES = ("postgres", "valkey", "temporal", "sandbox", "api")
SEQUENCE, TOGETHER = 8, 30


def row(name: str, ours: float, bare: float, n: int) -> dict[str, Any]:
    """One line of `bench.json`, in milliseconds."""
    return {
        "name": name,
        "ours": round(ours, 1),
        "bare": round(bare, 1),
        "ratio": round(ours / bare, 2),
        "unit": "ms",
        "n": n,
    }


async def measure(stage: Stage) -> list[dict[str, Any]]:
    """Every measurement; ours and bare take turns, so that both meet the same machine."""
    for kind in ("ours", "bare", "empty"):
        await stage.race(kind)  # the first of each warms caches and connections
    races: dict[str, list[Race]] = {"ours": [], "bare": [], "empty": []}
    for _ in range(SEQUENCE):
        for kind, done in races.items():
            done.append(await stage.race(kind))
    whole = {kind: median(race.whole for race in done) for kind, done in races.items()}
    heard = {kind: median(h for r in done for h in r.heard) for kind, done in races.items()}
    together = {kind: await stage.together(kind, TOGETHER) for kind in races}
    return [
        row("flow in sequence (p50)", whole["ours"], whole["bare"], SEQUENCE),
        row("30 flows of one tenant (all done)", together["ours"], together["bare"], TOGETHER),
        row("decision → next step (p50)", heard["ours"], heard["bare"], 3 * SEQUENCE),
        row("the steps' own work, in sequence (p50)", whole["bare"], whole["empty"], SEQUENCE),
        row("the steps' own work, 30 flows", together["bare"], together["empty"], TOGETHER),
    ]


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows for people, and what costs the rest."""
    lines = [f"{'':<42}{'ours':>10}{'bare':>10}{'ratio':>8}{'n':>5}"]
    lines += [
        f"{r['name']:<42}{r['ours']:>8} ms{r['bare']:>7} ms{r['ratio']:>8}{r['n']:>5}" for r in rows
    ]
    lines += [
        "",
        "The first three lines compare our flow with the same activities in a plain workflow on",
        "a plain client and worker. The rest is the AES-GCM codec, the heartbeat and clock around",
        "each step, the deadline's timer, and the settling of the run (gates closed, run closed).",
        "After a commit ours also loads the decision by its ID and marks it as effective, in one",
        "transaction, before the next step begins: that is why a forged update is harmless.",
        "The last two lines compare those plain flows with activities that do nothing: the ledger,",
        "the audit, the policy with its token, and the providers over real sockets.",
    ]
    return "\n".join(lines)


def bench(home: Path, file: Path) -> int:
    """Start engines, measure, print and write."""
    stack = Stack(home)
    stack.start(PROCESSES)
    try:
        stage = Stage(home)
        try:
            rows = asyncio.run(_measured(stage))
        finally:
            stage.close()
    finally:
        stack.stop()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
    sys.stdout.write(f"{table(rows)}\n→ {file}\n")
    return 0


async def _measured(stage: Stage) -> list[dict[str, Any]]:
    async with stage.working():
        return await measure(stage)


def main() -> int:
    """Entry of `python -m dealix.processes.bench`."""
    settle()
    home = Path(tempfile.mkdtemp(prefix="dealix-bench-"))
    try:
        return bench(home, Settings().home / FILE)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    leave(main())
