"""Whether a person has just shown that it is they who sit there: the touch that high tiers ask."""

from datetime import timedelta

from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.records import audit
from dealix.store.session import tenant_of
from dealix.trust.access.models import SignInSession

LASTS = timedelta(minutes=5)


def is_fresh(session: Session, actor: Actor) -> bool:
    """Whether the actor's browser was touched within five minutes; a program needs no touch."""
    if actor.via == "token":
        return True
    row = _row(session, actor)
    if row is None or row.touched_at is None:
        return False
    return clock.real_now() - row.touched_at < LASTS


def touch(session: Session, actor: Actor, how: str) -> None:
    """Note that the person has proven themselves in this session, by `password` or `passkey`."""
    row = _row(session, actor)
    if row is not None:
        row.touched_at = clock.real_now()
        audit.append(session, actor.user_id, "session.touched", actor.user_id, {"how": how})


def _row(session: Session, actor: Actor) -> SignInSession | None:
    if not actor.session:
        return None
    return session.get(SignInSession, (tenant_of(session), actor.session))
