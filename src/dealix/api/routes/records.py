"""What happened: effects, the cases that people settle, and the audit."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from dealix.actors import Actor
from dealix.api.bodies import Body, Comment
from dealix.api.deps import Further, Ident, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.schemas import CaseView, EffectView
from dealix.lanes.cases import Resolution
from dealix.records import audit
from dealix.records.audit import Entry, Head, Verification
from dealix.records.effects import list_effects
from dealix.store.session import Database
from dealix.trust.access.rights import permit

router = APIRouter(tags=["records"])


class Resolve(Body):
    """How a case is settled."""

    resolution: Resolution
    comment: Comment | None = None


class Known(Body):
    """Heads of chains as they were on earlier days, by chain."""

    known: Annotated[dict[str, list[Head]], Field(max_length=10_000)]


@router.get("/effects", responses={200: {"model": list[EffectView]}, **problems(401, 403, 422)})
def effects(
    actor: Who,
    services: Parts,
    further: Further,
    run: OptionalIdent = None,
    limit: Limit = 200,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> list[dict[str, Any]]:
    """The ledger, of one run or of all, oldest first; the header `Link` leads on."""
    permit(actor, "effect.read")
    with services.database.tenant(actor.tenant_id) as session:
        found = list_effects(session, run, behind=cursor, limit=limit)
    return further(found, limit, "key")


@router.get("/cases", responses={200: {"model": list[CaseView]}, **problems(401, 403, 422)})
def cases(
    actor: Who,
    services: Parts,
    further: Further,
    status: Literal["open", "resolved"] | None = None,
    run: OptionalIdent = None,
    limit: Limit = 200,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """What waits, or waited, for a person to settle it.

    Open ones first, then the newest; the header `Link` leads on.
    """
    return further(services.cases.list(actor, status, run, limit=limit, before=cursor), limit)


@router.post(
    "/cases/{case_id}/resolutions",
    responses={200: {"model": CaseView}, **problems(401, 403, 404, 409, 422)},
)
def resolve(case_id: Ident, body: Resolve, actor: Who, services: Parts) -> dict[str, Any]:
    """Settle a case; its run goes on."""
    return services.cases.resolve(actor, case_id, body.resolution, body.comment)


@router.get("/audit", responses=problems(401, 403, 422))
def audit_records(
    actor: Who,
    services: Parts,
    further: Further,
    run: OptionalIdent = None,
    chain: OptionalIdent = None,
    limit: Limit = 100,
    cursor: OptionalIdent = None,
) -> list[Entry]:
    """The newest records of the audit with their seals; the header `Link` leads to older ones."""
    permit(actor, "audit.read")
    with services.database.tenant(actor.tenant_id) as session:
        found = audit.newest(session, run_id=run, chain=chain, limit=limit, before=cursor)
    if len(found) == limit and (last := found[-1].record) is not None:
        further.go_on(last.id)
    return found


@router.get("/audit/verify", responses=problems(401, 403, 422))
def audit_verify(actor: Who, services: Parts, chain: OptionalIdent = None) -> Verification:
    """Check the company's chains and name the first bad record."""
    permit(actor, "audit.verify")
    with services.database.tenant(actor.tenant_id) as session:
        return audit.verify(session, chain)


@router.post("/audit/verify", responses=problems(401, 403, 422))
def audit_verify_known(body: Known, actor: Who, services: Parts) -> Verification:
    """The same against heads that a second owner has kept: a rewrite of the whole is found."""
    permit(actor, "audit.verify")
    with services.database.tenant(actor.tenant_id) as session:
        return audit.verify(session, known=body.known)


@router.get("/audit/export", responses=problems(401, 403))
def audit_export(actor: Who, services: Parts) -> StreamingResponse:
    """Every chain of the company as lines of JSON, verifiable offline."""
    permit(actor, "audit.read")
    lines = _export(services.database, actor)
    headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
    return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)


def _export(database: Database, actor: Actor) -> Iterator[bytes]:
    with database.tenant(actor.tenant_id) as session:
        yield from audit.export(session)
