"""Transactions of the application: they outlive the server's connections, and end as a whole."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dealix.records import audit

TENANT = "rawabi-sa"


@pytest.fixture
def cut(engines, fresh_urls):
    """Cuts every connection of the database, as a restart of the server does."""
    query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s"
    name = fresh_urls.app.rpartition("/")[2]

    def cut() -> int:
        with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
            return connection.execute(query, (name,)).fetchone()[0]

    return cut


@pytest.mark.parametrize("door", ["tenant", "nobody"])
def test_a_server_that_came_back_costs_no_transaction(fresh_database, cut, door):
    def begun():
        return fresh_database.tenant(TENANT) if door == "tenant" else fresh_database.nobody()

    with begun() as one, begun() as other:
        one.execute(text("SELECT 1"))
        other.execute(text("SELECT 1"))
    assert cut() >= 2
    for _ in range(3):
        with begun() as session:
            assert session.execute(text("SELECT 2")).scalar_one() == 2


def test_a_connection_that_dies_later_fails_its_transaction(fresh_database, cut):
    def dies() -> None:
        with fresh_database.tenant(TENANT) as session:
            session.execute(text("SELECT 1"))
            cut()
            session.execute(text("SELECT 2"))

    with pytest.raises(DBAPIError):
        dies()
    with fresh_database.tenant(TENANT) as session:
        assert session.execute(text("SELECT current_setting('app.tenant')")).scalar_one() == TENANT


def test_what_fails_is_rolled_back_as_a_whole(fresh_database):
    def fails() -> None:
        with fresh_database.tenant(TENANT) as session:
            audit.append(session, "system", "run.started", "run_1", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with fresh_database.tenant(TENANT) as session:
        assert session.execute(text("SELECT count(*) FROM audit_records")).scalar_one() == 0
