"""Knowledge: a question with the passages that answer it, and the documents with who finds them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup, escape

from dealix.business.knowledge.extracting import SUFFIXES
from dealix.business.knowledge.schemas import FoundPassages, Passage
from dealix.business.knowledge.service import TITLE, Brought
from dealix.business.papers.reading import language_of
from dealix.console.door import PageRoute, Sent, back_to, checked, first, sent_file, signed_in
from dealix.console.files import download
from dealix.console.paging import address, cut
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import Conflict, InvalidInput, Refused, TooLarge
from dealix.i18n import sentence_of
from dealix.trust.access.rights import ROLES, may

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE, PASSAGES = 25, 10


@router.get("/knowledge")
def knowledge(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """The place to ask."""
    return _asked(visit)


@router.post("/knowledge")
def ask(
    visit: Annotated[Visit, Depends(signed_in)], sent: Annotated[Sent, Depends(checked)]
) -> Response:
    """The passages that answer a question; it stands in no address, since it may name people."""
    query = first(sent, "query")
    try:
        found = visit.services.knowledge.search(visit.who, query, PASSAGES)
    except InvalidInput as refusal:
        return _asked(visit, query, refusal=refusal)
    return _asked(visit, query, found)


@router.get("/knowledge/documents")
def documents(visit: Annotated[Visit, Depends(signed_in)], before: str = "") -> Response:
    """The documents that the visitor finds, newest first."""
    return _documents(visit, before)


@router.post("/knowledge/documents")
def add(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    content: Annotated[bytes | None, Depends(sent_file)],
) -> Response:
    """Bring in a document; what is wrong with it is said on the page."""
    audience = tuple(sent.get("audience", ()))
    brought = Brought(content or b"", first(sent, "title")[:TITLE], audience)
    try:
        visit.services.knowledge.add(visit.who, brought)
    except (InvalidInput, TooLarge, Conflict) as refusal:
        return _documents(visit, refusal=refusal, kept=brought)
    return back_to("/knowledge/documents", "document-added")


@router.get("/knowledge/documents/{document_id}/file")
def file(visit: Annotated[Visit, Depends(signed_in)], document_id: str) -> Response:
    """A document's file, to take away."""
    found = visit.services.knowledge.file(visit.who, document_id)
    name = f"{found.title}.{SUFFIXES[found.media_type]}"
    return download(name, found.media_type, found.content)


@router.post("/knowledge/documents/{document_id}/audience")
def share(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    document_id: str,
) -> Response:
    """Say which roles find a document."""
    visit.services.knowledge.share(visit.who, document_id, sent.get("audience", []))
    return back_to("/knowledge/documents", "saved")


@router.post("/knowledge/documents/{document_id}/remove")
def remove(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],  # noqa: ARG001 (it proves that the form was ours)
    document_id: str,
) -> Response:
    """Remove a document for good."""
    visit.services.knowledge.remove(visit.who, document_id)
    return back_to("/knowledge/documents", "removed")


def marked(passage: Passage) -> Markup:
    """A passage's text with the question's words set off."""
    parts, done = Markup(), 0
    for begin, end in passage.highlights:
        parts += escape(passage.text[done:begin])
        parts += Markup("<mark>{}</mark>").format(passage.text[begin:end])
        done = end
    return parts + escape(passage.text[done:])


def _asked(
    visit: Visit,
    query: str = "",
    found: FoundPassages | None = None,
    refusal: InvalidInput | None = None,
) -> Response:
    visit.section = "knowledge"
    return page(
        visit,
        "knowledge.html",
        status=refusal.status if refusal else 200,
        query=query,
        found=found,
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
        marked=marked,
        language_of=language_of,
    )


def _documents(
    visit: Visit,
    before: str = "",
    refusal: Refused | None = None,
    kept: Brought | None = None,
) -> Response:
    visit.section = "knowledge"
    found = visit.services.knowledge.documents(visit.who, PAGE + 1, before or None)
    rows, older = cut([each.model_dump() for each in found], PAGE)
    return page(
        visit,
        "knowledge_documents.html",
        status=refusal.status if refusal else 200,
        documents=rows,
        begin="/knowledge/documents" if before else "",
        older=address("/knowledge/documents", before=older) if older else "",
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
        kept=kept or Brought(b""),
        roles=ROLES,
        largest=visit.services.settings.max_upload_bytes,
        longest=TITLE,
        may_add=may(visit.who, "knowledge.add"),
        person=people(visit),
    )
