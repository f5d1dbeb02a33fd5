"""The outbound desk: each message with what every rule said of it, and what came in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from dealix.business.leads.from_messages import offered
from dealix.business.messages.follow_ups import follow_up
from dealix.console.door import PageRoute, signed_in
from dealix.console.paging import address, cut
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.error_codes import CODES
from dealix.trust.access.rights import may

router = APIRouter(route_class=PageRoute, include_in_schema=False)
SENT, CAME = 20, 50
"""How many messages and deliveries a page shows."""


@router.get("/outbound")
def outbound(
    visit: Annotated[Visit, Depends(signed_in)],
    run: str = "",
    before: str = "",
    came_before: str = "",
) -> Response:
    """Messages of one run or of all, newest first, and what came in: a page of each."""
    visit.section = "outbound"
    desk, here = visit.services.desk, {"run": run}
    went = desk.messages(visit.who, run or None, SENT + 1, before or None)
    came = desk.deliveries(visit.who, run or None, CAME + 1, came_before or None)
    messages, older = cut(went, SENT, "judged")
    deliveries, older_came = cut(came, CAME)
    return page(
        visit,
        "outbound.html",
        messages=[_said(visit, each) for each in messages],
        deliveries=deliveries,
        tags=(tags := _tags(visit, deliveries)),
        offered={
            each["id"]
            for each in deliveries
            if may(visit.who, "lead.write") and offered(each, tags.get(each["id"]))
        },
        of_run=run,
        begin=address("/outbound", **here) if before else "",
        older=address("/outbound", **here, before=older) if older else "",
        came_begin=f"{address('/outbound', **here)}#came" if came_before else "",
        came_older=f"{address('/outbound', **here, came_before=older_came)}#came"
        if older_came
        else "",
    )


def _tags(visit: Visit, deliveries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What each message wants, with the sentence of what follows."""
    found = visit.services.tagger.tags(visit.who.tenant_id, [row["id"] for row in deliveries])
    say = visit.speech.say
    return {
        each: {**tag, "text": say(follow_up(tag["intent"], tag["rule"]).sentence)}
        for each, tag in found.items()
    }


def _said(visit: Visit, message: dict[str, Any]) -> dict[str, Any]:
    """A message with the sentence of its verdict and the rules of its last judgment."""
    code = message["code"]
    return {
        **message,
        "because": visit.speech.say(CODES[code]) if code in CODES else "",
        "rules": message["judgments"][0]["rules"],
        "earlier": message["judgments"][1:],
    }
