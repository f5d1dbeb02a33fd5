"""Contradictions that scans have found, with what people made of them."""

from typing import Any

from fastapi import APIRouter

from dealix.api.bodies import Body
from dealix.api.deps import Further, Ident, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.schemas import ContradictionView
from dealix.business.compliance.conflicts import Severity
from dealix.business.compliance.contradictions import Status

router = APIRouter(prefix="/contradictions", tags=["compliance"])


class Becomes(Body):
    """How a contradiction stands from now on."""

    status: Status


@router.get("", responses={200: {"model": list[ContradictionView]}, **problems(401, 403, 422)})
def contradictions(
    actor: Who,
    services: Parts,
    further: Further,
    status: Status | None = None,
    severity: Severity | None = None,
    run: OptionalIdent = None,
    limit: Limit = 100,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """The newest first, of one scan the gravest; the header `Link` leads to older ones.

    `run` is the scan that found them first. A quotation is null once its document is erased,
    and where `withheld` says that it comes from a document that the reader may not read.
    """
    found = services.contradictions.list(
        actor, status, severity=severity, run=run, limit=limit, before=cursor
    )
    return further(found, limit)


@router.post(
    "/{contradiction_id}/events",
    responses={200: {"model": ContradictionView}, **problems(401, 403, 404, 409, 422)},
)
def settle(contradiction_id: Ident, body: Becomes, actor: Who, services: Parts) -> dict[str, Any]:
    """Say that it is reviewed, resolved or accepted: a new event, nothing is changed."""
    return services.contradictions.settle(actor, contradiction_id, body.status)
