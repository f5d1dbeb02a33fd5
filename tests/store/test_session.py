"""Transactions of the application: they outlive the server's connections, and end as a whole."""

import psycopg
import pytest
from sqlalchemy import Integer, String, bindparam, func, literal_column, select, text
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


def settings():
    names = ("app.tenant", "synchronous_commit")
    return select(*(func.current_setting(each) for each in names), bindparam("said", type_=String))


def test_what_is_said_at_once_is_the_tenants_and_nothing_of_it_stays(fresh_database, cut):
    for word in ("100% 'quoted'; \\", "again"):
        assert fresh_database.at_once(TENANT, settings(), {"said": word}) == [(TENANT, "off", word)]
    with fresh_database.nobody() as session:
        assert session.execute(settings(), {"said": ""}).one()[:2] == ("", "on")
    assert cut() >= 1
    assert fresh_database.at_once(TENANT, settings(), {"said": "a"}) == [(TENANT, "off", "a")]


def test_what_is_said_at_once_and_fails_leaves_nothing(fresh_database):
    with pytest.raises(psycopg.DataError):
        fresh_database.at_once(TENANT, select(1 / bindparam("zero", type_=Integer)), {"zero": 0})
    assert fresh_database.at_once(TENANT, select(literal_column("1")), {}) == [(1,)]


def test_what_fails_is_rolled_back_as_a_whole(fresh_database):
    def fails() -> None:
        with fresh_database.tenant(TENANT) as session:
            audit.append(session, "system", "run.started", "run_1", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with fresh_database.tenant(TENANT) as session:
        assert session.execute(text("SELECT count(*) FROM audit_records")).scalar_one() == 0
