"""Decision links: a way to one request for one approver, which only its holder's hands can use.

The token is 256 random bits; only its SHA-256 is kept. A link lives 72 hours of the run's clock and
dies with any decision on its request, with the request's closing, and with a new round.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, select, text, update
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import Conflict, NotEntitled, NotFound
from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.store.ids import new_id
from dealix.store.session import Database, tenant_of
from dealix.trust.approvals.models import Approval, ApprovalLink

LASTS = timedelta(hours=72)
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Opened:
    """A link that somebody opened: where it leads, for whom, and whether it may still decide."""

    tenant_id: str
    link_id: str
    approval_id: str
    user_id: str
    alive: bool


def mint(session: Session, approval_id: str, user_id: str, at: datetime) -> str | None:
    """A fresh link for this approver; the token is answered this once and kept nowhere.

    None when the request is settled meanwhile: a decision under way is waited for.
    """
    query = select(Approval.status).where(Approval.id == approval_id)
    status = session.execute(query.with_for_update(read=True, key_share=True)).scalar_one()
    if status != "open":
        return None
    token = secrets.token_urlsafe(32)
    session.add(
        ApprovalLink(
            tenant_id=tenant_of(session),
            id=new_id("lnk"),
            token_hash=digest_of(token),
            approval_id=approval_id,
            user_id=user_id,
            issued_at=at,
            expires_at=at + LASTS,
        )
    )
    session.flush()
    return token


def opened(database: Database, token: str) -> Opened:
    """Where a token leads; looking changes nothing, however often it is done.

    Raises:
        NotFound: no link has this token.
    """
    if not TOKEN.fullmatch(token):
        raise NotFound("not_found")
    query = text("SELECT tenant_id, id FROM lookup_approval_link(:digest)")
    with database.nobody() as session:
        found = session.execute(query, {"digest": digest_of(token)}).one_or_none()
    if found is None:
        raise NotFound("not_found")
    with database.tenant(found.tenant_id) as session:
        link = session.get_one(ApprovalLink, (found.tenant_id, found.id))
        approval = session.get_one(Approval, (found.tenant_id, link.approval_id))
        run = run_book.get(session, approval.run_id)
        alive = approval.status == "open" and _lives(link, run)
    return Opened(found.tenant_id, link.id, link.approval_id, link.user_id, alive)


def require(session: Session, actor: Actor, approval: Approval, run: Run) -> None:
    """The link by which this person came leads here, is theirs and lives.

    Raises:
        NotEntitled: `link_not_yours`, it is bound to another approver or request.
        Conflict: `link_ended`.
    """
    link = session.get(ApprovalLink, (tenant_of(session), actor.link), with_for_update=True)
    if link is None or (link.user_id, link.approval_id) != (actor.user_id, approval.id):
        raise NotEntitled("link_not_yours")
    if not _lives(link, run):
        raise Conflict("link_ended")


def end(session: Session, approval_id: str, at: datetime, by: str | None = None) -> None:
    """Every link of a request is dead from now on; those of the one who decided are used."""
    used = case((ApprovalLink.user_id == by, at), else_=None) if by else None
    session.execute(
        update(ApprovalLink)
        .where(ApprovalLink.approval_id == approval_id, ApprovalLink.dead_at.is_(None))
        .values(dead_at=at, used_at=used)
    )


def end_of_person(session: Session, user_id: str) -> None:
    """Whoever leaves decides by no link any more, also when they come back."""
    session.execute(
        update(ApprovalLink)
        .where(ApprovalLink.user_id == user_id, ApprovalLink.dead_at.is_(None))
        .values(dead_at=clock.real_now())
    )


def end_rounds_before(session: Session, approval: Approval, at: datetime) -> None:
    """A new round is asked: what the rounds before it sent out decides nothing any more."""
    earlier = select(Approval.id).where(
        Approval.run_id == approval.run_id,
        Approval.gate == approval.gate,
        Approval.round < approval.round,
    )
    session.execute(
        update(ApprovalLink)
        .where(ApprovalLink.approval_id.in_(earlier), ApprovalLink.dead_at.is_(None))
        .values(dead_at=at)
    )


def digest_of(token: str) -> str:
    """How a token is kept; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _lives(link: ApprovalLink, run: Run) -> bool:
    return link.dead_at is None and link.used_at is None and run.now() < link.expires_at
