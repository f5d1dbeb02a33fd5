"""Compliance: the newest scan by framework with its differences, and what people must look at."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from dealix.business.compliance.charges import day_of
from dealix.business.compliance.controls import Charge
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import Conflict, InvalidInput, Refused
from dealix.i18n import sentence_of
from dealix.trust.access.rights import ROLES, may

router = APIRouter(route_class=PageRoute, include_in_schema=False)
COUNTED = frozenset({"checked", "wrong", "examples"})
"""What the page says in words of an evidence; the rest is shown as it is kept."""
STATUSES = ("fail", "pass", "not_applicable", "manual")


@router.get("/compliance")
def compliance(visit: Annotated[Visit, Depends(signed_in)], run: str = "") -> Response:
    """One scan, the newest unless another is named."""
    return _page(visit, run)


def _page(
    visit: Visit, run: str = "", refusal: Refused | None = None, sent: Sent | None = None
) -> Response:
    visit.section = "compliance"
    desk = visit.services.compliance
    found = desk.scan(visit.who, run) if run else desk.latest(visit.who)
    results = found["results"]
    return page(
        visit,
        "compliance.html",
        status=refusal.status if refusal else 200,
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
        kept={name: values[0] for name, values in (sent or {}).items()},
        roles=ROLES,
        may_charge=not run and may(visit.who, "compliance.charge"),
        scan=found["scan"],
        editions=found["frameworks"],
        groups={
            name: [one for one in results if one["framework"] == name]
            for name in found["frameworks"]
        },
        differences={
            change: [one for one in results if one["change"] == change]
            for change in ("newly_failing", "newly_passing")
        },
        manual=sorted(
            (one for one in results if one["status"] == "manual"), key=lambda one: one["due"]
        ),
        statuses=STATUSES,
        others=[one for one in desk.scans(visit.who) if one["run"] != _shown(found)],
        more=_more,
        may_start=may(visit.who, "run.start.compliance_scan"),
    )


@router.post("/compliance/scan")
def scan(
    visit: Annotated[Visit, Depends(signed_in)], sent: Annotated[Sent, Depends(checked)]
) -> Response:
    """Start a scan and follow it on its run's page."""
    del sent
    started, _ = visit.services.runs.start(visit.who, "compliance_scan", {})
    return back_to(f"/runs/{started['id']}", "started")


@router.post("/compliance/controls/{control}")
def charge(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    control: str,
) -> Response:
    """Say which role looks at a control, and until when; what is wrong is said on the page."""
    try:
        given = Charge(first(sent, "owner"), day_of(first(sent, "due")))
        visit.services.compliance.charge(visit.who, control, given)
    except (InvalidInput, Conflict) as refusal:
        return _page(visit, refusal=refusal, sent={**sent, "control": [control]})
    return back_to("/compliance", "saved")


def _shown(found: dict[str, Any]) -> str | None:
    return found["scan"]["run"] if found["scan"] else None


def _more(evidence: dict[str, Any]) -> str:
    """What an evidence holds beside counts and examples, as it is kept; empty where nothing."""
    rest = {name: value for name, value in evidence.items() if name not in COUNTED and value != {}}
    return json.dumps(rest, ensure_ascii=False, sort_keys=True) if rest else ""
