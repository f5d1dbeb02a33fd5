"""Whom runs are about, asked of each workflow's own records when a door shows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dealix.lanes import run_book
from dealix.lanes.kinds import Subject, WorkflowKind
from dealix.lanes.models import Run


@dataclass(frozen=True)
class Subjects:
    """The subjects of runs, by the kinds of workflow that know them."""

    kinds: Mapping[str, WorkflowKind]

    def of(self, session: Session, runs: Sequence[Run]) -> dict[str, Subject]:
        """The subjects of these runs by run; one question a kind of workflow."""
        found: dict[str, Subject] = {}
        for workflow in {run.workflow for run in runs} & self.kinds.keys():
            mine = [run for run in runs if run.workflow == workflow]
            found |= self.kinds[workflow].subjects(session, mine)
        return found

    def by_id(self, session: Session, run_ids: Iterable[str | None]) -> dict[str, dict[str, str]]:
        """The names of the subjects of these runs, as lists of cases and requests show them."""
        wanted = sorted({run_id for run_id in run_ids if run_id})
        if not wanted:
            return {}
        runs = list(run_book.several(session, wanted).values())
        return {run_id: names(subject) for run_id, subject in self.of(session, runs).items()}


def names(subject: Subject) -> dict[str, str]:
    """Both names of a subject."""
    return {"name": subject.name, "name_ar": subject.name_ar}


def shown(subject: Subject | None) -> dict[str, Any] | None:
    """A subject as a run shows it, its persons by their IDs."""
    return None if subject is None else {**names(subject), "persons": list(subject.persons)}
