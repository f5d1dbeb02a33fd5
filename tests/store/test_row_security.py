"""Row-level security on every table of a tenant, and nothing of a transaction that outlives it."""

import psycopg
import pytest
from sqlalchemy import text

TENANT = "rawabi-sa"
OF_A_TENANT = """
SELECT c.relname, c.relrowsecurity,
  ARRAY(SELECT p.policyname::text FROM pg_policies p
        WHERE p.schemaname = 'public' AND p.tablename = c.relname
          AND p.qual LIKE '%app.tenant%' AND (p.with_check LIKE '%app.tenant%' OR p.cmd = 'SELECT')
          AND p.roles = ARRAY['dealix_app']::name[])
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND a.attname = 'tenant_id' AND NOT a.attisdropped
"""
BELONG_TO_NOBODY = """
SELECT relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
  AND relkind IN ('r', 'p') AND has_table_privilege('dealix_app', c.oid, 'SELECT')
  AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid
                  AND a.attname = 'tenant_id' AND NOT a.attisdropped)
"""
WITHOUT_A_TENANT: dict[str, str] = {}
"""Tables that the application reads and that belong to nobody, each with the reason."""
UNPROTECTED: dict[str, str] = {}
"""Tables of tenants that no policy protects, each with the reason."""


def test_every_table_of_a_tenant_shows_its_rows_to_that_tenant_only(database_urls):
    with psycopg.connect(database_urls.owner) as owner:
        found = owner.execute(OF_A_TENANT).fetchall()
    assert len(found) > 50
    bare = {name for name, secured, policies in found if not (secured and policies)}
    assert bare == set(UNPROTECTED)


def test_a_table_that_knows_no_tenant_is_one_of_those_with_a_reason(database_urls):
    with psycopg.connect(database_urls.owner) as owner:
        found = {name for (name,) in owner.execute(BELONG_TO_NOBODY)}
    assert found == set(WITHOUT_A_TENANT)


@pytest.mark.parametrize("door", ["lazily", "nobody", "snapshot", "tenant"])
def test_a_transaction_leaves_nothing_on_its_connection(fresh_database, door):
    """As a transaction-pooling PgBouncer asks: the next one may be anybody's."""
    begun = getattr(fresh_database, door)
    for _ in range(12):  # psycopg prepares a statement that it has seen five times
        with begun() if door == "nobody" else begun(TENANT) as session:
            session.execute(text("SELECT count(*) FROM runs WHERE id = :id"), {"id": "run_1"})
            backend = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    left = (
        "SELECT pg_backend_pid(), coalesce(current_setting('app.tenant', true), ''), "
        "current_setting('synchronous_commit'), current_setting('transaction_read_only'), "
        "(SELECT count(*) FROM pg_prepared_statements), "
        "(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())"
    )
    with fresh_database.engine.connect() as connection:
        found = tuple(connection.execute(text(left)).one())
    assert found == (backend, "", "on", "off", 0, 0)
