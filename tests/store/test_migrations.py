"""An old installation is brought to the newest schema with everything that lies in it."""

import psycopg
import pytest

from dealix.errors import NotFound
from dealix.lanes import run_book
from dealix.store.migrate import migrate
from dealix.store.session import Database

EARLY = "0005"
TENANT, OTHER = "old-sa", "other-sa"
RUN = f"""
INSERT INTO runs (tenant_id, id, workflow, lane, key, input_hash, input, status, started_by,
  rehearsal, chain, requested_at, started_at, deadline, engine_id)
VALUES ('{TENANT}', 'run_old', 'partner_approval', 'durable', 'k1', 'h', '{{"word": "روابي"}}',
  'waiting', 'usr_1', false, 'main', now(), now(), now() + interval '14 days', 'old-sa/run_old')
"""
TENANTS = f"""
INSERT INTO tenants VALUES ('{TENANT}', 'Old', 'قديمة', 'SA', 'Asia/Riyadh', now()),
  ('{OTHER}', 'Other', 'أخرى', 'SA', 'Asia/Riyadh', now())
"""
USER = f"""
INSERT INTO users VALUES ('{TENANT}', 'usr_1', 'per_1', 'digest', NULL,
  ARRAY['partner_manager'], NULL, 'ar', true, now())
"""
EFFECT = f"""
INSERT INTO effects (tenant_id, id, run_id, seq, step, key, system, kind, method, on_started,
  final, status, open_attempt, attempts, started_at, recorded_at)
VALUES ('{TENANT}', 'eff_1', 'run_old', 1, 'write_crm', 'k1:write_crm', 'crm', 'crm.write',
  'upsert', 'resend', false, 'done', false, 1, now(), now())
"""
UNDO = f"""
INSERT INTO undos (tenant_id, id, run_id, seq, step, key, action, system, status, registered_at)
VALUES ('{TENANT}', 'und_1', 'run_old', 1, 'write_crm', 'k1:write_crm', 'withdraw_in_crm', 'crm',
  'registered', now())
"""
CASE = f"""
INSERT INTO cases (tenant_id, id, run_id, kind, subject, step, round, status, opened_at)
VALUES ('{TENANT}', 'cas_1', 'run_old', 'in_doubt', 'k1:send', 'send_terms', 1, 'open', now())
"""
TABLES = ("cases", "effects", "runs", "undos", "users")


def test_what_an_early_installation_holds_is_there_after_every_migration(empty_urls):
    assert migrate(empty_urls.owner, EARLY) == EARLY
    with psycopg.connect(empty_urls.owner) as owner:
        for row in (TENANTS, USER, RUN, EFFECT, UNDO, CASE):
            owner.execute(row)
        before = {name: everything(owner, name) for name in TABLES}
    newest = migrate(empty_urls.owner)
    assert newest > EARLY
    assert migrate(empty_urls.owner) == newest
    with psycopg.connect(empty_urls.owner) as owner:
        for name, known in before.items():
            [row] = everything(owner, name)
            assert {key: row[key] for key in known[0] if key in row} == {
                key: value for key, value in known[0].items() if key in row
            }
    database = Database(empty_urls.app, pool_size=1)
    try:
        with database.tenant(TENANT) as session:
            run = run_book.get(session, "run_old")
            assert (run.status, run.input) == ("waiting", {"word": "روابي"})
        with database.tenant(OTHER) as session, pytest.raises(NotFound):
            run_book.get(session, "run_old")
    finally:
        database.close()


def everything(owner, table):
    rows = owner.execute(f"SELECT to_jsonb(t) FROM {table} t").fetchall()
    return [row for (row,) in rows]
