"""Transactions: each belongs to one tenant, or to nobody and then sees no tenant's rows."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import psycopg
from sqlalchemy import Compiled, Dialect, Engine, Select, TextClause, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

SET_TENANT = text("SELECT set_config('app.tenant', :tenant, true)")
SET_TENANT_LAZILY = text(
    "SELECT set_config('app.tenant', :tenant, true), set_config('synchronous_commit', 'off', true)"
)
ASK = text("SELECT 1")
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


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
            connect_args={"prepare_threshold": None, "connect_timeout": 5},
        )
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def tenant(self, tenant_id: str) -> Iterator[Session]:
        """One transaction that sees and writes only this tenant's rows."""
        with self._begun(SET_TENANT, {"tenant": tenant_id}) as session:
            yield session

    @contextmanager
    def lazily(self, tenant_id: str) -> Iterator[Session]:
        """As `tenant`, and the commit does not wait for the disk (about 5 ms).

        Only for what somebody can write again: a PostgreSQL that is killed in this instant has
        forgotten it, unless a later commit has reached the disk, which takes it along.
        """
        with self._begun(SET_TENANT_LAZILY, {"tenant": tenant_id}) as session:
            yield session

    @contextmanager
    def snapshot(self, tenant_id: str) -> Iterator[Session]:
        """As `tenant`, reading only: every statement sees the tenant as of one and the same moment.

        It writes nothing, so that it keeps no audit record from its seal however long it reads.
        """
        with self._begun(SET_TENANT, {"tenant": tenant_id}, SNAPSHOT) as session:
            yield session

    @contextmanager
    def nobody(self) -> Iterator[Session]:
        """One transaction without a tenant: only the named look-ups of `store.lookups` answer."""
        with self._begun(ASK, {}) as session:
            yield session

    def at_once(
        self, tenant_id: str, statement: Select[Any], given: Mapping[str, Any]
    ) -> list[tuple[Any, ...]]:
        """The rows of one statement in a transaction of its own, committed as by `lazily`.

        Tenant, statement and commit go to the server as one message, which is one transaction
        there: 0.5 ms where a block with its four takes 1.2. For what a workflow waits for. After a
        lost connection it is said again as a block, so that it must be harmless when repeated.
        """
        first = _compiled(SET_TENANT_LAZILY, self.engine.dialect)
        then = _compiled(statement, self.engine.dialect)
        values = {**(then.construct_params(given) or {}), "tenant": tenant_id}
        with self.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            raw: Any = connection.connection.driver_connection
            try:
                with psycopg.ClientCursor(raw) as cursor:
                    cursor.execute(f"{first}; {then}", values)
                    cursor.nextset()
                    return cursor.fetchall()
            except psycopg.OperationalError:
                connection.invalidate()
        with self.lazily(tenant_id) as session:
            return [tuple(row) for row in session.execute(statement, given)]

    @contextmanager
    def _begun(
        self,
        first: TextClause,
        given: Mapping[str, str],
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> Iterator[Session]:
        """A transaction whose first statement was answered, so that its connection lives.

        A restarted server leaves dead connections in the pool. The statement that comes first
        anyway finds that out, and is then said again on a new connection: a question for its own
        sake would cost every transaction a round trip.
        """
        session = self._sessions()
        session.info.update(given)
        try:
            try:
                _first(session, first, given, options)
            except DBAPIError as broken:
                session.rollback()
                if not broken.connection_invalidated:
                    raise
                _first(session, first, given, options)
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _first(
    session: Session, first: TextClause, given: Mapping[str, str], options: Mapping[str, Any]
) -> None:
    if options:
        session.connection(execution_options=dict(options))
    session.execute(first, given)


@lru_cache(maxsize=16)
def _compiled(statement: Select[Any] | TextClause, dialect: Dialect) -> Compiled:
    return statement.compile(dialect=dialect)


def tenant_of(session: Session) -> str:
    """The tenant to which this transaction belongs."""
    tenant: str = session.info["tenant"]
    return tenant


def sqlalchemy_url(url: str) -> str:
    """`postgresql://…` as SQLAlchemy names it for psycopg 3."""
    scheme, rest = url.split("://", 1)
    return f"postgresql+psycopg://{rest}" if scheme in {"postgresql", "postgres"} else url
