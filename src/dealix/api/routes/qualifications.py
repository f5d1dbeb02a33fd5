"""Qualifications of leads: memos, the leads that wait for their owners, who sells what."""

from typing import Any

from fastapi import APIRouter

from dealix.api.deps import Ident, Parts, Who, problems
from dealix.api.lead_schemas import DeskView, WaitingLeadView
from dealix.business.leads.memos import QualificationView
from dealix.business.leads.routing import DeskInput

router = APIRouter(tags=["leads"])
ONE: dict[int | str, dict[str, Any]] = {200: {"model": QualificationView}}


@router.get(
    "/qualifications", responses={200: {"model": list[WaitingLeadView]}, **problems(401, 403)}
)
def waiting(actor: Who, services: Parts) -> list[dict[str, Any]]:
    """The leads that are the caller's and not yet seen, the oldest first."""
    return services.qualifications.waiting(actor)


@router.get("/qualifications/{run_id}", responses={**ONE, **problems(401, 403, 404)})
def qualification(run_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """The qualification that a run does, with its memo once there is one."""
    return services.qualifications.of_run(actor, run_id)


@router.post("/qualifications/{run_id}/seen", responses={**ONE, **problems(401, 403, 404)})
def seen(run_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """The owner has seen the lead: it no longer waits on their page."""
    return services.qualifications.seen(actor, run_id)


@router.get("/sales-desks", responses={200: {"model": list[DeskView]}, **problems(401, 403)})
def desks(actor: Who, services: Parts) -> list[dict[str, Any]]:
    """What each person sells; a sales representative of whom nothing is said sells everything."""
    return services.qualifications.desks(actor)


@router.put(
    "/sales-desks/{user_id}",
    responses={200: {"model": DeskView}, **problems(401, 403, 404, 422)},
)
def set_desk(user_id: Ident, body: DeskInput, actor: Who, services: Parts) -> dict[str, Any]:
    """Say what a person sells; leads that come from now on follow it."""
    return services.qualifications.set_desk(actor, user_id, body)
