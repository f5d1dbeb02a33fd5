"""The embedded PostgreSQL is closed to everybody but its two roles, and knows its extensions."""

import psycopg
import pytest

from dealix.engines import postgres


def one(url: str, statement: str) -> tuple[object, ...]:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row


def test_neither_role_is_a_superuser_or_passes_row_level_security(engines):
    with psycopg.connect(engines.app_url) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles "
            "WHERE rolname IN ('dealix_owner', 'dealix_app')"
        ).fetchall()
    assert sorted(rows) == [
        ("dealix_app", False, False, False, False),
        ("dealix_owner", False, False, False, False),
    ]


def test_the_application_cannot_create_tables_and_the_owner_can(engines):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        one(engines.app_url, "CREATE TABLE intruder AS SELECT 1")
    with psycopg.connect(engines.owner_url) as connection:
        connection.execute("CREATE TABLE guest (id int)")
        connection.rollback()


def test_every_extension_works(engines):
    assert one(engines.app_url, "SELECT '[1,2]'::vector <-> '[1,3]'::vector")[0] == 1.0
    assert one(engines.app_url, "SELECT similarity('روابي', 'الروابي') > 0.3")[0] is True
    assert one(engines.app_url, "SELECT unaccent('Café')")[0] == "Cafe"


def test_a_wrong_password_is_refused(engines):
    wrong = engines.app_url.replace("dealix_app:", "dealix_app:x")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_no_unix_socket_is_open_and_only_loopback_listens(engines):
    settings = (
        "SELECT current_setting('unix_socket_directories'), current_setting('listen_addresses')"
    )
    assert one(engines.superuser_url, settings) == ("", "127.0.0.1")


def test_setting_up_again_changes_nothing(engines):
    words = {postgres.OWNER: password(engines.owner_url), postgres.APP: password(engines.app_url)}
    postgres.set_up(engines.superuser_url, words)
    assert one(engines.app_url, "SELECT current_user")[0] == "dealix_app"


def password(url: str) -> str:
    return url.split("://", 1)[1].split(":", 1)[1].split("@", 1)[0]


def test_a_migrated_database_is_isolated_from_the_next(database, fresh_database):
    assert database.engine.url.database != fresh_database.engine.url.database
    with fresh_database.nobody() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM tenants").scalar() == 0
