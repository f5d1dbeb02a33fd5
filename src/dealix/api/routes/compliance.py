"""What scans of the controls found: the newest, every earlier one, and how they differ."""

from typing import Any

from fastapi import APIRouter

from dealix.api.compliance_schemas import (
    ComplianceChargePut,
    ComplianceResultView,
    ComplianceScanView,
    ComplianceView,
)
from dealix.api.deps import Ident, Parts, Who, problems
from dealix.business.compliance.controls import Charge

router = APIRouter(prefix="/compliance", tags=["compliance"])


@router.get("", responses={200: {"model": ComplianceView}, **problems(401, 403)})
def latest(actor: Who, services: Parts) -> dict[str, Any]:
    """The newest scan: what fails first; before any, `scan` is null and manual controls stand."""
    return services.compliance.latest(actor)


@router.get("/scans", responses={200: {"model": list[ComplianceScanView]}, **problems(401, 403)})
def scans(actor: Who, services: Parts) -> list[dict[str, Any]]:
    """The scans that ended well, the newest first, with their counts and hashes."""
    return services.compliance.scans(actor)


@router.get(
    "/scans/{run_id}", responses={200: {"model": ComplianceView}, **problems(401, 403, 404)}
)
def scan(run_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """One scan with its results; `intact` says whether they still make up its hash."""
    return services.compliance.scan(actor, run_id)


@router.put(
    "/controls/{control}",
    responses={200: {"model": ComplianceResultView}, **problems(401, 403, 404, 409, 422)},
)
def charge(
    control: Ident, body: ComplianceChargePut, actor: Who, services: Parts
) -> dict[str, Any]:
    """Say which role looks at a manual control, and until when; the next scan keeps it."""
    return services.compliance.charge(actor, control, Charge(body.owner, body.due))
