"""The partner's own page: the terms in their language, as files too, and their three answers."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, Response

from dealix.business.partners.schemas import PartnerAnswer
from dealix.business.partners.term_sheets import said
from dealix.console.door import PageRoute, Sent, back_to, first, sent_file, sent_form
from dealix.console.field_errors import sentences
from dealix.console.files import download, picture, sheets_of
from dealix.console.forms import SchemaForm
from dealix.console.packets import value_said
from dealix.console.render import page
from dealix.console.speech import Speech
from dealix.console.visit import DEFAULT_ZONE, NOTICES, Visit
from dealix.errors import Conflict, InvalidInput, Refused, TooLarge
from dealix.i18n import LOCALES, sentence_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Token = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
STATES = {
    "answered": "offer_answered",
    "replaced": "offer_replaced",
    "closed": "offer_closed",
}
FIELDS = ("revenue_share_percent", "expected_revenue", "exclusivity")


@router.get("/p/{token}")
def offer(request: Request, token: Token, lang: str = "") -> Response:
    """The terms on offer; looking changes nothing, whoever or whatever looks."""
    return _page(request, token, lang)


@router.get("/p/{token}/terms/{form}")
def file(request: Request, token: Token, form: Literal["pdf", "docx"]) -> Response:
    """The terms as a file to take away."""
    found = request.app.state.services.partner_door.file(token, form)
    return untraced(download(found.name, found.media_type, found.content))


@router.get("/p/{token}/terms/pages/{number}")
def file_page(request: Request, token: Token, number: int) -> Response:
    """A page of the terms as a picture."""
    services = request.app.state.services
    found = services.partner_door.file(token, "pdf")
    return untraced(picture(services.gallery.page(found.content, number)))


@router.post("/p/{token}")
def answer(
    request: Request,
    token: Token,
    sent: Annotated[Sent, Depends(sent_form)],
    returned: Annotated[bytes | None, Depends(sent_file)],
    lang: str = "",
) -> Response:
    """Keep the answer; what is wrong is said on the page and nothing that was written is lost."""
    try:
        request.app.state.services.partner_door.answer(token, _answer(sent), returned)
    except (InvalidInput, Conflict, TooLarge) as refusal:
        return _page(request, token, lang, sent, refusal)
    return back_to(f"/p/{token}" + (f"?lang={lang}" if lang in LOCALES else ""), "partner_answered")


def _answer(sent: Sent) -> dict[str, Any]:
    """What the form means; a value is proposed only in a counter-offer."""
    word = first(sent, "answer")
    given: dict[str, Any] = {"answer": word}
    if first(sent, "comment"):
        given["comment"] = first(sent, "comment")
    if word == "counter":
        proposed: dict[str, Any] = {n: first(sent, n) for n in FIELDS if first(sent, n)}
        if "exclusivity" in proposed:
            proposed["exclusivity"] = proposed["exclusivity"] == "true"
        given["proposals"] = proposed
    return given


def _page(
    request: Request,
    token: str,
    lang: str,
    sent: Sent | None = None,
    refusal: Refused | None = None,
) -> Response:
    services = request.app.state.services
    found = services.partner_door.offered(token)
    locale = lang if lang in LOCALES else found.locale
    speech = Speech(locale, DEFAULT_ZONE)
    notice = NOTICES.get(request.query_params.get("done", ""))
    visit = Visit(
        request=request, speech=speech, csrf="", notice=str(speech.say(notice)) if notice else ""
    )
    visit.practice = found.practice
    closed = STATES.get(found.state)
    form = SchemaForm(PartnerAnswer.model_json_schema(), DEFAULT_ZONE).fields({})
    problems = sentences(locale, refusal, form, {})[0] if refusal is not None else {}
    answered = page(
        visit,
        "partner.html",
        told=refusal,
        offer=found,
        company=found.company_ar if locale == "ar" else found.company,
        partner=found.partner_ar if locale == "ar" else found.partner,
        changes=[
            {
                "field": change["field"],
                "before": value_said(speech, change["before"]),
                "after": value_said(speech, change["after"]),
            }
            for change in found.differences
        ],
        clause_changes=said(found.clause_changes),
        sheets=sheets_of(lambda: services.partner_door.file(token, "pdf")),
        largest=services.settings.max_upload_bytes,
        closed=sentence_of(Conflict(closed), locale) if closed and not notice else "",
        problem=sentence_of(refusal, locale) if refusal else "",
        problems=problems,
        sent={name: first(sent or {}, name) for name in ("comment", *FIELDS)},
        chosen=first(sent, "answer") if sent else "",
        other="en" if locale == "ar" else "ar",
        token=token,
    )
    return untraced(answered)


def untraced(answered: Response) -> Response:
    """An answer under a secret address: nobody learns it from a link, no index keeps it."""
    answered.headers["Referrer-Policy"] = "no-referrer"
    answered.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answered
