"""The partner board: where each partner approval stands, who holds it up, and for how long."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup

from dealix.business.partners.schemas import PARTNER_TYPES
from dealix.console.door import PageRoute, signed_in
from dealix.console.drawing import STAGES, shares
from dealix.console.paging import address, cut
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.i18n import N_

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE = 100
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
    before: str = "",
) -> Response:
    """Every partner approval as a card in the column of its stage, the oldest wait first."""
    visit.section = "board"
    over = ended == "true"
    asked = visit.services.partner_board.rows(
        visit.who, ended=over, before=before or None, limit=PAGE + 1
    )
    found, older = cut(asked, PAGE, "run")
    here = {"side": side, "kind": kind, "mine": mine, "ended": ended}
    rows = [row for row in by_wait(found) if _wanted(visit, row, side, kind, own=mine == "true")]
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
        begin=address("/board", **here) if before else "",
        older=address("/board", **here, before=older) if older else "",
        shares=lambda row: shares(visit.speech, row["ours"], row["theirs"]),
        who=_who(visit, rows),
        sides=[(key, visit.speech.plain(text)) for key, text in SIDES.items()],
        kinds=PARTNER_TYPES,
        chosen={"side": side, "kind": kind, "mine": mine == "true", "ended": over},
    )


def by_wait(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same partner approvals, the oldest wait first; then those that wait for nobody."""
    return sorted(rows, key=lambda row: row["waited"], reverse=True)


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


def _who(visit: Visit, rows: list[dict[str, Any]]) -> Callable[[Mapping[str, Any]], Markup]:
    """Says for whom a run waits, the people by their names."""
    person, approvals = people(visit), visit.services.approvals
    asked = [one for row in rows for one in row["requests"]]
    deciders = visit.allowed(lambda: approvals.deciders(visit.who, asked), {})

    def names(row: Mapping[str, Any]) -> Markup:
        if row["holder"] == "requester":
            return person(row["started_by"])
        left = [user for one in row["requests"] for user in deciders.get(one, ())]
        return visit.speech.say(N_(", ")).join(map(person, dict.fromkeys(left)))

    return lambda row: visit.speech.say(HOLDERS[row["holder"]], people=names(row))
