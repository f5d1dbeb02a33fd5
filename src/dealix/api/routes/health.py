"""Health of every engine and connector, and the counters that operators watch."""

from fastapi import APIRouter, Request, Response

from dealix.api.probes import Watch
from dealix.api.schemas import HealthView
from dealix.observability.metrics import exposition

router = APIRouter(tags=["health"])
watch = APIRouter(include_in_schema=False)


@router.get("/health", response_model=HealthView)
def health(request: Request, response: Response) -> HealthView:
    """Ask everything whether it answers; 503 when the database does not."""
    watching: Watch = request.app.state.watch
    found = watching.look()
    response.status_code = 503 if found.status == "down" else 200
    return found


@watch.get("/metrics")
def metrics() -> Response:
    """Counters of this process, as Prometheus reads them."""
    content, kind = exposition()
    return Response(content, media_type=kind)
