"""Pause a run and let it go on: what came meanwhile is seen before it acts."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.packets import DECIDED
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.titles import titles
from dealix.console.urgency import shown
from dealix.console.visit import Visit
from dealix.errors import Conflict, Refused
from dealix.i18n import sentence_of
from dealix.trust.access.rights import permit

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.post("/runs/{run_id}/pause")
def pause(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],  # noqa: ARG001 (it proves that the form was ours)
    run_id: str,
) -> Response:
    """Let the run stand still; a run that does already, or has ended, shows how it stands."""
    try:
        visit.services.runs.pause(visit.who, run_id)
    except Conflict:
        return back_to(f"/runs/{run_id}")
    return back_to(f"/runs/{run_id}", "paused")


@router.get("/runs/{run_id}/resume")
def before_resume(visit: Annotated[Visit, Depends(signed_in)], run_id: str) -> Response:
    """What acts as soon as the run goes on."""
    permit(visit.who, "run.pause")
    return _page(visit, run_id)


@router.post("/runs/{run_id}/resume")
def resume(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    run_id: str,
) -> Response:
    """Let it go on with exactly what was shown; when more came since, it is shown first."""
    try:
        visit.services.runs.resume(visit.who, run_id, first(sent, "kept_hash") or None)
    except Conflict as refusal:
        return _page(visit, run_id, refusal)
    return back_to(f"/runs/{run_id}", "resumed")


def _page(visit: Visit, run_id: str, refusal: Refused | None = None) -> Response:
    visit.section = "runs"
    run = visit.services.runs.get(visit.who, run_id)
    requests = visit.allowed(lambda: visit.services.approvals.list(visit.who, "open", run_id), [])
    return page(
        visit,
        "resume.html",
        status=refusal.status if refusal else 200,
        run=run,
        kept=kept_of(run),
        read=[one for one in run["timeline"] if _came_to_be_read(run, one)],
        requests=requests,
        urgency=lambda one: shown(visit.speech, one),
        decided=DECIDED,
        person=people(visit),
        title_of=titles(visit),
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
    )


def kept_of(run: dict[str, Any]) -> list[dict[str, Any]]:
    """What is kept while a run stands still, decisions with who took them and which they are."""
    decisions = {one["key"]: one for one in run["timeline"] if one["kind"] == "approval"}
    found = []
    for one in run["kept"]:
        request, _, decision = str(one["reference"]).partition("/")
        made = decisions.get(decision)
        found.append({**one, "request": request, "made": made})
    return found


def _came_to_be_read(run: dict[str, Any], entry: dict[str, Any]) -> bool:
    """Whether an entry is a message that came while the run stood still."""
    since = run["paused_at"]
    written = entry["kind"] == "message" and entry["status"] == "attached"
    return written and since is not None and entry["at"] >= since
