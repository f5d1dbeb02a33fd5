"""Leads: the list, one lead with its score card, the form to enter one, and what it did."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Response

from dealix.business.leads.schemas import ActivityKind, Grade, LeadInput, NewActivity
from dealix.business.papers.reading import language_of
from dealix.connectors.deliveries import ReceivedMail
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.drawing import WIDE, Shape
from dealix.console.field_errors import sentences
from dealix.console.forms import SchemaForm, asked_for_more, with_another
from dealix.console.paging import address, cut
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import InvalidInput
from dealix.i18n import sentence_of
from dealix.i18n.words import WORDS
from dealix.trust.access.rights import may
from dealix.validation import validated

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE = 25
GRADES: tuple[str, ...] = get_args(Grade)
KINDS: tuple[str, ...] = get_args(ActivityKind)
TRUSTED = ("lead", "company")
CODES = frozenset({"malformed_phone", "malformed_registration", "consent_source"})


@router.get("/leads")
def leads(
    visit: Annotated[Visit, Depends(signed_in)], grade: str = "", before: str = ""
) -> Response:
    """Leads, the newest first, a page at a time."""
    visit.section = "leads"
    chosen = grade if grade in GRADES else ""
    rows = visit.services.leads.newest(
        visit.who, grade=chosen or None, limit=PAGE + 1, before=before or None
    )
    found, older = cut(rows, PAGE)
    return page(
        visit,
        "leads.html",
        rows=found,
        grades=GRADES,
        chosen=chosen,
        may_write=may(visit.who, "lead.write"),
        begin=address("/leads", grade=chosen) if before else "",
        older=address("/leads", grade=chosen, before=older) if older else "",
    )


@router.get("/leads/new")
def new(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """The form to enter a lead."""
    visit.services.leads.permit(visit.who, "lead.write")
    return _form(visit, {})


@router.post("/leads/new")
def enter(
    visit: Annotated[Visit, Depends(signed_in)], sent: Annotated[Sent, Depends(checked)]
) -> Response:
    """Enter it; what is wrong is said at its field, and nothing that was entered is lost."""
    given = _schema(visit).read(sent)
    more = asked_for_more(sent)
    if more is not None:
        return _form(visit, with_another(given, more))
    try:
        entered = visit.services.leads.enter(visit.who, validated(LeadInput, given, CODES))
    except InvalidInput as refusal:
        return _form(visit, given, refusal)
    return back_to(f"/leads/{entered.id}", "lead_kept")


@router.get("/leads/from-message/{event_id}")
def message(visit: Annotated[Visit, Depends(signed_in)], event_id: str) -> Response:
    """A stranger's message, and the form of a lead with what it tells; nothing is made yet."""
    draft = visit.services.lead_messages.draft(visit.who, event_id)
    return _form(visit, draft.given, message=(event_id, draft.mail))


@router.post("/leads/from-message/{event_id}")
def make(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    event_id: str,
) -> Response:
    """Make a lead of it, once, and follow its qualification."""
    given = _schema(visit).read(sent)
    mail = visit.services.lead_messages.draft(visit.who, event_id).mail
    more = asked_for_more(sent)
    if more is not None:
        return _form(visit, with_another(given, more), message=(event_id, mail))
    try:
        run = visit.services.lead_messages.make(visit.who, event_id, given)
    except InvalidInput as refusal:
        return _form(visit, given, refusal, (event_id, mail))
    return back_to(f"/runs/{run}", "started")


@router.get("/leads/{lead_id}")
def lead(visit: Annotated[Visit, Depends(signed_in)], lead_id: str) -> Response:
    """One lead: its score with every signal, what is known and what it did."""
    visit.section = "leads"
    found = visit.services.leads.get(visit.who, lead_id)
    return page(
        visit,
        "lead.html",
        lead=found,
        qualification=visit.services.qualifications.of_lead(visit.who, lead_id),
        trust=_trust(visit, lead_id, found["company"]["id"]),
        may_trust=may(visit.who, "trust.score"),
        why=_why,
        kinds=KINDS,
        person=people(visit),
        may_write=may(visit.who, "lead.write"),
        may_score=may(visit.who, "lead.score"),
        share=lambda signal: share(visit, signal["points"], signal["weight"]),
    )


@router.post("/leads/{lead_id}/score")
def score(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    lead_id: str,
) -> Response:
    """Score the lead on a worker; where none comes in time, its page says that it will be."""
    del sent
    found = visit.services.leads.score(visit.who, lead_id)
    told = "lead_scored" if found["status"] == "scored" else "lead_queued"
    return back_to(f"/leads/{lead_id}", told)


@router.post("/leads/{lead_id}/trust")
def score_trust(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    lead_id: str,
) -> Response:
    """Work out how far the lead, or its company, is to be trusted."""
    kind = first(sent, "kind")
    if kind not in TRUSTED:
        raise InvalidInput("invalid_input", errors=[{"field": "kind", "type": "literal_error"}])
    found = visit.services.leads.get(visit.who, lead_id)
    about = lead_id if kind == "lead" else found["company"]["id"]
    scored = visit.services.trust_scores.score(visit.who, kind, about)
    told = "trust_scored" if scored["card"] else "lead_queued"
    return back_to(f"/leads/{lead_id}", told)


@router.post("/qualifications/{run_id}/seen")
def seen(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    run_id: str,
) -> Response:
    """The owner has seen the lead; its page opens."""
    del sent
    found = visit.services.qualifications.seen(visit.who, run_id)
    return back_to(f"/leads/{found['lead']}", "lead_seen")


@router.post("/leads/{lead_id}/activities")
def act(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    lead_id: str,
) -> Response:
    """Record what the lead did."""
    given = validated(NewActivity, {"kind": first(sent, "kind")})
    visit.services.leads.act(visit.who, lead_id, given)
    return back_to(f"/leads/{lead_id}", "lead_acted")


def _trust(visit: Visit, lead_id: str, company_id: str) -> dict[str, dict[str, Any] | None]:
    """The last trust scores of a lead and of its company, for who may see them."""
    if not may(visit.who, "trust.read"):
        return {}
    last = visit.services.trust_scores.last
    about = {"lead": lead_id, "company": company_id}
    return {kind: last(visit.who, kind, about[kind]) for kind in TRUSTED}


def _why(key: str) -> str:
    """The word of a factor of trust or of its reason."""
    return f"trust.{key}" if f"trust.{key}" in WORDS else key


def share(visit: Visit, part: float, whole: float) -> list[Shape]:
    """A part of a whole as a track shows it, from where the reader begins to read."""
    width = round(WIDE * part / whole) if whole else 0
    begin = WIDE - width if visit.speech.direction == "rtl" else 0
    return [Shape(begin, width, "approvers")] if width else []


def _schema(visit: Visit) -> SchemaForm:
    return SchemaForm(LeadInput.model_json_schema(), visit.speech.zone)


def _form(
    visit: Visit,
    given: Mapping[str, Any],
    refusal: InvalidInput | None = None,
    message: tuple[str, ReceivedMail] | None = None,
) -> Response:
    visit.section = "leads"
    locale, schema = visit.speech.locale, _schema(visit)
    wrong: dict[str, list[str]] = {}
    problems: list[str] = []
    if refusal is not None:
        wrong, others = sentences(locale, refusal, schema.fields(given), given)
        problems = others if wrong else [sentence_of(refusal, locale), *others]
    return page(
        visit,
        "lead_new.html",
        status=refusal.status if refusal else 200,
        fields=schema.fields(given, wrong),
        problem=" ".join(problems),
        mail=message[1] if message else None,
        action=f"/leads/from-message/{message[0]}" if message else "/leads/new",
        language_of=language_of,
    )
