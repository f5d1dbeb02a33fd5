"""One stack for all rehearsals of this test run, and every story played on it once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import spare_the_disk

from dealix.cli import rehearse
from dealix.cli.http_stage import HttpStage
from dealix.engines.stack import Stack
from dealix.lanes.rehearsal import Performance
from dealix.lanes.scenarios import load

WORKFLOW = "partner_approval"
HOME = "rawabi-sa"
SPINE = frozenset(
    {"cancelled_at_executive", "crm_down", "happy", "rejected_by_executive", "silent_manager"}
)
"""One story of each kind: `make test` plays these, `make journeys` all."""


@dataclass(frozen=True)
class Theatre:
    """The running stack as its `stack.json` describes it, and a look at it by one company."""

    home: Path
    record: dict[str, Any]
    stages: dict[str, HttpStage]
    company: str = HOME

    @property
    def stage(self) -> HttpStage:
        return self.stages[self.company]

    def of(self, performance: Performance) -> "Theatre":
        """The same as the company of this story sees it."""
        return replace(self, company=performance.scenario.company)

    def ask(self, who: str, path: str, **query: str) -> Any:
        """What the API answers this person."""
        token = self.stage.person(who)["token"]
        answer = httpx.get(
            f"{self.record['url']}/api/v1{path}",
            params=query,
            headers={"Authorization": f"Bearer {token}"},
            timeout=120,
            trust_env=False,
        )
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="package")
def theatre(tmp_path_factory) -> Iterator[Theatre]:
    home = tmp_path_factory.mktemp("theatre")
    stack = Stack(home)
    try:
        record = stack.start(rehearse.NEEDED)
        spare_the_disk(home)
        companies = {one["tenant"] for one in record["sign_ins"]}
        stages = {each: HttpStage(record, each, "partner_manager") for each in companies}
        yield Theatre(home, record, stages)
        for stage in stages.values():
            stage.close()
    finally:
        stack.stop()
        rehearse.remove(home)


@pytest.fixture(scope="package")
def played(theatre, request) -> dict[str, tuple[Performance, list[str]]]:
    """Every story that this run may look at by its name, with the lines that were said."""
    looked_at = [one for one in request.session.items if "played" in one.fixturenames]
    whole = any(one.get_closest_marker("journey") for one in looked_at)

    def play(file: Path) -> tuple[Performance, list[str]]:
        lines: list[str] = []
        return rehearse.play(theatre.record, load(file), lines.append), lines

    files = [one for one in rehearse.stories(WORKFLOW) if whole or one.stem in SPINE]
    with ThreadPoolExecutor(2) as players:
        return dict(zip((f.stem for f in files), players.map(play, files), strict=True))
