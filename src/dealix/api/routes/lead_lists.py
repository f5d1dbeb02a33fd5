"""Lists of leads: looked at, taken in row by row, and given out."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Response

from dealix.api import field_errors
from dealix.api.deps import Parts, Who, problems
from dealix.api.lead_schemas import ListView
from dealix.api.problems import locale_of
from dealix.api.routes.documents import file_body, uploaded
from dealix.business.leads import columns, sheets
from dealix.business.leads.importing import Looked, Row, RowStatus
from dealix.business.leads.schemas import DataFrom
from dealix.i18n import N_, translate

router = APIRouter(tags=["leads"])
BODY = file_body("text/csv")
ANSWERS: dict[int | str, dict[str, Any]] = {200: {"model": ListView}, **problems(401, 403, 422)}
Locale = Annotated[str, Depends(locale_of)]
MOST = 5_000
"""Leads of one list that is given out: the newest."""


@router.post("/leads/lists/preview", responses=ANSWERS, openapi_extra=BODY)
def look(
    actor: Who,
    content: Annotated[bytes, Depends(uploaded)],
    services: Parts,
    locale: Locale,
    data_from: DataFrom = "third_party",
) -> dict[str, Any]:
    """What each row of a CSV file would become; nothing is started and nothing kept."""
    return _shown(services.lead_lists.look(actor, content, data_from), locale)


@router.post("/leads/lists", responses=ANSWERS, openapi_extra=BODY)
def start(
    actor: Who,
    content: Annotated[bytes, Depends(uploaded)],
    services: Parts,
    locale: Locale,
    data_from: DataFrom = "third_party",
) -> dict[str, Any]:
    """Start a qualification for each good row, once by what it says, whichever list it is in.

    Rows that could not be started in time stay `ready`; the same list again goes on with them.
    """
    return _shown(services.lead_lists.start(actor, content, data_from), locale)


@router.get("/leads.csv", responses=problems(401, 403), response_class=Response)
def given_out(actor: Who, services: Parts, locale: Locale) -> Response:
    """The newest leads as a CSV file that a spreadsheet opens without calculating (audited)."""
    content = sheets.written(services.leads.listed(actor, MOST), locale)
    headers = {"Content-Disposition": 'attachment; filename="leads.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _shown(looked: Looked, locale: str) -> dict[str, Any]:
    counts = {status: looked.count(status) for status in get_args(RowStatus)}
    rows = [_row(row, locale) for row in looked.rows]
    return {"counts": counts, "ignored": looked.ignored, "rows": rows}


def _row(row: Row, locale: str) -> dict[str, Any]:
    errors = field_errors.public(row.errors, locale)
    return {**row.public(), "errors": errors, "detail": _detail(row.row, errors, locale)}


def _detail(number: int, errors: list[dict[str, str]], locale: str) -> str | None:
    """The first thing that is wrong with a row, in one sentence."""
    if not errors:
        return None
    said, field = errors[0]["detail"], errors[0]["field"]
    if not field:
        return translate(locale, N_("Row {row}: {problem}"), row=number, problem=said)
    column = columns.name_of(field, locale)
    text = N_("Row {row}, {column}: {problem}")
    return translate(locale, text, row=number, column=column, problem=said)
