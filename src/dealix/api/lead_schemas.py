"""What the door answers about leads, their scores and the tasks that workers answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from dealix.api.schemas import Shown
from dealix.business.deals.schemas import DealStatus
from dealix.business.leads.importing import RowStatus
from dealix.business.leads.memos import QualificationMemo
from dealix.business.leads.schemas import Adjustment, Grade, LeadScoreCard, ScoreSignal
from dealix.lanes.provenance import Provenance
from dealix.trust.scores.schemas import EntityType, Factor

JobStatus = Literal["queued", "done", "failed"]


class LeadView(Shown):
    """A lead; `contact` holds personal values, none once the person is erased."""

    id: str
    key: str
    status: str
    company: dict[str, Any]
    contact: dict[str, Any]
    source: str
    data_from: str
    budget: str
    budget_amount: str | None
    currency: str
    timing: str
    owner: str
    duplicate_of: str | None
    score: int | None
    grade: Grade | None
    scored_at: datetime | None
    created_at: datetime


class LeadWithCard(LeadView):
    """A lead with its score card; `scoring` while a worker is awaited."""

    card: LeadScoreCard | None
    scoring: bool
    activities: list[dict[str, Any]]


class ListedRow(Shown):
    """A row of a list by the number that a spreadsheet shows beside it.

    `started` and `known` name its `run`, `repeated` the earlier row; `detail` says in a sentence
    what is wrong with it, `errors` everything that is.
    """

    row: int
    status: RowStatus
    company: str
    run: str | None
    same_as: int | None
    detail: str | None
    errors: list[dict[str, str]]


class ListView(Shown):
    """What became of a list, or would: counts by status, its rows, columns that were not read."""

    counts: dict[str, int]
    ignored: list[str]
    rows: list[ListedRow]


class WaitingLeadView(Shown):
    """A qualified lead that waits for its owner to see it; `memo` says why it is theirs."""

    run: str
    lead: str
    owner: str
    company: dict[str, str]
    told_at: datetime
    seen_at: datetime | None
    superseded_at: datetime | None
    memo: QualificationMemo


class DeskView(Shown):
    """What a person sells: nothing listed means everything."""

    user: str
    countries: list[str]
    languages: list[str]
    most: int | None
    changed_by: str
    changed_at: datetime


class ActedView(Shown):
    """Whether an activity is new; False when its key was known."""

    lead: str
    recorded: bool


class ScoredView(Shown):
    """The score card, or the job that will make it; `error` says why there will be none.

    What the card says is null until there is one.
    """

    lead: str
    status: Literal["scored", "queued", "failed"]
    job: str
    error: str | None
    ms: float
    score: int | None
    grade: Grade | None
    scorecard: str | None
    signals: list[ScoreSignal] | None
    known_weight: int | None
    adjustment: Adjustment | None
    provenance: Provenance | None


class JobView(Shown):
    """A short task that was asked of a worker."""

    id: str
    workflow: str
    subject: str
    status: JobStatus
    asked_at: datetime
    finished_at: datetime | None
    answer: str | None
    error: str | None


class TrustScoredView(Shown):
    """The trust score card, or the job that will make it; `error` says why there will be none.

    What the card says is null until there is one.
    """

    entity_type: EntityType
    entity_id: str
    status: Literal["scored", "not_enough_data", "queued", "failed"]
    job: str
    error: str | None
    ms: float
    score: int | None
    weights: str | None
    factors: list[Factor] | None
    known_weight: int | None
    provenance: Provenance | None


def with_card(found: Mapping[str, Any], card: type[BaseModel]) -> dict[str, Any]:
    """What became of a scoring, with the fields of its card beside it."""
    about = {name: value for name, value in found.items() if name != "card"}
    return {**dict.fromkeys(card.model_fields), **(found["card"] or {}), **about}


class DealView(Shown):
    """A deal."""

    id: str
    key: str
    company: dict[str, Any]
    lead: str | None
    title: str
    title_ar: str | None
    amount: str
    currency: str
    status: DealStatus
    owner: str
    opened_at: datetime
    closed_at: datetime | None
