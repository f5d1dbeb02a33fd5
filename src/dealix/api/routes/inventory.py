"""The inventory of workflows, and what is needed to start one."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from dealix import catalog
from dealix.api.deps import Ident, Parts, Who, problems
from dealix.api.schemas import InventoryDetail, InventoryRow
from dealix.api.short_inputs import SHORT_INPUTS
from dealix.trust.access.rights import permit

router = APIRouter(prefix="/inventory", tags=["inventory"])


@router.get("", responses={200: {"model": list[InventoryRow]}, **problems(401, 403)})
def rows(actor: Who, services: Parts) -> list[dict[str, Any]]:
    """Every workflow with its verdicts."""
    permit(actor, "inventory.read")
    return [row.as_public(services.settings) for row in catalog.rows()]


@router.get("/{key}", responses={200: {"model": InventoryDetail}, **problems(401, 403, 404)})
def row(
    key: Ident,
    actor: Who,
    services: Parts,
    example: Annotated[
        int | None,
        Query(ge=0, le=1_000_000, description="The nth valid input; else one that runs now."),
    ] = None,
) -> dict[str, Any]:
    """One workflow with its input schema and an input that runs."""
    permit(actor, "inventory.read")
    shown = catalog.row(key).as_public(services.settings)
    kind = services.kinds.get(key)
    if key in SHORT_INPUTS:
        model, asked = SHORT_INPUTS[key]
        schema = model.model_json_schema()
        return {
            **shown,
            "input_schema": schema,
            "example": asked(example or 0),
            "gates": [],
            "events": [],
        }
    if kind is None:
        return {**shown, "input_schema": None, "example": None, "gates": None, "events": None}
    if example is None:
        example = services.runs.unused_example(actor, key)
    return {
        **shown,
        "input_schema": kind.input_model.model_json_schema(),
        "example": kind.examples(example),
        "gates": list(kind.gates),
        "events": list(kind.events),
    }
