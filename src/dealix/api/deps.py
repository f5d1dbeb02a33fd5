"""What routes ask for: the services of this process, and identifiers that cannot mislead."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response

from dealix.api.problems import Problem
from dealix.bootstrap import Services
from dealix.trust.access.web import Who

__all__ = ["PROBLEMS", "Further", "Ident", "Limit", "OptionalIdent", "Parts", "Who", "problems"]

IDENT = r"^[A-Za-z0-9][A-Za-z0-9_:\-]{0,127}$"


def parts(request: Request) -> Services:
    """The services that the application was made with."""
    services: Services = request.app.state.services
    return services


Parts = Annotated[Services, Depends(parts)]
Ident = Annotated[str, Path(pattern=IDENT, description="An identifier, as lists show it.")]
OptionalIdent = Annotated[str | None, Query(pattern=IDENT)]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Pager:
    """How a list that goes on says so: by the header `Link` of its answer."""

    request: Request
    response: Response

    def __call__(self, found: Rows, limit: int, name: str = "id") -> Rows:
        """The same rows; when there may be more, with the way on behind the last one's `name`."""
        if len(found) == limit:
            self.go_on(str(found[-1][name]))
        return found

    def go_on(self, cursor: str) -> None:
        """Say that the list goes on behind this row."""
        further = self.request.url.include_query_params(cursor=cursor)
        self.response.headers["Link"] = f'<{further.path}?{further.query}>; rel="next"'


def pager(request: Request, response: Response) -> Pager:
    """The way on of this request's list."""
    return Pager(request, response)


Further = Annotated[Pager, Depends(pager)]
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
