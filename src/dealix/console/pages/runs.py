"""Runs: the list, one run with its timeline, what a cancel takes back, and time for rehearsals."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup

from dealix import catalog
from dealix.business.partners.answering import EVENT
from dealix.business.partners.course import Span
from dealix.catalog.words import StepKind
from dealix.console import other_side
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.drawing import drawn
from dealix.console.engine_link import engine_href
from dealix.console.forms import SchemaForm
from dealix.console.packets import DECIDED
from dealix.console.pages.standstill import kept_of
from dealix.console.paging import address, cut
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.repairs import why
from dealix.console.titles import titles
from dealix.console.visit import Visit
from dealix.errors import (
    Conflict,
    InvalidInput,
    NotEntitled,
    NotFound,
    ProviderUnavailable,
    Refused,
)
from dealix.i18n import N_, sentence_of
from dealix.i18n.words import RUN_STATES

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE = 50

JUMPS = (
    ("PT4H", timedelta(hours=4), N_("4 hours")),
    ("P1D", timedelta(days=1), N_("1 day")),
    ("P2D", timedelta(days=2), N_("2 days")),
    ("P7D", timedelta(days=7), N_("7 days")),
)
DONE = {"done", "approved", "heard", "undone", "waived"}


@router.get("/runs")
def runs(
    visit: Annotated[Visit, Depends(signed_in)],
    status: str = "",
    workflow: str = "",
    before: str = "",
) -> Response:
    """The company's runs, newest first, by state and workflow, a page at a time."""
    visit.section = "runs"
    service, chosen = visit.services.runs, (status or None, workflow or None)
    rows = service.list(visit.who, *chosen, limit=PAGE + 1, before=before or None)
    found, older = cut(rows, PAGE)
    return page(
        visit,
        "runs.html",
        runs=found,
        rows=catalog.rows(),
        states=list(RUN_STATES),
        state=status,
        workflow=workflow,
        begin=address("/runs", status=status, workflow=workflow) if before else "",
        older=address("/runs", status=status, workflow=workflow, before=older) if older else "",
        title_of=titles(visit),
    )


@router.get("/runs/{run_id}")
def run(visit: Annotated[Visit, Depends(signed_in)], run_id: str) -> Response:
    """A run with its timeline."""
    return _run_page(visit, run_id)


@router.get("/runs/{run_id}/undo")
def undo(visit: Annotated[Visit, Depends(signed_in)], run_id: str) -> Response:
    """What a cancel would take back, in order, and what stays."""
    return _undo_page(visit, run_id)


@router.post("/runs/{run_id}/cancel")
def cancel(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    run_id: str,
) -> Response:
    """Ask the run to end and to take back what is outside."""
    try:
        visit.services.runs.cancel(visit.who, run_id, first(sent, "comment") or None)
    except (Conflict, NotEntitled) as refusal:
        return _undo_page(visit, run_id, refusal)
    return back_to(f"/runs/{run_id}", "cancelled")


@router.post("/runs/{run_id}/extend")
def extend(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    run_id: str,
) -> Response:
    """Move the deadline further away."""
    until = first(sent, "until")
    try:
        moment = _local_moment(visit, until)
        visit.services.runs.extend(visit.who, run_id, moment)
    except (InvalidInput, Conflict, NotEntitled) as refusal:
        return _run_page(visit, run_id, refusal, until)
    return back_to(f"/runs/{run_id}", "extended")


@router.post("/runs/{run_id}/signature")
def sign(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    run_id: str,
) -> Response:
    """Act as the signatories in the sandbox; the provider's webhook then tells the run."""
    found, word = visit.services.runs.get(visit.who, run_id), first(sent, "word")
    if word not in {"sign", "decline"}:
        raise InvalidInput("invalid_input")
    try:
        other_side.sign(visit, found, word)
    except (Conflict, ProviderUnavailable) as refusal:
        return _run_page(visit, run_id, refusal)
    return back_to(f"/runs/{run_id}", "signatory_acted")


@router.post("/runs/{run_id}/events/{event}")
def enter(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    run_id: str,
    event: str,
) -> Response:
    """Enter what the run waits for."""
    form = _event_form(visit, visit.services.runs.get(visit.who, run_id), event)
    if form is None:
        raise NotFound("not_found")
    try:
        visit.services.runs.event(visit.who, run_id, event, form.read(sent))
    except (InvalidInput, Conflict, NotEntitled) as refusal:
        return _run_page(visit, run_id, refusal)
    return back_to(f"/runs/{run_id}", "answered")


@router.post("/runs/{run_id}/fast-forward")
def fast_forward(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    run_id: str,
) -> Response:
    """Move a rehearsal's time forward by one of the offered lengths."""
    length = next((length for key, length, _ in JUMPS if key == first(sent, "duration")), None)
    if length is None:
        raise InvalidInput("invalid_input")
    try:
        visit.services.runs.fast_forward(visit.who, run_id, length)
    except (Conflict, NotEntitled) as refusal:
        return _run_page(visit, run_id, refusal)
    return back_to(f"/runs/{run_id}", "moved")


def _run_page(
    visit: Visit,
    run_id: str,
    refusal: Refused | ProviderUnavailable | None = None,
    until: str = "",
) -> Response:
    visit.section = "runs"
    found = visit.services.runs.get(visit.who, run_id)
    steps = catalog.row(found["workflow"]).here.steps
    seen = {entry["name"] for entry in found["timeline"]}
    done = {entry["name"] for entry in found["timeline"] if entry["status"] in DONE}
    names = {step.key: visit.speech.name(step) for step in steps}
    # An event that had not come when the run ended was not needed: no counter, no revision.
    needless = {s.key for s in steps if s.kind == StepKind.EVENT and s.key not in seen}
    counted = names.keys() - (needless if found["ended_at"] else set())

    def entry_name(entry: dict[str, Any]) -> Markup:
        return names.get(entry["name"]) or visit.speech.word(entry["name"])

    asked = None if found["ended_at"] else _event_form(visit, found, found["waiting_for"])
    return page(
        visit,
        "run.html",
        status=refusal.status if refusal else 200,
        run=found,
        entries=found["timeline"],
        ahead=[] if found["ended_at"] else [step for step in steps if step.key not in seen],
        progress={"done": len(done & counted), "all": len(counted)},
        entry_name=entry_name,
        why=lambda entry: why(visit.speech, entry["name"], entry["reason"]),
        person=people(visit),
        signature=visit.services.signatures.state(visit.who.tenant_id, run_id),
        plays=other_side.plays_signatories(visit, found),
        decided=DECIDED,
        course=_course(visit, found),
        title_of=titles(visit),
        kept=kept_of(found),
        negotiates=EVENT in names and visit.may("negotiation.read"),
        jumps=[(key, visit.speech.say(label)) for key, _, label in JUMPS],
        engine_href=engine_href(visit.services.settings, found),
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
        until=until,
        until_problem=bool(until),
        asked=asked.fields({}) if asked else [],
        error_of=visit.error_text,
    )


def _course(visit: Visit, found: dict[str, Any]) -> dict[str, Any] | None:
    """The drawing of a run, where its workflow has one."""
    if found["workflow"] != "partner_approval":
        return None
    picture = visit.services.partner_board.course(visit.who, found["id"])
    person, approvals = people(visit), visit.services.approvals

    def waits_for(span: Span) -> Markup:
        if span.holder == "requester":
            return person(found["started_by"])
        if span.holder != "approvers" or span.request is None:
            return Markup("")
        asked = [span.request]
        deciders = visit.allowed(lambda: approvals.deciders(visit.who, asked), {})
        return visit.speech.say(N_(", ")).join(map(person, deciders.get(span.request, ())))

    return drawn(visit.speech, picture, found["outcome"], waits_for)


def _event_form(visit: Visit, found: dict[str, Any], event: str | None) -> SchemaForm | None:
    """The form of an event that people enter on the run's page."""
    kind = visit.services.runs.kinds.get(found["workflow"])
    model = kind.forms.get(event or "") if kind else None
    return SchemaForm(model.model_json_schema(), visit.speech.zone) if model else None


def _undo_page(visit: Visit, run_id: str, refusal: Refused | None = None) -> Response:
    visit.section = "runs"
    found = visit.services.runs.get(visit.who, run_id)
    return page(
        visit,
        "undo.html",
        status=refusal.status if refusal else 200,
        run=found,
        preview=visit.services.runs.undo_preview(visit.who, run_id),
        version_of=_versions(visit, found),
        title_of=titles(visit),
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
    )


def _versions(visit: Visit, run: dict[str, Any]) -> Callable[[dict[str, Any]], int | None]:
    """Says which version of the terms a message of ours brought, where the run negotiates."""
    if not visit.may("negotiation.read") or run["workflow"] != "partner_approval":
        return lambda _item: None
    rounds = visit.services.negotiations.get(visit.who, run["id"])["rounds"]
    brought = {one["key"]: each["version"] for each in rounds for one in each["sent"]}
    return lambda item: brought.get(item["key"])


def _local_moment(visit: Visit, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("deadline_not_later", until=text) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=visit.speech.zone)
    return moment
