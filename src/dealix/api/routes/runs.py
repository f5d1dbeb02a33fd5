"""Runs: start, follow, extend, cancel, and in a rehearsal move time."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, Field, StrictBool

from dealix.api.bodies import Body, Comment, Word, Written
from dealix.api.deps import Further, Ident, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.schemas import RunSummary, RunView, Status, UndoPreview

router = APIRouter(prefix="/runs", tags=["runs"])
LIVE: dict[int | str, dict[str, Any]] = {
    200: {"model": RunView},
    **problems(401, 403, 404, 409, 422),
}


class Start(Body):
    """What to start; the same `key` again answers the same run."""

    workflow: Word
    input: dict[str, Any]
    key: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    rehearsal: StrictBool = False
    practice: Annotated[
        StrictBool,
        Field(description="Every message to somebody outside goes to you instead."),
    ] = False
    starts_at: Annotated[
        Annotated[AwareDatetime, Written] | None,
        Field(description="When a rehearsal begins by its own clock; at most 400 days ahead."),
    ] = None


class Cancel(Body):
    """Why a run is cancelled."""

    comment: Comment | None = None


class Extend(Body):
    """Until when; later than the present deadline."""

    until: Annotated[AwareDatetime, Written]


class Event(Body):
    """What somebody outside answered, as a person enters it."""

    event: Word
    data: dict[str, Any]


class Resume(Body):
    """The `kept_hash` of the run as it was seen; without it, whatever came meanwhile acts."""

    kept_hash: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class FastForward(Body):
    """How far, as ISO 8601 (`P2D`, `PT4H`)."""

    duration: Annotated[timedelta, Written, Field(gt=timedelta(0), le=timedelta(days=400))]


@router.post(
    "",
    status_code=201,
    responses={
        201: {"model": RunView},
        200: {"model": RunView, "description": "The run that this key started before."},
        **problems(401, 403, 409, 422),
    },
)
def start(body: Start, actor: Who, services: Parts, response: Response) -> dict[str, Any]:
    """Start a run."""
    run, created = services.runs.start(
        actor,
        body.workflow,
        body.input,
        body.key,
        rehearsal=body.rehearsal,
        practice=body.practice,
        starts_at=body.starts_at,
    )
    response.status_code = 201 if created else 200
    response.headers["Location"] = f"/api/v1/runs/{run['id']}"
    return run


@router.get("", responses={200: {"model": list[RunSummary]}, **problems(401, 403, 422)})
def runs(
    actor: Who,
    services: Parts,
    further: Further,
    status: Status | None = None,
    workflow: Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_]{0,63}$")] = None,
    limit: Limit = 50,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """The company's runs, newest first; the header `Link` leads to older ones."""
    return further(services.runs.list(actor, status, workflow, limit, before=cursor), limit)


@router.get("/{run_id}", responses={200: {"model": RunView}, **problems(401, 403, 404)})
def run(run_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """A run with its timeline."""
    return services.runs.get(actor, run_id)


@router.get(
    "/{run_id}/undo-preview", responses={200: {"model": UndoPreview}, **problems(401, 403, 404)}
)
def undo_preview(run_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """What a cancel would take back, in order, and what is final."""
    return services.runs.undo_preview(actor, run_id)


@router.post("/{run_id}/cancel", responses=LIVE)
def cancel(
    run_id: Ident, actor: Who, services: Parts, body: Cancel | None = None
) -> dict[str, Any]:
    """Ask a run to end; what is outside is taken back."""
    return services.runs.cancel(actor, run_id, body.comment if body else None)


@router.post("/{run_id}/extend", responses=LIVE)
def extend(run_id: Ident, body: Extend, actor: Who, services: Parts) -> dict[str, Any]:
    """Move a run's deadline further away."""
    return services.runs.extend(actor, run_id, body.until)


@router.post("/{run_id}/pause", responses=LIVE)
def pause(run_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """Let a run stand still: no step begins, no SLA step comes due, what comes in is kept."""
    return services.runs.pause(actor, run_id)


@router.post("/{run_id}/resume", responses=LIVE)
def resume(
    run_id: Ident, actor: Who, services: Parts, body: Resume | None = None
) -> dict[str, Any]:
    """Let a paused run go on."""
    return services.runs.resume(actor, run_id, body.kept_hash if body else None)


@router.post("/{run_id}/events", responses=LIVE)
def event(run_id: Ident, body: Event, actor: Who, services: Parts) -> dict[str, Any]:
    """Enter by hand what somebody outside answered.

    The run takes it once. What the run does not ask for now is refused with its reason and not
    kept; while a run is paused, an answer is kept until it goes on.
    """
    return services.runs.event(actor, run_id, body.event, body.data)


@router.post("/{run_id}/fast-forward", responses=LIVE)
def fast_forward(run_id: Ident, body: FastForward, actor: Who, services: Parts) -> dict[str, Any]:
    """Move a rehearsal's clock; answers when the run is idle again."""
    return services.runs.fast_forward(actor, run_id, body.duration)
