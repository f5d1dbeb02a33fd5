"""What the door answers about leads, their scores and the tasks that workers answer."""

from datetime import datetime
from typing import Any, Literal

from dealix.api.schemas import Shown
from dealix.business.leads.schemas import Grade, LeadScoreCard

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
    score: int | None
    grade: Grade | None
    scored_at: datetime | None
    created_at: datetime


class LeadWithCard(LeadView):
    """A lead with its score card; `scoring` while a worker is awaited."""

    card: LeadScoreCard | None
    scoring: bool
    activities: list[dict[str, Any]]


class ActedView(Shown):
    """Whether an activity is new; False when its key was known."""

    lead: str
    recorded: bool


class ScoredView(Shown):
    """A score, or the job that will make it; `error` says why there will be none."""

    lead: str
    status: Literal["scored", "queued", "failed"]
    job: str
    error: str | None
    ms: float
    card: LeadScoreCard | None


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
