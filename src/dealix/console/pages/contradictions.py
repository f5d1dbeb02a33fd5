"""Contradictions: both quotations side by side, by severity and scan, and how each stands."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup

from dealix.business.compliance.claims import LIVE
from dealix.business.compliance.conflicts import Severity
from dealix.business.compliance.contradictions import Status
from dealix.business.compliance.in_force import PLACES
from dealix.business.papers.reading import language_of
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.paging import address, cut
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import Conflict, InvalidInput
from dealix.i18n import N_, sentence_of
from dealix.trust.access.rights import may

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE, SCANS = 20, 20
SCAN = "contradiction_scan"
SEVERITIES: tuple[str, ...] = get_args(Severity)
STATUSES: tuple[str, ...] = get_args(Status)


@router.get("/contradictions")
def contradictions(
    visit: Annotated[Visit, Depends(signed_in)],
    severity: str = "",
    run: str = "",
    before: str = "",
) -> Response:
    """What does not hold together, a page at a time."""
    return _page(visit, severity, run, before)


@router.post("/contradictions/scan")
def scan(
    visit: Annotated[Visit, Depends(signed_in)], sent: Annotated[Sent, Depends(checked)]
) -> Response:
    """Start a scan of everything and follow it on its run's page."""
    del sent
    started, _ = visit.services.runs.start(visit.who, SCAN, {})
    return back_to(f"/runs/{started['id']}", "started")


@router.post("/contradictions/{contradiction_id}/settle")
def settle(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    contradiction_id: str,
) -> Response:
    """Say how one stands from now on."""
    status = first(sent, "status")
    if status not in STATUSES:
        raise InvalidInput("invalid_input", errors=[{"field": "status", "type": "literal_error"}])
    try:
        visit.services.contradictions.settle(visit.who, contradiction_id, status)
    except Conflict as refusal:
        return _page(visit, refusal=refusal)
    return back_to("/contradictions", "saved")


def _page(
    visit: Visit,
    severity: str = "",
    run: str = "",
    before: str = "",
    refusal: Conflict | None = None,
) -> Response:
    visit.section = "contradictions"
    desk = visit.services.contradictions
    grave = severity if severity in SEVERITIES else ""
    rows = desk.list(
        visit.who, severity=grave or None, run=run or None, limit=PAGE + 1, before=before or None
    )
    found, older = cut(rows, PAGE)
    scans = visit.services.runs.list(visit.who, workflow=SCAN, limit=SCANS)
    here = {"severity": grave, "run": run}
    return page(
        visit,
        "contradictions.html",
        status=refusal.status if refusal else 200,
        found=found,
        severities=SEVERITIES,
        statuses=STATUSES,
        chosen=grave,
        of_run=run,
        scans=scans,
        counts=desk.counts(visit.who, [each["id"] for each in scans]),
        begin=address("/contradictions", **here) if before else "",
        older=address("/contradictions", **here, before=older) if older else "",
        place=lambda side: place(visit, side),
        words_of=lambda side: quoted(visit, side),
        language_of=language_of,
        person=people(visit),
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
        may_start=may(visit.who, f"run.start.{SCAN}"),
        may_settle=may(visit.who, "contradiction.settle"),
    )


WAYS: dict[str, tuple[str, str]] = {
    "authority": ("/authority", "authority.read"),
    "calendar": ("/calendar", "calendar.read"),
    "consents": ("/consents", "consent.read"),
    "accounts": ("/users", "person.read"),
    "processing": ("/api/v1/processing-register", "processing.read"),
    "models": ("/api/v1/models", "model.read"),
}
"""Where what is in force is looked at, and by which right."""


def place(visit: Visit, side: dict[str, Any]) -> Markup:
    """Where a quotation stands, with the way there for who may go it."""
    kind, _, key = str(side["source"]).partition(":")
    say = visit.speech.say
    if kind == "clause":
        said, href = say(N_("Clause {key}"), key=visit.speech.ident(key)), f"/clauses#{key}"
    elif kind == "document":
        document, _, number = key.partition("#page=")
        ident = visit.speech.ident(document)
        said = say(N_("Document {key}"), key=ident)
        if number:
            said = say(N_("Document {key}, page {number}"), key=ident, number=number)
        href = f"/api/v1/documents/{key}" if may(visit.who, "document.read") else ""
    elif kind == "knowledge":
        said = say(N_("Document to search {key}"), key=visit.speech.ident(key))
        href = "" if side["withheld"] else f"/knowledge/documents/{key}/file"
    else:
        said = say(PLACES.get(key, PLACES["installation"]))
        way, right = WAYS.get(key, ("", ""))
        href = way if way and may(visit.who, right) else ""
    return Markup('<a href="{}">{}</a>').format(href, said) if href else said


def quoted(visit: Visit, side: dict[str, Any]) -> str | None:
    """What is quoted; of what is in force, the line in the reader's language."""
    quote: str | None = side["quote"]
    if quote is None or not str(side["source"]).startswith(LIVE):
        return quote
    english, _, arabic = quote.partition("\n")
    return (arabic or english) if visit.speech.locale == "ar" else english
