"""What the requester owes: requests sent back, counter-offers to answer, facts to bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup

from dealix.business.partners.activation import EVENT as FACTS
from dealix.business.partners.negotiation import REVISION
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.forms import Field, asked_for_more
from dealix.console.packets import DECIDED
from dealix.console.pages.board import by_wait
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.terms_form import TermsForm
from dealix.console.titles import subject_of, titles
from dealix.console.visit import Visit
from dealix.errors import Conflict, InvalidInput, NotEntitled
from dealix.i18n import N_, sentence_of

PARTNERS = "partner_approval"
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/todo")
def todo(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """Everything that the visitor owes to others, the oldest first."""
    visit.section = "home"
    person = people(visit)

    def askers(asked: Rows) -> Markup:
        return visit.speech.say(N_(", ")).join(person(one["by"]) for one in asked)

    return page(
        visit,
        "todo.html",
        owed=owed_by(visit),
        about=lambda one: subject_of(visit, one),
        askers=askers,
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
        run = visit.services.approvals.get(visit.who, approval_id)["run"]
        workflow = visit.services.runs.get(visit.who, run)["workflow"]
        given = TermsForm.of(visit).read(sent) if workflow == PARTNERS else {}
        visit.services.approvals.resubmit(visit.who, approval_id, comment or None, given)
    except (InvalidInput, Conflict) as refusal:
        return _page(visit, approval_id, refusal, sent)
    return back_to("/todo", "resubmitted")


Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Owed:
    """What somebody owes: answers to requests that came back, next versions, facts, a look.

    New leads and proposals wait to be seen.

    `waited` is how long each run waits for them, in working time.
    """

    requests: Rows
    counters: Rows
    facts: Rows
    leads: Rows
    proposals: Rows
    waited: Mapping[str, timedelta]

    def __bool__(self) -> bool:
        """Whether anything is owed at all."""
        owed = (self.requests, self.counters, self.facts, self.leads, self.proposals)
        return any(owed)


def owed_by(visit: Visit) -> Owed:
    """What the visitor owes to others."""
    services = visit.services
    owed = visit.allowed(lambda: services.approvals.list(visit.who, "todo"), [])
    mine = by_wait(
        visit.allowed(
            lambda: services.partner_board.rows(visit.who, started_by=visit.who.user_id), []
        )
    )
    return Owed(
        requests=sorted(owed, key=lambda one: str(one["closed_at"])),
        counters=[row for row in mine if row["waiting_for"] == REVISION and not row["requests"]],
        facts=[row for row in mine if row["waiting_for"] == FACTS],
        leads=visit.allowed(lambda: services.qualifications.waiting(visit.who), []),
        proposals=visit.allowed(lambda: services.proposals.waiting(visit.who), []),
        waited={row["run"]: row["waited"] for row in mine if row["holder"] == "requester"},
    )


def wishes(approval: dict[str, Any]) -> list[dict[str, Any]]:
    """Who asked for which changes; a comment stands for a list that nobody gave."""
    found = []
    for one in approval["decisions"]:
        if one["decision"] == "request_changes":
            listed = one["changes"] or [one["comment"] or ""]
            at = one["effective_at"] or one["received_at"]  # the run's clock, once it has heard
            found.append({"by": one["by"], "at": at, "changes": listed})
    return found


def _terms(
    visit: Visit,
    run: dict[str, Any],
    refusal: InvalidInput | Conflict | None,
    sent: Sent | None,
) -> tuple[list[Field], list[str]]:
    """The terms that an answer may change, and what is wrong; a price is answered in words."""
    if run["workflow"] != PARTNERS:
        return [], []
    terms = visit.services.negotiations.get(visit.who, run["id"])
    clauses = terms["rounds"][-1]["clauses"]
    form = TermsForm.of(visit, [*clauses])
    if sent is None:
        return form.fields(terms["terms"], clauses), []
    return form.again(sent, refusal if isinstance(refusal, InvalidInput) else None)


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
    fields, others = _terms(visit, run, refusal, sent)
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
