"""`make proof`: crash every step of every orchestrated workflow and let the providers judge."""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from dealix.observability.exit import leave
from dealix.processes import settle
from dealix.proof import pipelines, prices, rounds
from dealix.proof.rig import KINDS, Rig
from dealix.proof.rounds import BACKWARD, FORWARD, LATE_UNDOS, Line
from dealix.proof.trials import Trials
from dealix.settings import Settings

FILE = "proof.json"
MEDIUM_AT_ONCE = ("medium_worker", "valkey", "scheduler")
"""Everything that moves a pipeline, killed in the same instant."""


def lines_of(rig: Rig, kinds: Sequence[str]) -> Iterator[Line]:
    """The whole matrix on one stack: every point under every kill, then every trial."""
    cast = rounds.cast_of(rig)
    backward = [point for point in BACKWARD if point.step not in LATE_UNDOS.values()]
    for kind in kinds:
        for wanted in (FORWARD, backward):
            yield from rounds.crash(rig, cast, kind, wanted).lines
        yield from rounds.filled(partial(rounds.crash_deactivation, rig, cast, kind)).lines
        for wanted in pipelines.ALL:
            yield from pipelines.crash(rig, cast, [kind], wanted).lines
    for wanted in pipelines.ALL:
        yield from pipelines.crash(rig, cast, MEDIUM_AT_ONCE, wanted).lines
    for several in (("durable_worker",), MEDIUM_AT_ONCE, ("postgres",)):
        yield from prices.crash(rig, cast, several).lines
    trials = Trials(rig, cast)
    try:
        yield from trials.all()
    finally:
        trials.close()


def say(line: Line) -> None:
    """One line for people."""
    word = "ok " if line.good else "BAD"
    text = f"{word}  {line.workflow}  {line.step:<22} {line.fault:<44} {line.outcome}"
    sys.stdout.write(f"{text}{'  ' + '; '.join(line.notes) if line.notes else ''}\n")
    sys.stdout.flush()


def prove(home: Path, kinds: Sequence[str], file: Path) -> int:
    """Run the matrix on a stack of its own; 0 only when nothing was lost, doubled or left."""
    began = time.monotonic()
    lines: list[Line] = []
    try:
        with Rig(home) as rig:
            for line in lines_of(rig, kinds):
                say(line)
                lines.append(line)
    finally:
        file.parent.mkdir(parents=True, exist_ok=True)
        content = [line.as_json() for line in lines]
        file.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    bad = sum(not line.good for line in lines)
    cases = sum(line.outcome == "case" for line in lines)
    minutes = (time.monotonic() - began) / 60
    counts = f"{len(lines)} lines in {minutes:.1f} minutes: {bad} bad, {cases} with an open case"
    sys.stdout.write(f"{counts} → {file}\n")
    return 1 if bad or not lines else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of `python -m dealix.processes.proof`."""
    settle()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", default=",".join(KINDS), help="which processes to kill")
    given = parser.parse_args(arguments)
    home = Path(tempfile.mkdtemp(prefix="dealix-proof-"))
    try:
        return prove(home, given.kinds.split(","), Settings().home / FILE)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    leave(main())
