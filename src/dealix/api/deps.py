"""What routes ask for: the services of this process, and identifiers that cannot mislead."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from dealix.api.problems import Problem
from dealix.bootstrap import Services
from dealix.trust.access.web import Who

__all__ = ["PROBLEMS", "Ident", "Limit", "OptionalIdent", "Parts", "Who", "problems"]

IDENT = r"^[A-Za-z0-9][A-Za-z0-9_:\-]{0,127}$"


def parts(request: Request) -> Services:
    """The services that the application was made with."""
    services: Services = request.app.state.services
    return services


Parts = Annotated[Services, Depends(parts)]
Ident = Annotated[str, Path(pattern=IDENT, description="An identifier, as lists show it.")]
OptionalIdent = Annotated[str | None, Query(pattern=IDENT)]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}, "description": words}
    for status, words in {
        401: "Not signed in.",
        403: "Not entitled.",
        404: "Unknown, or another company's.",
        409: "It has changed, is decided, or has ended.",
        413: "Too large.",
        422: "The input is not right.",
        429: "Too many attempts.",
        503: "An engine does not answer now.",
    }.items()
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer, for its description."""
    return {status: PROBLEMS[status] for status in (*statuses, 413, 503)}
