"""A negotiation: its rounds, the other side's words, and what a person enters by hand."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from markupsafe import Markup

from dealix.business.papers.opening import LARGEST
from dealix.business.partners.answering import EVENT
from dealix.business.partners.negotiation import REVISION
from dealix.console.answer_form import AnswerForm
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.files import Form, file_of, picture, sheets_of
from dealix.console.forms import asked_for_more
from dealix.console.packets import DECIDED, value_said
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.terms_form import TermsForm, clause_titles
from dealix.console.titles import titles
from dealix.console.visit import Visit
from dealix.errors import Conflict, InvalidInput
from dealix.i18n import N_, sentence_of

Version = Annotated[int, Path(ge=1, le=999)]

router = APIRouter(route_class=PageRoute, include_in_schema=False)
SOURCES = {
    "start": N_("First version"),
    "counter": N_("After the partner's counter-offer"),
    "revision": N_("After changes asked for inside"),
}
AMOUNTS = frozenset({"expected_revenue", "setup_cost", "revenue_share_percent"})
PARTNER = N_("the partner, on their page")


@router.get("/runs/{run_id}/negotiation")
def negotiation(visit: Annotated[Visit, Depends(signed_in)], run_id: str) -> Response:
    """The rounds of a partner approval; looking changes nothing."""
    return _page(visit, run_id)


@router.get("/runs/{run_id}/negotiation/{version}/{form}")
def paper(
    visit: Annotated[Visit, Depends(signed_in)], run_id: str, version: Version, form: Form
) -> Response:
    """The paper of a version: the PDF to look at, the Word document to take away."""
    return file_of(visit.services.negotiations.file(visit.who, run_id, version, form))


@router.get("/runs/{run_id}/negotiation/{version}/pages/{number}")
def paper_page(
    visit: Annotated[Visit, Depends(signed_in)], run_id: str, version: Version, number: int
) -> Response:
    """A page of that paper as a picture."""
    found = visit.services.negotiations.file(visit.who, run_id, version, "pdf")
    return picture(visit.services.gallery.page(found.content, number))


@router.post("/runs/{run_id}/negotiation/answer")
def answer(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    run_id: str,
) -> Response:
    """Enter what the partner answered by mail, by WhatsApp or by word of mouth."""
    given = AnswerForm(visit).read(sent)
    if given["answer"] == "counter" and first(sent, "document"):
        given["document"] = first(sent, "document")
    try:
        visit.services.runs.event(visit.who, run_id, EVENT, given)
    except (InvalidInput, Conflict) as refusal:
        return _page(visit, run_id, refusal, sent, EVENT)
    return back_to(f"/runs/{run_id}/negotiation", "answer_kept")


@router.post("/runs/{run_id}/negotiation/terms")
def revise(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    run_id: str,
) -> Response:
    """Answer a counter-offer with the next version of the terms."""
    if asked_for_more(sent) is not None:
        return _page(visit, run_id, None, sent, REVISION)
    try:
        given = TermsForm.of(visit).read(sent)
        visit.services.runs.event(visit.who, run_id, REVISION, given)
    except (InvalidInput, Conflict) as refusal:
        return _page(visit, run_id, refusal, sent, REVISION)
    return back_to(f"/runs/{run_id}/negotiation", "terms_kept")


@router.post("/runs/{run_id}/negotiation/link")
def link(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],  # noqa: ARG001 (it proves that the form was ours)
    run_id: str,
) -> Response:
    """Show the partner's link to one who may enter answers; the audit says to whom."""
    try:
        address = visit.services.negotiations.link(visit.who, run_id)
    except Conflict as refusal:
        return _page(visit, run_id, refusal)
    shown = _page(visit, run_id, address=address)
    shown.headers["Referrer-Policy"] = "no-referrer"
    return shown


def _page(
    visit: Visit,
    run_id: str,
    refusal: InvalidInput | Conflict | None = None,
    sent: Sent | None = None,
    entered: str = "",
    *,
    address: str = "",
) -> Response:
    visit.section = "runs"
    found = visit.services.negotiations.get(visit.who, run_id)
    run = visit.services.runs.get(visit.who, run_id)
    wrong = refusal if isinstance(refusal, InvalidInput) else None
    forms = _Forms(visit, found, sent, entered, wrong)
    locale, titles_of = visit.speech.locale, clause_titles(visit)
    problem = sentence_of(refusal, locale) if refusal else ""
    return page(
        visit,
        "negotiation.html",
        status=refusal.status if refusal else 200,
        run=run,
        found=found,
        awaits=found["awaits"] if visit.may("run.event") else None,
        answer_fields=forms.answer,
        chosen=first(sent, "answer") if sent and entered == EVENT else "",
        documents=_documents(found) if visit.may("document.read") else [],
        document=first(sent, "document") if sent else "",
        refusal_of=lambda code: sentence_of(InvalidInput(code, limit=LARGEST), locale),
        terms_fields=forms.terms,
        address=address,
        problem=" ".join([problem, *forms.others]),
        source_of=lambda row: visit.speech.say(SOURCES[row["source"]]),
        change=lambda one: change_said(visit, one),
        said=lambda name, value: term_said(visit, name, value),
        sheets=lambda version: sheets_of(
            lambda: visit.services.negotiations.file(visit.who, run_id, version, "pdf")
        ),
        clause=lambda key: visit.speech.apart(titles_of.get(key, key)),
        who=_who(visit),
        decided=DECIDED,
        title_of=titles(visit),
    )


def _documents(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files that came with mails since the version in force went out, each once."""
    files = [file for message in found["rounds"][-1]["messages"] for file in message["files"]]
    return list({file["document"]: file for file in files if file["document"]}.values())


class _Forms:
    """The two forms of the page, drawn again with what was sent where something was wrong."""

    def __init__(
        self,
        visit: Visit,
        found: Mapping[str, Any],
        sent: Sent | None,
        entered: str,
        wrong: InvalidInput | None,
    ) -> None:
        self.others: list[str] = []
        self.answer = AnswerForm(visit).fields(found["terms"])
        self.terms: list[Any] = []
        if found["awaits"] == EVENT and entered == EVENT and sent is not None:
            self.answer, self.others = AnswerForm(visit).again(sent, wrong)
        if found["awaits"] == REVISION:
            clauses = found["rounds"][-1]["clauses"]
            form = TermsForm.of(visit, [*clauses])
            self.terms = form.fields(found["proposed"], clauses)
            if entered == REVISION and sent is not None:
                self.terms, self.others = form.again(sent, wrong)


def change_said(visit: Visit, one: Mapping[str, Any]) -> dict[str, Markup]:
    """One value that differs between two versions, in the reader's words."""
    return {
        "name": visit.speech.word(one["field"]),
        "before": term_said(visit, one["field"], one["before"]),
        "after": term_said(visit, one["field"], one["after"]),
    }


def term_said(visit: Visit, name: str, value: Any) -> Markup:
    """A value of the terms; amounts and shares as numbers."""
    if name in AMOUNTS and value is not None:
        return visit.speech.number(value)
    return value_said(visit.speech, value)


def _who(visit: Visit) -> Any:
    person = people(visit)
    return lambda by: visit.speech.say(PARTNER) if by == "partner" else person(by)
