"""By what a decider is known, and whether that suffices for this gate."""

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.errors import NotEntitled
from dealix.lanes.models import Run
from dealix.trust.access import freshness
from dealix.trust.approvals import links
from dealix.trust.approvals.models import Approval
from dealix.trust.approvals.seating import Seating


def require(session: Session, seating: Seating, actor: Actor, approval: Approval, run: Run) -> None:
    """A link alone decides only where the authority row says so; a high tier asks for a touch.

    A program's bearer token is a credential of its own and asks for no touch; a rehearsal lets
    nothing real out and asks for none either.

    Raises:
        Conflict: `link_ended`.
        NotEntitled: `link_not_yours`, `link_needs_sign_in`, `touch_needed`.
    """
    if actor.link:
        links.require(session, actor, approval, run)
    terms = seating.terms(session, approval)
    if actor.via == "link" and not terms.by_link:
        raise NotEntitled("link_needs_sign_in")
    if terms.touch and not run.rehearsal and not freshness.is_fresh(session, actor):
        raise NotEntitled("touch_needed")
