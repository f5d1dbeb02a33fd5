"""Evidence packs: what one holds, and its bytes."""

from typing import Any, Literal

from fastapi import APIRouter, Response

from dealix.api.deps import Ident, Parts, Who, problems
from dealix.api.schemas import Pack

router = APIRouter(prefix="/evidence", tags=["evidence"])
ANSWERS: dict[int | str, dict[str, Any]] = {200: {"model": Pack}, **problems(401, 403, 404)}


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
