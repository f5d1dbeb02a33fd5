"""Approval tokens: one for each effect that a decision lists, bound to exactly its content."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement, case, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.errors import NotEntitled
from dealix.store.ids import new_id
from dealix.store.session import tenant_of
from dealix.trust.policy.models import Token
from dealix.trust.policy.schemas import Covers, TokenFacts


class Listed(Protocol):
    """An effect as a packet lists it; an undo is listed as an effect of its own."""

    @property
    def action(self) -> str:
        """What is done."""

    @property
    def resource(self) -> str:
        """To what."""

    @property
    def payload_hash(self) -> str:
        """With exactly which content."""

    @property
    def covers(self) -> Covers:
        """Why it may be done."""


@dataclass(frozen=True)
class Grant:
    """An effect to be permitted, for callers that have no packet."""

    action: str
    resource: str
    payload_hash: str
    covers: Covers = "packet"


def issue(
    session: Session, *, run_id: str, decision_id: str | None, issued_by: str, effect: Listed
) -> str:
    """The token for one effect; issuing the same again answers the same token.

    A bad end's notices are covered by the start of the run: only for them is there no decision.
    """
    wanted = {
        "tenant_id": tenant_of(session),
        "run_id": run_id,
        "decision_id": decision_id,
        "action": effect.action,
        "resource": effect.resource,
        "payload_hash": effect.payload_hash,
        "covers": effect.covers,
    }
    row = {**wanted, "id": new_id("tok"), "issued_by": issued_by, "issued_at": clock.now()}
    made = session.execute(
        insert(Token).values(row).on_conflict_do_nothing().returning(Token.id)
    ).scalar_one_or_none()
    return made or session.execute(select(Token.id).filter_by(**wanted)).scalar_one()


def issue_all(
    session: Session,
    *,
    run_id: str,
    decision_id: str | None,
    issued_by: str,
    effects: Sequence[Listed],
) -> list[str]:
    """One token per listed effect.

    What takes an effect back has a content of its own, so it is listed with its own hash: in the
    packet, or at the start of the run as part of its bad end.
    """
    return [
        issue(session, run_id=run_id, decision_id=decision_id, issued_by=issued_by, effect=one)
        for one in effects
    ]


def find(
    session: Session, action: str, resource: str, payload_hash: str, *, run_id: str, effect_key: str
) -> Token | None:
    """The token for this content that fits best, locked: this effect's own, an unused one, a used.

    Whether it is good is for the policy to say; the lock keeps two effects off one token.
    """
    order = case((Token.used_by == effect_key, 0), (Token.used_by.is_(None), 1), else_=2)
    query = (
        select(Token)
        .where(*_exactly(action, resource, payload_hash), _of_run(run_id))
        .order_by(order, Token.issued_at, Token.id)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one_or_none()


def find_valid(
    session: Session,
    action: str,
    resource: str,
    payload_hash: str,
    *,
    run_id: str,
    effect_key: str = "",
) -> Token | None:
    """The token that permits this content now, or nothing: unused, or used by this very effect."""
    found = find(session, action, resource, payload_hash, run_id=run_id, effect_key=effect_key)
    return found if found is not None and found.used_by in {None, effect_key} else None


def mark_used(session: Session, token_id: str, effect_key: str) -> None:
    """Tie a token to the one effect that uses it; the same effect may do so again.

    Raises:
        NotEntitled: `policy_denied` with reason `token_used`, another effect has used it.
    """
    done = session.execute(
        update(Token)
        .where(Token.id == token_id, or_(Token.used_by.is_(None), Token.used_by == effect_key))
        .values(
            used_by=effect_key,
            used_at=case((Token.used_at.is_(None), clock.now()), else_=Token.used_at),
        )
        .returning(Token.id)
    ).scalar_one_or_none()
    if done is None:
        raise NotEntitled("policy_denied", action="token.use", reason="token_used")


def facts_of(token: Token) -> TokenFacts:
    """The row as the policy compares it with the question."""
    return TokenFacts(
        id=token.id,
        tenant=token.tenant_id,
        run=token.run_id,
        action=token.action,
        resource=token.resource,
        payload_hash=token.payload_hash,
        covers=token.covers,
        used_by=token.used_by or "",
    )


def _exactly(action: str, resource: str, payload_hash: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Token.action == action,
        Token.resource == resource,
        Token.payload_hash == payload_hash,
    )


def _of_run(run_id: str) -> ColumnElement[bool]:
    """A token serves its run; a standing approval serves every run that proves to lie inside it."""
    return or_(Token.run_id == run_id, Token.covers == "standing")
