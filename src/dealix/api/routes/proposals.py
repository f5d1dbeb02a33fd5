"""Proposals with their versions, prices and files; price books."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from dealix.api.deps import Further, Ident, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.proposal_schemas import PriceBookView, ProposalInFull, ProposalView
from dealix.business.proposals.price_book import PriceBookInput
from dealix.business.proposals.states import ProposalState

router = APIRouter(tags=["proposals"])
MANY: dict[int | str, dict[str, Any]] = {200: {"model": list[ProposalView]}}


@router.get("/proposals", responses={**MANY, **problems(401, 403, 422)})
def proposals(
    actor: Who,
    services: Parts,
    further: Further,
    state: ProposalState | None = None,
    deal: Annotated[str | None, Query(max_length=128, description="Of one deal only.")] = None,
    limit: Limit = 100,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """Versions of proposals, the newest first; the header `Link` leads to older ones."""
    found = services.proposals.newest(actor, state, deal, limit, cursor)
    return further(found, limit)


@router.get("/proposals/waiting", responses={**MANY, **problems(401, 403)})
def waiting(actor: Who, services: Parts) -> list[dict[str, Any]]:
    """What the caller was told of proposals and has not seen, the oldest first."""
    return services.proposals.waiting(actor)


@router.get(
    "/proposals/{run_id}", responses={200: {"model": ProposalInFull}, **problems(401, 403, 404)}
)
def proposal(run_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """One version by a run that wrote it: its price with every rule, and what was offered."""
    return services.proposals.get(actor, run_id)


@router.get("/proposals/{run_id}/pdf", responses=problems(401, 403, 404), response_class=Response)
def as_pdf(
    run_id: Ident, actor: Who, services: Parts, lang: Literal["ar", "en"] | None = None
) -> Response:
    """The file of a version in one language, as it was offered."""
    chosen: Literal["ar", "en"] = lang or ("en" if actor.locale == "en" else "ar")
    content, _ = services.proposals.pdf(actor, run_id, chosen)
    headers = {"Content-Disposition": f'inline; filename="proposal-{run_id}-{chosen}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@router.post(
    "/proposals/{run_id}/seen", responses={200: {"model": ProposalView}, **problems(401, 403, 404)}
)
def seen(run_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """Who was told has seen it: it no longer waits on their page."""
    return services.proposals.seen(actor, run_id)


@router.get("/price-books", responses={200: {"model": list[PriceBookView]}, **problems(401, 403)})
def books(actor: Who, services: Parts) -> list[dict[str, Any]]:
    """The price book in force of each currency."""
    return services.price_books.newest(actor)


@router.put("/price-books", responses={200: {"model": PriceBookView}, **problems(401, 403, 422)})
def keep_book(body: PriceBookInput, actor: Who, services: Parts) -> dict[str, Any]:
    """Put a new version of a currency's book into force; what was priced before stays as it was."""
    return services.price_books.keep(actor, body)
