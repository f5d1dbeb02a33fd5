"""Uploads: a PDF or DOCX comes in and is checked by what it is; whoever may fetches it again."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile

from dealix.api.deps import Ident, Parts, Who, problems
from dealix.api.schemas import Uploaded
from dealix.errors import InvalidInput

router = APIRouter(prefix="/documents", tags=["documents"])


def file_body(media_type: str) -> dict[str, Any]:
    """How a route that takes a file describes its body: the field `file` of a form, or bare."""
    binary = {"type": "string", "format": "binary"}
    form = {"type": "object", "required": ["file"], "properties": {"file": binary}}
    content = {"multipart/form-data": {"schema": form}, media_type: {"schema": binary}}
    return {"requestBody": {"required": True, "content": content}}


async def uploaded(request: Request) -> bytes:
    """The file: the field `file` of a form, or else the body itself."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_fields=5) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInput("invalid_input", errors=[{"field": "file", "type": "missing"}])
        return await file.read()


@router.post(
    "",
    status_code=201,
    responses={201: {"model": Uploaded}, **problems(401, 403, 422)},
    openapi_extra=file_body("application/pdf"),
)
def upload(
    actor: Who, content: Annotated[bytes, Depends(uploaded)], services: Parts
) -> dict[str, Any]:
    """Keep a PDF or DOCX of at most 20 MB; the same content again is the same document."""
    return services.uploads.receive(actor, content)


@router.get("/{document_id}", responses=problems(401, 403, 404), response_class=Response)
def document(document_id: Ident, actor: Who, services: Parts) -> Response:
    """A document's bytes, always as a download: what a stranger made is not opened in place."""
    found = services.uploads.fetch(actor, document_id)
    suffix = "pdf" if found.media_type == "application/pdf" else "docx"
    headers = {"Content-Disposition": f'attachment; filename="{found.id}.{suffix}"'}
    return Response(found.content, media_type=found.media_type, headers=headers)
