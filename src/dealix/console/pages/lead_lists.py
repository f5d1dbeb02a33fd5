"""Lists of leads: a CSV file is looked at row by row, started, and leads are taken away as one."""

import base64
import binascii
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Response

from dealix.business.leads import columns, sheets
from dealix.business.leads.importing import Looked, Row
from dealix.business.leads.schemas import DataFrom, LeadInput
from dealix.console.door import PageRoute, Sent, checked, first, sent_file, signed_in
from dealix.console.field_errors import sentences
from dealix.console.files import download
from dealix.console.forms import SchemaForm
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import InvalidInput, Refused, TooLarge
from dealix.i18n import sentence_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)
GIVERS: tuple[str, ...] = get_args(DataFrom)
SHOWN = 50
"""Rows that need nobody's eye that the page shows; what is wrong is shown whole."""
MOST = 5_000


@router.get("/leads/import")
def bring(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """The form for a list."""
    visit.services.leads.permit(visit.who, "lead.write")
    return _page(visit)


@router.post("/leads/import")
def look(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    content: Annotated[bytes | None, Depends(sent_file)],
) -> Response:
    """What each row would become; nothing is started, and nothing of the file is kept."""
    giver = _giver(sent)
    try:
        looked = visit.services.lead_lists.look(visit.who, content or b"", giver)
    except (InvalidInput, TooLarge) as refusal:
        return _page(visit, giver=giver, refusal=refusal)
    return _page(visit, looked, giver, content or b"")


@router.post("/leads/import/start")
def start(
    visit: Annotated[Visit, Depends(signed_in)], sent: Annotated[Sent, Depends(checked)]
) -> Response:
    """Start what was looked at; sent again, it starts nothing twice."""
    giver = _giver(sent)
    try:
        content = base64.b64decode(first(sent, "content"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("invalid_input") from None
    try:
        looked = visit.services.lead_lists.start(visit.who, content, giver)
    except (InvalidInput, TooLarge) as refusal:
        return _page(visit, giver=giver, refusal=refusal)
    return _page(visit, looked, giver, content if looked.count("ready") else b"")


@router.get("/leads/list.csv")
def take_away(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """The newest leads as a file that a spreadsheet opens without calculating (audited)."""
    rows = visit.services.leads.listed(visit.who, MOST)
    content = sheets.written(rows, visit.speech.locale)
    return download("leads.csv", "text/csv; charset=utf-8", content)


def _giver(sent: Sent) -> Any:
    giver = first(sent, "data_from") or "third_party"
    if giver not in GIVERS:
        raise InvalidInput("invalid_input", errors=[{"field": "data_from", "type": "enum"}])
    return giver


def _page(
    visit: Visit,
    looked: Looked | None = None,
    giver: str = "third_party",
    content: bytes = b"",
    refusal: Refused | None = None,
) -> Response:
    visit.section = "leads"
    fields = SchemaForm(LeadInput.model_json_schema(), visit.speech.zone).fields({})
    rows = looked.rows if looked else []
    wrong = [row for row in rows if row.status == "wrong"]
    return page(
        visit,
        "lead_import.html",
        status=refusal.status if refusal else 200,
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
        looked=looked,
        begun=bool(looked and looked.count("started")),
        wrong=[(row, _said(visit, row, fields)) for row in wrong],
        others=[row for row in rows if row.status != "wrong"][:SHOWN],
        counts={
            each: looked.count(each)
            for each in ("ready", "started", "known", "repeated", "wrong")
            if looked and looked.count(each)
        },
        content=base64.urlsafe_b64encode(content).decode(),
        giver=giver,
        givers=GIVERS,
        columns=columns.shown(visit.speech.locale),
        limits={"rows": sheets.MOST_ROWS, "kb": sheets.MOST_BYTES // 1000},
        largest=sheets.MOST_BYTES,
    )


def _said(visit: Visit, row: Row, fields: list[Any]) -> tuple[str, str]:
    """The column that is wrong with a row, and why, in one sentence."""
    locale, error = visit.speech.locale, row.errors[0]
    told = InvalidInput("invalid_input", errors=[error])
    by_field, others = sentences(locale, told, fields, {})
    said = [*others, *(each for several in by_field.values() for each in several)]
    field = error["field"]
    return columns.name_of(field, locale) if field else "", said[0]
