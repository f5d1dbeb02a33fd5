"""Health of every engine and connector, and the counters that operators watch."""

from fastapi import APIRouter, Response

from dealix.api.deps import Parts
from dealix.observability.health import HealthView
from dealix.observability.metrics import exposition

router = APIRouter(tags=["health"])
watch = APIRouter(include_in_schema=False)


@router.get("/health", response_model=HealthView)
def health(services: Parts, response: Response) -> HealthView:
    """Ask everything whether it answers, within a second; 503 when the database does not."""
    found = services.health.look()
    response.status_code = 503 if found.status == "down" else 200
    return found


@watch.get("/metrics")
def metrics() -> Response:
    """Counters of this process, as Prometheus reads them."""
    content, kind = exposition()
    return Response(content, media_type=kind)
