"""`dealix rehearse`: a scenario on real engines, days in seconds, held against its expectation."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from dealix import catalog
from dealix.catalog.words import Lane
from dealix.cli.http_stage import HttpStage
from dealix.cli.output import AsJson, print_json
from dealix.engines import postgres
from dealix.engines.home import Home
from dealix.engines.stack import Stack
from dealix.errors import InvalidInput
from dealix.lanes.rehearsal import Director, Performance
from dealix.lanes.scenarios import Scenario, load
from dealix.settings import Settings

STORIES = Path(__file__).resolve().parents[3] / "scenarios"
FIRST = "happy.yaml"
NEEDED = ("postgres", "valkey", "temporal", "api", "durable_worker", "scheduler", "sandbox")
Say = Callable[[str], None]


def rehearse(
    workflow: Annotated[str, typer.Argument(help="Key of a workflow.")],
    scenario: Annotated[
        Path | None,
        typer.Option(
            "--scenario", exists=True, dir_okay=False, help="A story; its good one when not given."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Play a scenario in virtual time; succeeds only when it ends as the scenario says."""
    say: Say = (lambda _line: None) if as_json else typer.echo
    story = chosen(workflow, scenario)
    with running_stack(say) as record:
        performance = play(record, story, say)
    if as_json:
        print_json(as_data(performance))
    else:
        for line in verdict(performance):
            typer.echo(line)
    if not performance.held:
        raise typer.Exit(1)


def chosen(workflow: str, file: Path | None) -> Scenario:
    """The scenario of a file, or the workflow's good story; it must be of this workflow."""
    if not any(row.key == workflow for row in catalog.rows()):
        raise InvalidInput("unknown_workflow", workflow=workflow)
    if not catalog.row(workflow).built:
        raise InvalidInput("not_built", workflow=workflow)
    if catalog.row(workflow).here.lane is Lane.SHORT:
        raise InvalidInput("answers_at_once", workflow=workflow)
    if catalog.row(workflow).here.lane is Lane.MEDIUM:
        raise InvalidInput("pipeline_for_real_only", workflow=workflow)
    place = file or STORIES / workflow / FIRST
    story = load(place)
    if story.workflow != workflow:
        reason = f"it is a story of {story.workflow}"
        raise InvalidInput("scenario_invalid", file=place.name, reason=reason)
    return story


def stories(workflow: str) -> list[Path]:
    """Every story that ships with a workflow, the good one first."""
    found = sorted((STORIES / workflow).glob("*.yaml"))
    return sorted(found, key=lambda file: file.name != FIRST)


@contextmanager
def running_stack(say: Say) -> Iterator[Mapping[str, Any]]:
    """`stack.json` of the stack that is up, else of one of our own, ended afterwards."""
    up = Stack(Settings().home).record()
    if up.get("url"):
        yield up
        return
    say("No stack is up: starting one for this rehearsal …")
    home = Path(tempfile.mkdtemp(prefix="dealix-rehearsal-"))
    stack = Stack(home)
    try:
        yield stack.start(NEEDED)
    finally:
        stack.stop()
        remove(home)


def remove(home: Path) -> None:
    """Remove a stack's folder, its database's too where that had to lie elsewhere."""
    data = postgres.cluster(Home(home)).data
    shutil.rmtree(home, ignore_errors=True)
    if home not in data.parents:
        shutil.rmtree(data.parent, ignore_errors=True)


def play(record: Mapping[str, Any], story: Scenario, say: Say) -> Performance:
    """Play one story on the stack of this `stack.json`."""
    stage = HttpStage(record, story.company, story.requester)
    try:
        return Director(stage, story, say).play()
    finally:
        stage.close()


def verdict(performance: Performance) -> list[str]:
    """How it went, as lines."""
    state = "as expected" if performance.held else "NOT as expected"
    run, title = performance.run, performance.scenario.title
    return [
        *(f"  differs: {difference}" for difference in performance.differences),
        f"{title}: {run['status']} ({run['outcome']}), {state}.",
        f"{performance.seconds:.1f} s of real time, {run['id']}",
    ]


def as_data(performance: Performance) -> dict[str, Any]:
    """A performance for programs."""
    return {
        "scenario": performance.scenario.title,
        "held": performance.held,
        "differences": [vars(difference) for difference in performance.differences],
        "seconds": round(performance.seconds, 3),
        "run": performance.run,
        "effects": performance.effects,
        "escalations": performance.escalations,
    }
