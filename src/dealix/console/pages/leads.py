"""Leads: the list, one lead with its score card, the form to enter one, and what it did."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Response

from dealix.business.leads.schemas import ActivityKind, Grade, LeadInput, NewActivity
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
from dealix.trust.access.rights import may
from dealix.validation import validated

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE = 25
GRADES: tuple[str, ...] = get_args(Grade)
KINDS: tuple[str, ...] = get_args(ActivityKind)
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


def share(visit: Visit, part: float, whole: float) -> list[Shape]:
    """A part of a whole as a track shows it, from where the reader begins to read."""
    width = round(WIDE * part / whole) if whole else 0
    begin = WIDE - width if visit.speech.direction == "rtl" else 0
    return [Shape(begin, width, "approvers")] if width else []


def _schema(visit: Visit) -> SchemaForm:
    return SchemaForm(LeadInput.model_json_schema(), visit.speech.zone)


def _form(visit: Visit, given: Mapping[str, Any], refusal: InvalidInput | None = None) -> Response:
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
    )
