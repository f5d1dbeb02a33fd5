"""What the requester owes: requests sent back, counter-offers to answer, facts to bring."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from dealix.business.partners.activation import EVENT as FACTS
from dealix.business.partners.negotiation import REVISION
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.forms import asked_for_more
from dealix.console.packets import DECIDED
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.terms_form import TermsForm
from dealix.console.titles import subject_of, titles
from dealix.console.visit import Visit
from dealix.errors import Conflict, InvalidInput, NotEntitled
from dealix.i18n import sentence_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/todo")
def todo(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """Everything that the visitor owes to others, the oldest first."""
    visit.section = "home"
    owed, counters, facts = owed_by(visit)
    return page(
        visit,
        "todo.html",
        owed=owed,
        counters=counters,
        facts=facts,
        about=lambda one: subject_of(visit, one),
        person=people(visit),
        wishes=wishes,
    )


@router.get("/approvals/{approval_id}/answer")
def answer(visit: Annotated[Visit, Depends(signed_in)], approval_id: str) -> Response:
    """The form that answers the changes which a request was sent back with."""
    return _page(visit, approval_id)


@router.post("/approvals/{approval_id}/answer")
def resubmit(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    approval_id: str,
) -> Response:
    """Send the answer: the gate is asked again, with what changed before its deciders."""
    if asked_for_more(sent) is not None:
        return _page(visit, approval_id, None, sent)
    comment = first(sent, "comment")
    try:
        given = TermsForm.of(visit).read(sent)
        visit.services.approvals.resubmit(visit.who, approval_id, comment or None, given)
    except (InvalidInput, Conflict) as refusal:
        return _page(visit, approval_id, refusal, sent)
    return back_to("/todo", "resubmitted")


Rows = list[dict[str, Any]]


def owed_by(visit: Visit) -> tuple[Rows, Rows, Rows]:
    """Requests whose changes the visitor owes; their runs with a counter-offer; without facts."""
    services = visit.services
    owed = visit.allowed(lambda: services.approvals.list(visit.who, "todo"), [])
    rows = visit.allowed(lambda: services.partner_board.rows(visit.who), [])
    mine = [row for row in rows if row["started_by"] == visit.who.user_id]
    counters = [row for row in mine if row["waiting_for"] == REVISION and not row["requests"]]
    lacking = [row for row in mine if row["waiting_for"] == FACTS]
    return sorted(owed, key=lambda one: str(one["closed_at"])), counters, lacking


def wishes(approval: dict[str, Any]) -> list[dict[str, Any]]:
    """Who asked for which changes; a comment stands for a list that nobody gave."""
    found = []
    for one in approval["decisions"]:
        if one["decision"] == "request_changes":
            listed = one["changes"] or [one["comment"] or ""]
            found.append({"by": one["by"], "at": one["received_at"], "changes": listed})
    return found


def _page(
    visit: Visit,
    approval_id: str,
    refusal: InvalidInput | Conflict | None = None,
    sent: Sent | None = None,
) -> Response:
    visit.section = "home"
    found = visit.services.approvals.get(visit.who, approval_id)
    run = visit.services.runs.get(visit.who, found["run"])
    if visit.who.user_id not in {found["requested_by"], run["started_by"]}:
        raise NotEntitled("not_the_requester")
    terms = visit.services.negotiations.get(visit.who, found["run"])
    clauses = terms["rounds"][-1]["clauses"]
    form = TermsForm.of(visit, [*clauses])
    fields, others = form.fields(terms["terms"], clauses), list[str]()
    if sent is not None:
        wrong = refusal if isinstance(refusal, InvalidInput) else None
        fields, others = form.again(sent, wrong)
    problem = sentence_of(refusal, visit.speech.locale) if refusal else ""
    return page(
        visit,
        "answer.html",
        status=refusal.status if refusal else 200,
        approval=found,
        run=run,
        owed=found["status"] == "changes_requested" and found["resubmission"] is None,
        wishes=wishes(found),
        fields=fields,
        comment=first(sent, "comment") if sent else "",
        person=people(visit),
        decided=DECIDED,
        title_of=titles(visit),
        problem=" ".join([problem, *others]),
    )
