"""Decide with the packet before one; a packet that changed meanwhile shows the difference."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup

from dealix import clock
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.packets import DECIDED, differences, said, seen, seen_before, value_said
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.titles import links, titles
from dealix.console.visit import Visit
from dealix.errors import Refused
from dealix.i18n import sentence_of
from dealix.i18n.formats import moment_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/approvals")
def approvals(visit: Annotated[Visit, Depends(signed_in)], scope: str = "open") -> Response:
    """Requests that are open, or all of them."""
    visit.section = "approvals"
    which = "all" if scope == "all" else "open"
    found = visit.services.approvals.list(visit.who, which)
    return page(visit, "approvals.html", approvals=found, which=which, link_of=links(visit))


@router.get("/approvals/{approval_id}")
def approval(visit: Annotated[Visit, Depends(signed_in)], approval_id: str) -> Response:
    """One request with its packet."""
    found = visit.services.approvals.get(visit.who, approval_id)
    return _page(visit, found, before=_round_before(visit, found))


@router.post("/approvals/{approval_id}/decide")
def decide(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    approval_id: str,
) -> Response:
    """Decide; a refusal is said on the page, with the comment kept and the difference shown."""
    comment, decision = first(sent, "comment"), first(sent, "decision")
    try:
        answer = visit.services.approvals.decide(
            visit.who,
            approval_id,
            decision,
            comment or None,
            first(sent, "packet_hash"),
            [comment] if decision == "request_changes" and comment else None,
        )
    except Refused as refusal:
        if refusal.status == 404:
            raise
        found = visit.services.approvals.get(visit.who, approval_id)
        before = seen_before(first(sent, "seen")) if refusal.code == "stale_packet" else {}
        return _page(visit, found, refusal=refusal, comment=comment, before=before)
    return back_to(f"/approvals/{approval_id}", "decided" if answer["delivered"] else "stored")


def _page(
    visit: Visit,
    found: dict[str, Any],
    *,
    before: dict[str, Any],
    refusal: Refused | None = None,
    comment: str = "",
) -> Response:
    visit.section = "approvals"
    packet, speech = found["packet"], visit.speech
    run = visit.services.runs.get(visit.who, found["run"])
    problem = ""
    if refusal is not None:
        missing = refusal.code == "invalid_input"
        code = type(refusal)("comment_required") if missing else refusal
        problem = sentence_of(code, speech.locale)
    return page(
        visit,
        "approval.html",
        status=refusal.status if refusal else 200,
        approval=found,
        run=run,
        asks=speech.word(packet["asks"]),
        subject=said(speech, packet["subject"]),
        contact=said(speech, packet.get("revealed", {})),
        context=said(speech, packet["context"]),
        risks=[value_said(speech, risk) for risk in packet["risks"]],
        draft=packet.get("draft"),
        erased=packet.get("erased", False),
        effects=packet["effects"],
        seats=_seats(visit, found),
        person=people(visit),
        decisions=found["decisions"],
        decided=DECIDED,
        may_decide=found["may_decide"],
        left=speech.left(found["deadline"], _now(run)) if found["deadline"] else Markup(""),
        title_of=titles(visit),
        differences=differences(before, packet),
        seen=seen(packet),
        comment=comment,
        problem=problem,
    )


def _seats(visit: Visit, found: dict[str, Any]) -> list[dict[str, Any]]:
    """Every seat with the people who may fill it and whether it is filled."""
    person = people(visit)
    approvals = [each["slot"] for each in found["decisions"] if each["decision"] == "approve"]
    return [
        {
            "name": seat["slot"],
            "count": seat["count"],
            "filled": approvals.count(seat["slot"]) >= seat["count"],
            "people": visit.speech.say(", ").join(map(person, seat["people"])),
        }
        for seat in found["who_may_decide"]
    ]


def _round_before(visit: Visit, found: dict[str, Any]) -> dict[str, Any]:
    """The packet of the round before, where the draft had changed and the gate asks again."""
    if found["round"] <= 1:
        return {}
    wanted = (found["run"], found["gate"], found["round"] - 1)
    for each in visit.services.approvals.list(visit.who, "all"):
        if (each["run"], each["gate"], each["round"]) == wanted:
            packet: dict[str, Any] = visit.services.approvals.get(visit.who, each["id"])["packet"]
            return packet
    return {}


def _now(run: dict[str, Any]) -> Any:
    """The run's own clock: a rehearsal's deadline is measured in its virtual time."""
    return moment_of(run["now"]) or clock.real_now()
