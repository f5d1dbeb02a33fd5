"""The partner board: where each partner approval stands, who holds it up, and for how long."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup

from dealix.business.partners.schemas import PARTNER_TYPES
from dealix.console.door import PageRoute, signed_in
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.i18n import N_

router = APIRouter(route_class=PageRoute, include_in_schema=False)
STAGES = {
    "manager": N_("Manager approval"),
    "review": N_("Terms and legal review"),
    "negotiation": N_("Negotiation"),
    "executive": N_("Executive approval"),
    "closing": N_("Signature, activation, or taking back"),
    "ended": N_("Ended"),
}
HOLDERS = {
    "approvers": N_("Waits for {people}"),
    "requester": N_("Waits for {people}, who asked"),
    "partner": N_("Waits for the partner"),
    "signatory": N_("Waits for our signatory"),
    "pause": N_("Paused"),
    "case": N_("Waits for somebody to settle a case"),
    "nobody": N_("Goes on by itself"),
}
SIDES = {
    "ours": N_("On our side"),
    "theirs": N_("On the partner's side"),
}


@router.get("/board")
def board(
    visit: Annotated[Visit, Depends(signed_in)],
    side: str = "",
    kind: str = "",
    mine: str = "",
    ended: str = "",
) -> Response:
    """Every partner approval as a card in the column of its stage."""
    visit.section = "board"
    over = ended == "true"
    found = visit.services.partner_board.rows(visit.who, ended=over)
    rows = [row for row in found if _wanted(visit, row, side, kind, own=mine == "true")]
    shown = ["ended"] if over else [key for key in STAGES if key != "ended"]
    return page(
        visit,
        "board.html",
        columns=[
            (key, visit.speech.say(STAGES[key]), [row for row in rows if row["stage"] == key])
            for key in shown
        ],
        total=len(rows),
        hidden=len(found) - len(rows),
        who=_who(visit),
        sides=[(key, visit.speech.plain(text)) for key, text in SIDES.items()],
        kinds=PARTNER_TYPES,
        chosen={"side": side, "kind": kind, "mine": mine == "true", "ended": over},
    )


def side_of(row: Mapping[str, Any]) -> str:
    """On whose side a run waits: ours, theirs, or nobody's."""
    sides = {"partner": "theirs", "pause": "", "nobody": ""}
    return sides.get(row["holder"], "ours")


def _wanted(visit: Visit, row: Mapping[str, Any], side: str, kind: str, *, own: bool) -> bool:
    return (
        (side not in SIDES or side_of(row) == side)
        and (kind not in PARTNER_TYPES or row["partner_type"] == kind)
        and (not own or row["started_by"] == visit.who.user_id)
    )


def _who(visit: Visit) -> Callable[[Mapping[str, Any]], Markup]:
    """Says for whom a run waits, the people by their names."""
    person = people(visit)
    asked = visit.allowed(lambda: visit.services.approvals.list(visit.who, "open"), [])
    by_id = {one["id"]: one for one in asked}

    def names(row: Mapping[str, Any]) -> Markup:
        if row["holder"] == "requester":
            return person(row["started_by"])
        requests = [by_id[one] for one in row["requests"] if one in by_id]
        done = {made["by"] for one in requests for made in one["decisions"]}
        left = [
            user
            for one in requests
            for seat in one["who_may_decide"]
            for user in seat["people"]
            if user not in done
        ]
        return visit.speech.say(N_(", ")).join(map(person, dict.fromkeys(left)))

    return lambda row: visit.speech.say(HOLDERS[row["holder"]], people=names(row))
