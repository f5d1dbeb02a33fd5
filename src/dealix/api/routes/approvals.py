"""Requests for approval: what is asked, and the way a program decides it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from dealix.api.bodies import Body, Comment
from dealix.api.deps import Further, Ident, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.schemas import ApprovalView, Decided

router = APIRouter(prefix="/approvals", tags=["approvals"])


class Decide(Body):
    """A decision, bound to the packet that was seen by its hash."""

    decision: Literal["approve", "reject", "request_changes"]
    comment: Comment | None = None
    changes: Annotated[list[Comment], Field(max_length=50)] | None = None
    packet_hash: Annotated[str, Field(min_length=1, max_length=100)]


@router.get("", responses={200: {"model": list[ApprovalView]}, **problems(401, 403, 422)})
def approvals(
    actor: Who,
    services: Parts,
    further: Further,
    scope: Literal["mine", "group", "open", "todo", "owed", "all"] = "open",
    run: OptionalIdent = None,
    limit: Limit = 200,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """Requests: open ones, those that wait for me or my group, those that owe changes, or all.

    `todo` are those whose changes I owe. The newest first; the header `Link` leads to older ones.
    """
    found = services.approvals.list(actor, scope, run, limit=limit, before=cursor)
    return further(found, limit)


@router.get("/{approval_id}", responses={200: {"model": ApprovalView}, **problems(401, 403, 404)})
def approval(approval_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """A request with its packet."""
    return services.approvals.get(actor, approval_id)


class Resubmit(Body):
    """The requester's answer to requested changes; `answers` are what the workflow takes."""

    comment: Comment | None = None
    answers: dict[str, Any] = Field(default_factory=dict)


@router.post(
    "/{approval_id}/resubmissions",
    responses={200: {"model": Decided}, **problems(401, 403, 404, 409, 422)},
)
def resubmit(approval_id: Ident, body: Resubmit, actor: Who, services: Parts) -> dict[str, Any]:
    """Answer requested changes; the gate is asked again."""
    return services.approvals.resubmit(actor, approval_id, body.comment, body.answers)


@router.post(
    "/{approval_id}/decisions",
    responses={200: {"model": Decided}, **problems(401, 403, 404, 409, 422)},
)
def decide(approval_id: Ident, body: Decide, actor: Who, services: Parts) -> dict[str, Any]:
    """Decide a request."""
    return services.approvals.decide(
        actor, approval_id, body.decision, body.comment, body.packet_hash, body.changes
    )
