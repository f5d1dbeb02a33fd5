"""Plays every story, asks short tasks, runs pipelines, on a stack of its own; `make demo`."""

import sys
import threading
import time
from collections.abc import Mapping
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
from dealix.processes import demo_messages, demo_packs, demo_short
from dealix.settings import Settings

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


def ask_short_tasks(record: Mapping[str, Any]) -> bool:
    """Ask each short task and say its time against its budget. Whether all held."""
    heard, messages = demo_messages.answers(record)
    scored, others = demo_short.answers(record)
    say("\n".join([f"{'── short tasks ':─<78}", *messages, *others, ""]))
    return heard and scored


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
        heard = ask_short_tasks(record)
        sealed, lines = demo_packs.packs(record, folder)
        say("\n".join([f"{'── pipelines: evidence packs, contradictions ':─<78}", *lines, ""]))
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
    return 0 if held and all(held) and heard and sealed else 1


def main() -> int:
    """Entry of `python -m dealix.processes.demo`."""
    return run(Settings().home / "demo")


if __name__ == "__main__":
    leave(main())
