"""Knowledge: questions to the company's documents, and the documents with who finds them."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, StringConstraints
from starlette.datastructures import UploadFile

from dealix.api.bodies import Body, Word
from dealix.api.deps import Further, Ident, Limit, OptionalIdent, Parts, Who, problems
from dealix.business.knowledge.extracting import SUFFIXES
from dealix.business.knowledge.schemas import DocumentView, FoundPassages
from dealix.business.knowledge.service import TITLE, Brought
from dealix.errors import InvalidInput
from dealix.i18n.fit import fit

router = APIRouter(prefix="/knowledge", tags=["knowledge"])
TOP = 50
FILES = frozenset({"", "application/octet-stream", *SUFFIXES})
"""What a body may call itself that is the file: a call that means JSON brings none."""
Title = Annotated[str, StringConstraints(strip_whitespace=True, max_length=TITLE)]
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "title": {"type": "string", "maxLength": TITLE},
                        "audience": {"type": "array", "items": {"type": "string"}},
                    },
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


class Asking(Body):
    """A question to the company's documents."""

    query: Annotated[
        str, Field(min_length=1, max_length=200_000, description="The question, in any words.")
    ]
    limit: Annotated[int, Field(ge=1, le=TOP, description="How many passages at most.")] = 10


class Sharing(Body):
    """The roles that find a document; none means everybody in the company."""

    audience: Annotated[list[Word], Field(max_length=40)]


async def brought(
    request: Request,
    title: Annotated[str, Query(max_length=TITLE)] = "",
    audience: Annotated[list[str] | None, Query(max_length=40)] = None,
) -> Brought:
    """What comes in: a form with `file`, `title`, `audience`, or the file itself as the body.

    Raises:
        InvalidInput: there is no file, or a title misleads or is too long.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        if kind not in FILES:
            raise InvalidInput("invalid_input", errors=[{"field": "file", "type": "missing"}])
        return _fit(Brought(await request.body(), title, tuple(audience or ())))
    async with request.form(max_files=1, max_fields=50) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInput("invalid_input", errors=[{"field": "file", "type": "missing"}])
        named = str(form.get("title") or title or file.filename or "")
        roles = [str(each) for each in form.getlist("audience")] or list(audience or ())
        return _fit(Brought(await file.read(), named, tuple(filter(None, roles))))


def _fit(given: Brought) -> Brought:
    if not fit(given.title) or len(given.title) > TITLE:
        raise InvalidInput("invalid_input", errors=[{"field": "title", "type": "value_error"}])
    return given


@router.post("/search", responses={200: {"model": FoundPassages}, **problems(401, 403, 422)})
def search(body: Asking, actor: Who, services: Parts) -> dict[str, Any]:
    """The passages that answer a question best, with their sources; the question is not kept."""
    return services.knowledge.search(actor, body.query, body.limit).model_dump(mode="json")


@router.post(
    "/documents",
    status_code=201,
    responses={201: {"model": DocumentView}, **problems(401, 403, 409, 422, 429)},
    openapi_extra=BODY,
)
def add(actor: Who, given: Annotated[Brought, Depends(brought)], services: Parts) -> dict[str, Any]:
    """Take in a PDF, DOCX, HTML or text of at most 20 MB; the same content is the same document."""
    return services.knowledge.add(actor, given).model_dump(mode="json")


@router.get("/documents", responses={200: {"model": list[DocumentView]}, **problems(401, 403, 422)})
def documents(
    actor: Who,
    services: Parts,
    further: Further,
    limit: Limit = 100,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """The documents that one finds, newest first; the header `Link` leads to older ones."""
    found = services.knowledge.documents(actor, limit, cursor)
    return further([each.model_dump(mode="json") for each in found], limit)


@router.get(
    "/documents/{document_id}", responses={200: {"model": DocumentView}, **problems(401, 403, 404)}
)
def document(document_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """One document."""
    return services.knowledge.document(actor, document_id).model_dump(mode="json")


@router.get(
    "/documents/{document_id}/file", responses=problems(401, 403, 404), response_class=Response
)
def file(document_id: Ident, actor: Who, services: Parts) -> Response:
    """A document's bytes, always as a download: what a stranger made is not opened in place."""
    found = services.knowledge.file(actor, document_id)
    name = quote(f"{found.title}.{SUFFIXES[found.media_type]}", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.put(
    "/documents/{document_id}/audience",
    responses={200: {"model": DocumentView}, **problems(401, 403, 404, 422)},
)
def share(document_id: Ident, body: Sharing, actor: Who, services: Parts) -> dict[str, Any]:
    """Say which roles find a document."""
    return services.knowledge.share(actor, document_id, body.audience).model_dump(mode="json")


@router.delete("/documents/{document_id}", status_code=204, responses=problems(401, 403, 404))
def remove(document_id: Ident, actor: Who, services: Parts) -> None:
    """Delete a document with its passages; its file never opens again."""
    services.knowledge.remove(actor, document_id)
