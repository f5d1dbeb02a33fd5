"""Model steps: who does them, within which limits, and what of personal data may leave."""

from typing import Any

from fastapi import APIRouter

from dealix.api.deps import Ident, Parts, Who, problems
from dealix.api.model_schemas import ModelUseView, ProcessingView
from dealix.trust.model_use.settings import ModelSettings
from dealix.trust.privacy.processing import Processing

router = APIRouter(tags=["models"])


@router.get("/models", responses={200: {"model": ModelUseView}, **problems(401, 403)})
def models(actor: Who, services: Parts) -> dict[str, Any]:
    """Who does model steps, what this installation has, and what the last days took."""
    return services.model_use.show(actor)


@router.put("/models", responses={200: {"model": ModelUseView}, **problems(401, 403, 422)})
def change_models(body: ModelSettings, actor: Who, services: Parts) -> dict[str, Any]:
    """Set all of it; what is left out gets its default, which is rules."""
    return services.model_use.change(actor, body)


@router.get(
    "/processing-register", responses={200: {"model": list[ProcessingView]}, **problems(401, 403)}
)
def register(actor: Who, services: Parts) -> list[dict[str, Any]]:
    """What is done with personal data, on which basis, and what of them leaves."""
    return services.processing.entries(actor)


@router.put(
    "/processing-register/{activity}",
    responses={200: {"model": ProcessingView}, **problems(401, 403, 404, 422)},
)
def change_register(
    activity: Ident, body: Processing, actor: Who, services: Parts
) -> dict[str, Any]:
    """Set one activity's entry."""
    return services.processing.change(actor, activity, body)
