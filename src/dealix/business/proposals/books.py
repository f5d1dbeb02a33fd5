"""Price books: each change is a new version, and what was priced by an old one stays as it was."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.proposals.models import PriceBook
from dealix.business.proposals.price_book import PriceBookInput
from dealix.errors import InvalidInput
from dealix.records import audit
from dealix.records.canonical import stamp
from dealix.store.locks import lock_named
from dealix.store.session import Database, tenant_of


@dataclass(frozen=True)
class PriceBooks:
    """The price books for the doors. `permit(actor, right)` raises."""

    database: Database
    permit: Callable[[Actor, str], None]

    def keep(self, actor: Actor, given: PriceBookInput) -> dict[str, Any]:
        """Put a new version of a currency's book into force; the same content stays the same."""
        self.permit(actor, "price_book.write")
        with self.database.tenant(actor.tenant_id) as session:
            return _shown(keep(session, given, actor.user_id))

    def newest(self, actor: Actor) -> list[dict[str, Any]]:
        """The version in force of each currency."""
        self.permit(actor, "price_book.read")
        query = select(PriceBook).ext(distinct_on(PriceBook.currency))
        query = query.order_by(PriceBook.currency, PriceBook.version.desc())
        with self.database.tenant(actor.tenant_id) as session:
            return [_shown(row) for row in session.execute(query).scalars()]


def keep(session: Session, given: PriceBookInput, by: str) -> PriceBook:
    """The row of this content as the version in force; a new one only where something differs."""
    lock_named(session, "price_book", given.currency)
    before = _newest(session, given.currency)
    if before is not None and before.sha256 == given.digest():
        return before
    row = PriceBook(
        tenant_id=tenant_of(session),
        currency=given.currency,
        version=(before.version if before else 0) + 1,
        body=given.model_dump(mode="json"),
        sha256=given.digest(),
        kept_by=by,
        kept_at=clock.now(),
    )
    session.add(row)
    session.flush()
    data = {"version": row.version, "sha256": row.sha256, "products": len(given.products)}
    audit.append(session, by, "price_book.kept", f"price_book:{given.currency}", data)
    return row


def install(session: Session, given: PriceBookInput, by: str) -> None:
    """Give a company its first book of a currency; one that has any keeps it."""
    query = select(func.count()).where(PriceBook.currency == given.currency)
    if session.execute(query).scalar_one() == 0:
        keep(session, given, by)


def in_force(session: Session, currency: str) -> tuple[PriceBookInput, int]:
    """The book of a currency and its version.

    Raises:
        InvalidInput: `no_price_book`.
    """
    row = _newest(session, currency)
    if row is None:
        raise InvalidInput("no_price_book", currency=currency)
    return PriceBookInput.model_validate(row.body), row.version


def _newest(session: Session, currency: str) -> PriceBook | None:
    query = (
        select(PriceBook)
        .where(PriceBook.currency == currency)
        .order_by(PriceBook.version.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def _shown(row: PriceBook) -> dict[str, Any]:
    return {
        **row.body,
        "version": row.version,
        "sha256": row.sha256,
        "kept_by": row.kept_by,
        "kept_at": stamp(row.kept_at),
    }
