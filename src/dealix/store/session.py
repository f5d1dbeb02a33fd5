"""Transactions: each belongs to one tenant, or to nobody and then sees no tenant's rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker


class Database:
    """The application's door to PostgreSQL.

    Each block is one transaction, committed at its end and rolled back on an error. The tenant is
    set by `SET LOCAL` (here `set_config(…, true)`), so the setting ends with the transaction and a
    transaction-pooling PgBouncer may stand in between; prepared statements are off for the same
    reason.
    """

    def __init__(self, url: str, *, pool_size: int = 12) -> None:
        self.engine: Engine = create_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            connect_args={"prepare_threshold": None, "connect_timeout": 5},
        )
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def tenant(self, tenant_id: str) -> Iterator[Session]:
        """One transaction that sees and writes only this tenant's rows."""
        with self._sessions.begin() as session:
            session.execute(
                text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant_id}
            )
            session.info["tenant"] = tenant_id
            yield session

    @contextmanager
    def nobody(self) -> Iterator[Session]:
        """One transaction without a tenant: only the named look-ups of `store.lookups` answer."""
        with self._sessions.begin() as session:
            yield session

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def tenant_of(session: Session) -> str:
    """The tenant to which this transaction belongs."""
    tenant: str = session.info["tenant"]
    return tenant


def sqlalchemy_url(url: str) -> str:
    """`postgresql://…` as SQLAlchemy names it for psycopg 3."""
    scheme, rest = url.split("://", 1)
    return f"postgresql+psycopg://{rest}" if scheme in {"postgresql", "postgres"} else url
