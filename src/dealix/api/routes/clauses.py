"""The clause library and the template of term sheets."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import Field

from dealix.api.bodies import Body
from dealix.api.deps import Ident, Parts, Who, problems
from dealix.api.paper_schemas import ClauseView, TemplatesView, TemplateView
from dealix.business.papers.schemas import ClauseChangeBody

router = APIRouter(tags=["papers"])
Key = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{1,39}$", description="The clause's key.")]


class ClausePut(Body, ClauseChangeBody):
    """A change of a clause; what is absent stays as it is."""


class Confirm(Body):
    """The version whose two languages legal has read."""

    version: int = Field(ge=1)


class TemplatePut(Body):
    """An uploaded DOCX that becomes the template, and the language that prevails."""

    document: Annotated[str, Field(max_length=80)]
    prevailing: Literal["ar", "en"] = "ar"


@router.get("/clauses", responses={200: {"model": list[ClauseView]}, **problems(401, 403)})
def clauses(actor: Who, services: Parts) -> list[dict[str, Any]]:
    """The library in the order of the paper, with what is stale."""
    return services.clauses.list(actor)


@router.get("/clauses/{key}", responses={200: {"model": ClauseView}, **problems(401, 403, 404)})
def clause(key: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """One clause."""
    return services.clauses.get(actor, key)


@router.put(
    "/clauses/{key}", responses={200: {"model": ClauseView}, **problems(401, 403, 404, 409, 422)}
)
def change(key: Key, body: ClausePut, actor: Who, services: Parts) -> dict[str, Any]:
    """Change a clause or bring in a new one; the other language is stale until legal confirms."""
    return services.clauses.change(actor, key, body)


@router.post(
    "/clauses/{key}/confirmations",
    responses={200: {"model": ClauseView}, **problems(401, 403, 404, 409, 422)},
)
def confirm(key: Ident, body: Confirm, actor: Who, services: Parts) -> dict[str, Any]:
    """Confirm that both languages of this version say the same and may go out."""
    return services.clauses.confirm(actor, key, body.version)


@router.get(
    "/templates/term_sheet", responses={200: {"model": TemplatesView}, **problems(401, 403)}
)
def templates(actor: Who, services: Parts) -> dict[str, Any]:
    """The versions of the term sheet's template, the newest first: that one is in force now."""
    return services.templates.list(actor)


@router.put(
    "/templates/term_sheet",
    responses={200: {"model": TemplateView}, **problems(401, 403, 404, 409, 422)},
)
def template(body: TemplatePut, actor: Who, services: Parts) -> dict[str, Any]:
    """Put an uploaded DOCX in force as the term sheet's template, once a sample has come out."""
    return services.templates.use(actor, body.document, body.prevailing)
