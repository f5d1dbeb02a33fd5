"""Evidence packs: what one holds, and its bytes."""

from typing import Any, Literal

from fastapi import APIRouter, Response

from dealix.api.deps import Further, Ident, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.schemas import Pack, PackView
from dealix.business.evidence.asking import PackKind
from dealix.business.evidence.schemas import Report

router = APIRouter(prefix="/evidence", tags=["evidence"])
ANSWERS: dict[int | str, dict[str, Any]] = {200: {"model": Pack}, **problems(401, 403, 404)}


@router.get("", responses={200: {"model": list[PackView]}, **problems(401, 403, 422)})
def packs(
    actor: Who,
    services: Parts,
    further: Further,
    kind: PackKind | None = None,
    limit: Limit = 100,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """The packs that the caller may fetch, the newest first; the header `Link` leads to older."""
    found = services.evidence.newest(actor, kind, limit=limit, before=cursor)
    return further(found, limit)


@router.get(
    "/{pack_id}/verification", responses={200: {"model": Report}, **problems(401, 403, 404)}
)
def verification(pack_id: Ident, actor: Who, services: Parts) -> Report:
    """Check the pack as it lies here now; what is wrong is named in `findings`."""
    return services.evidence.verify(actor, pack_id)


@router.get("/{pack_id}.zip", responses=problems(401, 403, 404), response_class=Response)
def archive(
    pack_id: Ident, actor: Who, services: Parts, reveal: Literal["true", "false"] = "false"
) -> Response:
    """The pack; with `reveal`, joined by the personal values of who is not erased (audited)."""
    content = services.evidence.zip(actor, pack_id, reveal=reveal == "true")
    headers = {"Content-Disposition": f'attachment; filename="{pack_id}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


@router.get("/{pack_id}.pdf", responses=problems(401, 403, 404), response_class=Response)
def as_pdf(
    pack_id: Ident,
    actor: Who,
    services: Parts,
    lang: Literal["ar", "en"] | None = None,
    reveal: Literal["true", "false"] = "false",
) -> Response:
    """The pack as people read it; with `reveal`, it names those who decided (audited)."""
    chosen: Literal["ar", "en"] = lang or ("en" if actor.locale == "en" else "ar")
    content = services.evidence.pdf(actor, pack_id, chosen, reveal=reveal == "true")
    headers = {"Content-Disposition": f'inline; filename="{pack_id}-{chosen}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@router.get("/{pack_id}.json", responses=ANSWERS)
def as_json(pack_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """What the pack holds."""
    return services.evidence.get(actor, pack_id)


@router.get("/{pack_id}", responses=ANSWERS)
def pack(pack_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """What the pack holds."""
    return services.evidence.get(actor, pack_id)
