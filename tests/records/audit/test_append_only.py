"""The database itself refuses to change what was recorded."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from tests.conftest import Urls
from tests.records.audit.deeds import OTHER, TENANT, deed, deeds, sealed

from dealix.errors import InvariantBroken
from dealix.records import audit
from dealix.store.session import Database

TABLES = ["audit_records", "audit_seals", "commitments"]
CHANGES = ["UPDATE {} SET tenant_id = 'x'", "DELETE FROM {}", "TRUNCATE {}"]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", ["audit_records", "audit_seals"])
def test_owner_is_refused_by_trigger(
    database: Database, database_urls: Urls, table: str, change: str
) -> None:
    deed(database, 1)
    sealed(database)
    with psycopg.connect(database_urls.owner) as owner:
        assert owner.execute(f"SELECT count(*) > 0 FROM {table}").fetchone() == (True,)
        with pytest.raises(errors.RestrictViolation, match="append-only"):
            owner.execute(change.format(table))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", TABLES)
def test_application_has_no_right(database: Database, table: str, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), database.tenant(TENANT) as s:
        s.execute(text(change.format(table)))


@pytest.mark.parametrize("column", ["xid", "recorded_at", "place"])
def test_writer_does_not_choose_what_the_database_states(database: Database, column: str) -> None:
    value = {"xid": "'1'::xid8", "recorded_at": "now()", "place": "1"}[column]
    statement = (
        "INSERT INTO audit_records (tenant_id, id, chain, actor_id, action, subject, data, at, "
        f"{column}) VALUES ('{TENANT}', 'x', 'main', 'u', 'a', 's', '{{}}', now(), {value})"
    )
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|GENERATED ALWAYS"),
        database.tenant(TENANT) as s,
    ):
        s.execute(text(statement))


def test_record_goes_with_the_change_it_belongs_to(database: Database) -> None:
    def fails() -> None:
        with database.tenant(TENANT) as session:
            audit.append(session, "user_1", "never.done", "thing_0", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with database.tenant(TENANT) as session:
        assert "never.done" not in {
            one.record.action for one in audit.newest(session, limit=1000) if one.record
        }


def test_tenants_see_their_own(database: Database) -> None:
    own, foreign = deeds(database, 2), deeds(database, 2, OTHER)
    with database.tenant(TENANT) as session:
        seen = {one.record.id for one in audit.newest(session, limit=1000) if one.record}
    assert set(own) <= seen
    assert seen.isdisjoint(foreign)
    with database.nobody() as session:
        assert session.execute(text("SELECT count(*) FROM audit_records")).scalar_one() == 0


def test_data_comes_back_as_it_went_in_or_is_refused(database: Database) -> None:
    data = {"run_id": "run_1", "n": 10**30, "none": None, "yes": True, "list": ["أ", {"b": 1}]}
    with database.tenant(TENANT) as session:
        record_id = audit.append(session, "user_1", "thing.done", "thing_9", data)
    with database.tenant(TENANT) as session:
        found = [one.record for one in audit.newest(session) if one.record]
    assert next(one for one in found if one.id == record_id).data == data
    with (
        pytest.raises(InvariantBroken, match=r"audit data\.score holds a float"),
        database.tenant(TENANT) as session,
    ):
        audit.append(session, "user_1", "thing.done", "thing_9", {"score": 0.1})
