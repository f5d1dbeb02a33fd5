"""The clause library: both languages side by side, what is stale, and legal's confirmation."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup, escape
from pydantic import ValidationError

from dealix.business.papers.clauses import PLACE
from dealix.business.papers.schemas import ClauseChangeBody
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import Conflict, InvalidInput, NotFound
from dealix.i18n import sentence_of
from dealix.trust.access.rights import may

router = APIRouter(route_class=PageRoute, include_in_schema=False)
TEXTS = ("title_ar", "title_en", "ar", "en", "fallback_ar", "fallback_en")
Refusal = InvalidInput | Conflict


@router.get("/clauses")
def clauses(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """The library in the order of the paper."""
    return _page(visit)


@router.post("/clauses/{key}/change")
def change(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    key: str,
) -> Response:
    """Change a clause; what was entered stays on the page when it is refused."""
    given = {name: first(sent, name) for name in TEXTS}
    try:
        body = ClauseChangeBody(version=_number(sent), **given)
        visit.services.clauses.get(visit.who, key)
        visit.services.clauses.change(visit.who, key, body)
    except ValidationError:
        return _page(visit, key, given, InvalidInput("invalid_input"))
    except (InvalidInput, Conflict) as refusal:
        return _page(visit, key, given, refusal)
    return back_to(f"/clauses#{key}")


@router.post("/clauses/{key}/confirm")
def confirm(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    key: str,
) -> Response:
    """Confirm the version that was read, and no later one."""
    try:
        visit.services.clauses.confirm(visit.who, key, _number(sent))
    except Conflict as refusal:
        return _page(visit, key, {}, refusal)
    return back_to(f"/clauses#{key}")


def shown(text: str) -> Markup:
    """A wording with its places set apart: they are names of fields, in no language."""
    return Markup(PLACE.sub(r'<bdi class="mono" dir="ltr">{\1}</bdi>', str(escape(text))))  # noqa: S704


def _number(sent: Sent) -> int:
    version = first(sent, "version")
    if not version.isdigit():
        raise NotFound("not_found")
    return int(version[:9])


def _page(
    visit: Visit,
    wrong: str = "",
    kept: dict[str, Any] | None = None,
    refusal: Refusal | None = None,
) -> Response:
    visit.section = "clauses"
    return page(
        visit,
        "clauses.html",
        status=refusal.status if refusal else 200,
        clauses=visit.services.clauses.list(visit.who),
        wrong=wrong,
        kept=kept or {},
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
        may_write=may(visit.who, "clauses.write"),
        may_confirm=may(visit.who, "clauses.confirm"),
        person=people(visit),
        shown=shown,
    )
