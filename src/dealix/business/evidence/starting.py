"""Starts of pack assemblies: who may ask for which pack, about what, and examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.evidence.asking import WIDE, WIDE_RIGHT, EvidencePackInput, PackScope
from dealix.business.evidence.kinds import OfRun, PackOf
from dealix.errors import Conflict, InvalidInput, NotFound
from dealix.lanes import run_book
from dealix.lanes.kinds import Beginning, Prepared, Subject
from dealix.lanes.models import Run
from dealix.lanes.subjects import Subjects
from dealix.trust.access.directory import company_zone
from dealix.trust.access.rights import permit

EXAMPLES = ("compliance_audit", "board_report")
DAYS = 360


@dataclass(frozen=True)
class PackStarts:
    """What is checked before a pack is assembled."""

    kinds: Mapping[str, PackOf]

    def prepare(
        self, session: Session, actor: Actor, asked: EvidencePackInput, _start: Beginning
    ) -> Prepared:
        """What the run keeps of the question.

        Raises:
            NotEntitled: the pack shows more than the asker may read.
            InvalidInput: `pack_run` where no such pack is made of the run, `pack_days`.
            Conflict: `pack_run_goes_on` where a deal is not closed yet.
        """
        if asked.type in WIDE:
            permit(actor, WIDE_RIGHT)
        try:
            scope = PackScope.of(asked, clock.now().astimezone(company_zone(session)).date())
        except ValueError:
            error = {"field": "ends", "type": "pack_days"}
            raise InvalidInput("pack_days", errors=[error]) from None
        if scope.run is not None:
            self._refuse_unfit(session, scope.type, scope.run)
        return Prepared(scope.model_dump(mode="json", exclude_none=True))

    def _refuse_unfit(self, session: Session, kind: str, run_id: str) -> None:
        of = self.kinds[kind]
        error = {"field": "run", "type": "pack_run"}
        try:
            run = run_book.get(session, run_id)
        except NotFound:
            raise InvalidInput("pack_run", run=run_id, errors=[error]) from None
        workflows = of.workflows if isinstance(of, OfRun) else None
        if workflows is not None and run.workflow not in workflows:
            raise InvalidInput("pack_run", run=run_id, errors=[error])
        if isinstance(of, OfRun) and of.ended_only and run.ended_at is None:
            raise Conflict("pack_run_goes_on")


def pack_example(number: int) -> dict[str, Any]:
    """The nth input that runs, counted from 0; each is of another kind or time."""
    kind, (later, first) = EXAMPLES[number % 2], divmod(number // 2, DAYS)
    ends = clock.now().date() - timedelta(days=1 + later)
    begins = ends - timedelta(days=1 + first)
    return {"type": kind, "begins": begins.isoformat(), "ends": ends.isoformat()}


def about(others: Subjects, session: Session, runs: Sequence[Run]) -> dict[str, Subject]:
    """Whom packs are about: the subject of their run, where they are about one."""
    run_of = {run.id: str(run.input["run"]) for run in runs if run.input.get("run")}
    known = run_book.several(session, run_of.values())
    subjects = others.of(session, list(known.values()))
    return {run: subjects[other] for run, other in run_of.items() if other in subjects}


def persons_of(subjects: Subjects, session: Session, run: Run) -> tuple[str, ...]:
    """The persons outside whom a run is about."""
    subject = subjects.of(session, [run]).get(run.id)
    return subject.persons if subject is not None else ()
