"""Sealing misses no late commit, has one sealer a chain, and lets no writer wait."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import select, text
from tests.conftest import Engines, Urls
from tests.records.audit.deeds import OTHER, TENANT, deed, deeds, sealed, verified

from dealix import clock
from dealix.records import audit
from dealix.records.audit import sealing
from dealix.records.audit.models import AuditSeal
from dealix.store.session import Database

WRITERS = 16


def order(database: Database, chain: str = audit.MAIN) -> list[str]:
    with database.tenant(TENANT) as session:
        query = select(AuditSeal.record_id).where(AuditSeal.chain == chain)
        return list(session.scalars(query.order_by(AuditSeal.seq)))


def test_records_are_sealed_in_the_order_of_writing(fresh_database: Database) -> None:
    ids = deeds(fresh_database, 5)
    assert sealed(fresh_database) == 5
    assert order(fresh_database) == ids
    assert verified(fresh_database).ok
    assert sealed(fresh_database) == 0


def test_record_of_an_open_transaction_is_sealed_after_it_ends(fresh_database: Database) -> None:
    before = deed(fresh_database, 0)
    with fresh_database.tenant(TENANT) as slow:
        late = audit.append(slow, "user_1", "thing.done", "slow", {})
        after = deed(fresh_database, 1)
        assert sealed(fresh_database) == 1, "the horizon stops before the open transaction"
        assert order(fresh_database) == [before]
    assert sealed(fresh_database) == 2
    assert order(fresh_database) == [before, late, after]
    assert verified(fresh_database).ok


def test_horizon_is_that_of_the_whole_server(fresh_database: Database, migrated: Engines) -> None:
    """A transaction that has written, in another database, holds back sealing, not writing."""
    with psycopg.connect(migrated.superuser_url) as elsewhere:
        elsewhere.execute("SELECT pg_current_xact_id()")
        deed(fresh_database, 1)
        assert sealed(fresh_database) == 0
    assert sealed(fresh_database) == 1


def test_reading_transaction_holds_nothing_back(fresh_database: Database) -> None:
    with fresh_database.tenant(TENANT) as reader:
        reader.execute(text("SELECT count(*) FROM audit_records")).scalar_one()
        deed(fresh_database, 1)
        assert sealed(fresh_database) == 1


def test_no_late_commit_is_missed_among_slow_and_fast_writers(fresh_urls: Urls) -> None:
    database = Database(fresh_urls.app, pool_size=WRITERS + 2)
    written: list[str] = []
    stop = threading.Event()

    def writer(number: int) -> None:
        for turn in range(25):
            with database.tenant(TENANT) as session:
                record = audit.append(session, f"user_{number}", "thing.done", f"t{turn}", {})
                if (turn + number) % 5 == 0:
                    time.sleep(0.02)  # commits behind records that were written after it
            written.append(record)

    def seal_on() -> None:
        while not stop.is_set():
            audit.seal_all(database)

    sealer = threading.Thread(target=seal_on)
    sealer.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(writer, range(WRITERS)))
    stop.set()
    sealer.join()
    assert audit.settle(database, TENANT)
    with database.tenant(TENANT) as session:
        seqs = list(session.scalars(select(AuditSeal.seq).order_by(AuditSeal.seq)))
    assert seqs == list(range(1, WRITERS * 25 + 1))
    assert sorted(order(database)) == sorted(written)
    found = verified(database)
    assert (found.ok, found.records, found.unsealed) == (True, WRITERS * 25, 0)
    database.close()


def test_writers_do_not_wait_for_a_sealer(fresh_database: Database) -> None:
    deed(fresh_database, 0)
    with fresh_database.tenant(TENANT) as sealer:
        assert audit.seal(sealer) == 1
        started = time.monotonic()
        deeds(fresh_database, 20)
        assert time.monotonic() - started < 2


def test_one_sealer_a_chain(fresh_database: Database) -> None:
    deed(fresh_database, 0)
    deed(fresh_database, 0, OTHER)
    with fresh_database.tenant(TENANT) as first:
        assert audit.seal(first) == 1
        with fresh_database.tenant(TENANT) as second:
            assert audit.seal(second, wait=False) == 0
        with fresh_database.tenant(OTHER) as third:
            assert audit.seal(third, wait=False) == 1, "another tenant's chain is another lock"
    assert verified(fresh_database).ok


def test_many_sealers_at_once_make_one_chain(fresh_database: Database) -> None:
    ids = deeds(fresh_database, 40)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: sealed(fresh_database), range(8)))
    assert sum(counts) == 40
    assert order(fresh_database) == ids
    assert verified(fresh_database).ok


def test_seal_all_finds_every_tenant_and_chain(fresh_database: Database) -> None:
    chain = audit.rehearsal_chain("run_1")
    deed(fresh_database, 0)
    deed(fresh_database, 0, OTHER)
    deed(fresh_database, 0, chain=chain)
    assert audit.Sealer(fresh_database).sweep() == 3
    found = verified(fresh_database)
    assert {name: head.seq for name, head in found.heads.items()} == {"main": 1, chain: 1}
    assert verified(fresh_database, OTHER).records == 1


def test_more_than_a_batch_is_sealed_in_one_sweep(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 3)
    deeds(fresh_database, 10)
    assert audit.Sealer(fresh_database).sweep() == 10
    assert verified(fresh_database).ok


def test_sweep_finds_what_committed_after_the_window(
    fresh_database: Database, fresh_urls: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealer = audit.Sealer(fresh_database)
    sealer.sweep()
    backdated(fresh_urls, "now() - interval '1 hour'", "pg_current_xact_id()")
    assert sealer.sweep() == 0, "a plain sweep looks at the last minutes only"
    now = clock.real_now()
    monkeypatch.setattr(clock, "real_now", lambda: now + sealing.FULL_EVERY)
    assert sealer.sweep() == 1


def test_record_restored_from_another_server_is_sealed(
    fresh_database: Database, fresh_urls: Urls
) -> None:
    """Its transaction number means nothing here and lies ahead of all that this server gave."""
    backdated(fresh_urls, "now()", "'999999999999'::xid8")
    assert sealed(fresh_database) == 1
    assert verified(fresh_database).ok


def test_settle_waits_for_the_horizon_and_says_when_it_gives_up(fresh_database: Database) -> None:
    with fresh_database.tenant(OTHER) as slow:
        audit.append(slow, "user_1", "thing.done", "slow", {})
        deed(fresh_database, 1)
        assert not audit.settle(fresh_database, TENANT, seconds=0.2)
    assert audit.settle(fresh_database, TENANT)
    assert verified(fresh_database).unsealed == 0
    assert audit.settle(fresh_database, TENANT, "an empty chain")


def test_rehearsal_time_is_the_runs_and_receipt_is_real(fresh_database: Database) -> None:
    virtual = datetime(2031, 1, 1, tzinfo=UTC)
    with clock.at(virtual):
        deed(fresh_database, 1, chain=audit.rehearsal_chain("run_1"))
    with fresh_database.tenant(TENANT) as session:
        record = audit.newest(session)[0].record
    assert record is not None
    assert datetime.fromisoformat(record.at) == virtual
    received = datetime.fromisoformat(record.recorded_at)
    assert abs(received - clock.real_now()) < timedelta(minutes=5)


def backdated(urls: Urls, recorded_at: str, xid: str) -> None:
    """A record as only the owner of the tables could write it."""
    with psycopg.connect(urls.owner) as owner:
        owner.execute(
            "INSERT INTO audit_records (tenant_id, id, chain, actor_id, action, subject, data, "
            "at, recorded_at, xid) VALUES (%s, %s, 'main', 'u', 'a', 's', '{}', now(), "
            f"{recorded_at}, {xid})",
            (TENANT, f"audit_{recorded_at}"),
        )
