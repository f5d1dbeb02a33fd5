"""The template of the term sheet: the one in force, those before it, and a new one on trial."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Response

from dealix.business.papers.schemas import DOCX, TERM_SHEET
from dealix.business.papers.templates import STANDARD
from dealix.business.papers.trying import NEEDED, OPTIONAL
from dealix.console.door import PageRoute, Sent, back_to, checked, first, sent_file, signed_in
from dealix.console.files import Form, download, picture, shown
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import Conflict, InvalidInput, Refused, TooLarge
from dealix.i18n import sentence_of
from dealix.printing.pictures import sizes
from dealix.trust.access.rights import may

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Document = Annotated[str, Path(pattern=r"^doc_[0-9a-z]{10,40}$")]
Version = Annotated[str, Path(pattern=r"^(standard|[1-9]\d{0,5})$")]
Prevailing = Literal["ar", "en"]


@router.get("/template")
def template(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """The template in force, with what may be done about it."""
    return _page(visit)


@router.post("/template")
def bring_in(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    content: Annotated[bytes | None, Depends(sent_file)],
) -> Response:
    """Try a template that is brought in; what is wrong with it is said on the page."""
    prevailing: Prevailing = "en" if first(sent, "prevailing") == "en" else "ar"
    try:
        document = visit.services.templates.receive(visit.who, content or b"", prevailing)
    except (InvalidInput, TooLarge) as refusal:
        return _page(visit, refusal, prevailing)
    return back_to(f"/template/trial/{document}/{prevailing}")


@router.get("/template/trial/{document}/{prevailing}")
def candidate(
    visit: Annotated[Visit, Depends(signed_in)], document: Document, prevailing: Prevailing
) -> Response:
    """A template on trial: what comes out of it with an example, before it is in force."""
    return _candidate(visit, document, prevailing)


@router.get("/template/trial/{document}/{prevailing}/{form}")
def example(
    visit: Annotated[Visit, Depends(signed_in)],
    document: Document,
    form: Form,
    prevailing: Prevailing,
) -> Response:
    """The example: the Word document to take away, its words as a PDF to look at."""
    content = visit.services.templates.example(visit.who, document, prevailing, form)
    name = f"example.{form}"
    return shown(name, content) if form == "pdf" else download(name, DOCX, content)


@router.get("/template/trial/{document}/{prevailing}/pages/{number}")
def example_page(
    visit: Annotated[Visit, Depends(signed_in)],
    document: Document,
    number: int,
    prevailing: Prevailing,
) -> Response:
    """A page of the example as a picture."""
    content = visit.services.templates.example(visit.who, document, prevailing, "pdf")
    return picture(visit.services.gallery.page(content, number))


@router.post("/template/trial/{document}/{prevailing}/use")
def use(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],  # noqa: ARG001 (it proves that the form was ours)
    document: Document,
    prevailing: Prevailing,
) -> Response:
    """Put the template on trial in force."""
    try:
        visit.services.templates.use(visit.who, document, prevailing)
    except (InvalidInput, Conflict) as refusal:
        return _page(visit, refusal, prevailing)
    return back_to("/template", "in-force")


@router.get("/template/versions/{version}/docx")
def file(visit: Annotated[Visit, Depends(signed_in)], version: Version) -> Response:
    """A version's Word document, or the built-in one, to take away."""
    content = visit.services.templates.file(visit.who, version)
    return download(f"{TERM_SHEET}-{version}.docx", DOCX, content)


@router.post("/template/versions/{version}/use")
def back(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],  # noqa: ARG001 (it proves that the form was ours)
    version: Version,
) -> Response:
    """Put a version that was in force before, or the built-in one, in force again."""
    try:
        visit.services.templates.back(visit.who, version)
    except Conflict as refusal:
        return _page(visit, refusal)
    return back_to("/template", "in-force")


def _page(
    visit: Visit, refusal: Refused | None = None, prevailing: Prevailing | None = None
) -> Response:
    visit.section = "clauses"
    versions = visit.services.templates.list(visit.who)["versions"]
    current = versions[0] if versions else None
    missing = str(refusal.params.get("places", "")) if refusal else ""
    return page(
        visit,
        "template.html",
        status=refusal.status if refusal else 200,
        current=current,
        earlier=versions[1:],
        standard=STANDARD,
        problem=sentence_of(refusal, visit.speech.locale) if refusal and not missing else "",
        missing=missing.split(", ") if missing else [],
        prevailing=prevailing or (current["prevailing"] if current else "ar"),
        needed=NEEDED,
        optional=OPTIONAL,
        largest=visit.services.settings.max_upload_bytes,
        may_change=may(visit.who, "clauses.confirm"),
        person=people(visit),
    )


def _candidate(visit: Visit, document: str, prevailing: Prevailing) -> Response:
    visit.section = "clauses"
    service = visit.services.templates
    tried = service.candidate(visit.who, document, prevailing)
    try:
        sheets, problem = sizes(service.example(visit.who, document, prevailing, "pdf")), ""
    except Conflict as refusal:
        sheets, problem = [], sentence_of(refusal, visit.speech.locale)
    return page(
        visit,
        "template_trial.html",
        document=document,
        prevailing=prevailing,
        unused=tried.unused,
        sheets=sheets,
        problem=problem,
    )
