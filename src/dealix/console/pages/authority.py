"""Who approves what: the table in force, its versions, a draft's differences, one row's form."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from dealix.console.authority_form import blank_row, read_row, slots_with_room
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.field_errors import KINDS
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound, Refused
from dealix.i18n import sentence_of, translate
from dealix.trust.access.rights import ROLES, permit

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Here = Annotated[Visit, Depends(signed_in)]
Form = Annotated[Sent, Depends(checked)]
NEW = "new"


@router.get("/authority")
def authority(visit: Here) -> Response:
    """The table in force and every version."""
    visit.section = "admin"
    table = visit.services.authority.overview(visit.who)
    return page(visit, "authority.html", table=table, person=people(visit))


@router.get("/authority/{version}")
def version(visit: Here, version: int) -> Response:
    """One version with what it changes."""
    return _version(visit, version)


@router.post("/authority/{version}/activate")
def activate(visit: Here, sent: Form, version: int) -> Response:  # noqa: ARG001 (its token was checked)
    """Put somebody else's draft into force."""
    try:
        visit.services.authority.activate(visit.who, version)
    except (NotEntitled, Conflict) as refusal:
        return _version(visit, version, refusal)
    return back_to(f"/authority/{version}", "in-force")


@router.get("/authority/{version}/rows/{place}")
def row(visit: Here, version: int, place: str) -> Response:
    """The form of one row, or of a new one."""
    permit(visit.who, "authority.propose")
    rows = visit.services.authority.get(visit.who, version)["rows"]
    return _row(visit, version, place, rows, _at(rows, place))


@router.post("/authority/{version}/rows/{place}")
def propose(visit: Here, sent: Form, version: int, place: str) -> Response:
    """Draft a new version with this one row changed, added or taken out."""
    rows = visit.services.authority.get(visit.who, version)["rows"]
    given = read_row(sent, _at(rows, place))
    changed = [given] if first(sent, "act") != "remove" else []
    if place == NEW:
        after = [*rows, *changed]
    else:
        index = int(place)
        after = [*rows[:index], *changed, *rows[index + 1 :]]
    try:
        made = visit.services.authority.propose(visit.who, after)
    except (InvalidInput, Conflict) as refusal:
        return _row(visit, version, place, rows, given, refusal)
    return back_to(f"/authority/{made['version']}", "drafted")


def _at(rows: list[dict[str, Any]], place: str) -> dict[str, Any]:
    if place == NEW:
        return blank_row()
    if not place.isdigit() or int(place) >= len(rows):
        raise NotFound("not_found")
    return rows[int(place)]


def _version(visit: Visit, number: int, refusal: Refused | None = None) -> Response:
    visit.section = "admin"
    found = visit.services.authority.get(visit.who, number)
    is_second = found["proposed_by"] != visit.who.user_id
    newer = found["version"] > found["against"]
    return page(
        visit,
        "authority_version.html",
        status=refusal.status if refusal else 200,
        table=found,
        person=people(visit),
        is_draft=found["status"] == "draft" and newer,
        may_activate=is_second and visit.may("authority.activate"),
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
    )


def _row(
    visit: Visit,
    version: int,
    place: str,
    rows: list[dict[str, Any]],
    shown: dict[str, Any],
    refusal: Refused | None = None,
) -> Response:
    visit.section = "admin"
    return page(
        visit,
        "authority_row.html",
        status=refusal.status if refusal else 200,
        version=version,
        place=place,
        row=shown,
        slots=slots_with_room(shown),
        roles=ROLES,
        gates=list(dict.fromkeys((each["kind"], each["gate"]) for each in rows)),
        types=sorted({each["type"] for each in rows} - {"*"}),
        problem=_sentences(visit, refusal) if refusal else "",
    )


def _sentences(visit: Visit, refusal: Refused) -> str:
    """What is wrong, with the kind of each wrong place."""
    locale = visit.speech.locale
    listed: Any = refusal.params.get("errors") or ()
    kinds = dict.fromkeys(str(each["type"]) for each in listed)
    more = [translate(locale, KINDS.get(kind, KINDS["value_error"])) for kind in kinds]
    return " ".join([sentence_of(refusal, locale), *dict.fromkeys(more)])
