"""Plays every story, asks short tasks, runs pipelines, on a stack of its own; `make demo`."""

import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from dealix import catalog
from dealix.business.evidence.verifying import verify
from dealix.cli import rehearse
from dealix.cli.client import Unable
from dealix.cli.http_stage import HttpStage
from dealix.engines.stack import Stack
from dealix.errors import DealixError
from dealix.lanes.rehearsal import Performance
from dealix.lanes.scenarios import load
from dealix.observability.exit import leave
from dealix.processes import (
    demo_knowledge,
    demo_messages,
    demo_packs,
    demo_proposals,
    demo_short,
    settle,
)
from dealix.settings import Settings

Asking = Callable[[Mapping[str, Any]], tuple[bool, list[str]]]
AT_ONCE = 3
_printing = threading.Lock()


def say(line: str) -> None:
    """One line, whole, at once."""
    with _printing:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def tell(record: Mapping[str, Any], file: Path, folder: Path) -> bool:
    """Play one story, fetch its packs and verify them; its lines come together. Whether it held."""
    lines: list[str] = []
    try:
        story = load(file)
        performance = rehearse.play(record, story, lines.append)
        lines += rehearse.verdict(performance)
        sound = keep_packs(record, performance, f"{story.workflow}-{file.stem}", folder, lines)
        held = performance.held and sound
    except (DealixError, Unable) as failure:
        lines.append(f"  broke off: {failure.sentence}")
        held = False
    title = f"── {file.parent.name}: {file.stem.replace('_', ' ')} "
    say("\n".join([f"{title:─<78}", *lines, ""]))
    return held


def keep_packs(
    record: Mapping[str, Any], played: Performance, name: str, folder: Path, lines: list[str]
) -> bool:
    """Fetch the run's packs and verify each with nothing but the file; False when one is wrong."""
    packs: list[str] = played.run["evidence"]
    stage = HttpStage(record, played.scenario.company, played.scenario.requester)
    reports = []
    try:
        for number, pack in enumerate(packs, 1):
            suffix = f"-{number}" if len(packs) > 1 else ""
            file = stage.evidence(pack, folder / f"{name}{suffix}.zip")
            report = verify(file)
            reports.append(report)
            state = "verifies" if report.ok else f"does NOT verify: {report.first_bad}"
            lines.append(
                f"{file.name}: {report.items} items, {report.audit_records} audit records, {state}"
            )
    finally:
        stage.close()
    if not packs:
        lines.append("  there is no evidence pack")
    return bool(packs) and all(report.ok for report in reports)


def shown(record: Mapping[str, Any], title: str, ask: Asking) -> bool:
    """Ask something of the stack and print what came; whether all was as meant, in time."""
    held, lines = ask(record)
    say("\n".join([f"{f'── {title} ':─<78}", *lines, ""]))
    return held


def run(folder: Path) -> int:
    """Everything; 0 when each story ended as it says."""
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.zip"):
        old.unlink()
    files = [file for row in catalog.rows() if row.built for file in rehearse.stories(row.key)]
    say(f"Starting engines and processes for {len(files)} stories …")
    stack = Stack(folder)
    try:
        record = stack.start()
        say(f"Everything is up after {time.monotonic() - began:.0f} s.\n")
        with ThreadPoolExecutor(AT_ONCE) as players:
            held = list(players.map(lambda file: tell(record, file, folder), files))
        others = [
            shown(record, "short tasks: messages", demo_messages.answers),
            shown(record, "short tasks: leads, trust, figures", demo_short.answers),
            shown(record, "short tasks: knowledge", demo_knowledge.answers),
            shown(record, "pipelines: proposals, a price approval", demo_proposals.answers),
            shown(
                record,
                "pipelines: evidence packs, contradictions, leads",
                lambda stack: demo_packs.packs(stack, folder),
            ),
        ]
    except DealixError as failure:
        say(failure.sentence)
        return 1
    finally:
        stack.stop()
    found = len(list(folder.glob("*.zip")))
    say(
        f"{sum(held)} of {len(held)} stories ended as they should, {found} evidence packs are in "
        f"{folder}; {time.monotonic() - began:.0f} s in all."
    )
    return 0 if held and all(held) and all(others) else 1


def main() -> int:
    """Entry of `python -m dealix.processes.demo`."""
    settle()
    return run(Settings().home / "demo")


if __name__ == "__main__":
    leave(main())
