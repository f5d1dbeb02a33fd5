"""Sixteen writers at once: each record is there in milliseconds, and one chain holds them all."""

import sys
import threading
import time

import pytest
from sqlalchemy import func, select
from tests.measuring import hold

from dealix.catalog import row
from dealix.records import audit
from dealix.records.audit.models import AuditRecord
from dealix.store.session import Database

WRITERS, EACH = 16, 60
TENANT = "rawabi-sa"


@pytest.fixture
def database(fresh_urls):
    database = Database(fresh_urls.app, pool_size=WRITERS)
    yield database
    database.close()


@pytest.mark.measured
def test_sixteen_writers_at_once_wait_for_nobody(database):
    together, taken, whole = threading.Barrier(WRITERS), [], []

    def writer(number):
        with database.tenant(TENANT):
            together.wait()  # with a connection each, as processes that live hold them
        for count in range(EACH):
            began = time.perf_counter()
            with database.tenant(TENANT) as session:
                asked = time.perf_counter()
                audit.append(
                    session, f"user_{number}", "lead.scored", f"lead_{count}", {"n": count}
                )
                taken.append(time.perf_counter() - asked)
            whole.append(time.perf_counter() - began)
            time.sleep(0.02)  # what a writer does between two deeds

    threads = [threading.Thread(target=writer, args=(number,)) for number in range(WRITERS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    sys.stdout.write(
        f"{len(taken)} records by {WRITERS} writers: the write p50 {at(taken, 50)}, "
        f"p99 {at(taken, 99)}; with its transaction p50 {at(whole, 50)}, p99 {at(whole, 99)}\n"
    )
    with database.tenant(TENANT) as session:
        count = session.execute(select(func.count()).select_from(AuditRecord)).scalar_one()
    assert count == WRITERS * EACH
    audit.seal_all(database)
    with database.tenant(TENANT) as session:
        verified = audit.verify(session)
    assert (verified.ok, verified.records) == (True, WRITERS * EACH)
    budget = row("audit_write").here.duration.longest.total_seconds()
    assert percentile(whole, 50) < budget
    hold("audit write by 16 writers, p99", percentile(taken, 99) * 1000, 20, "ms")
    hold("the slowest with its transaction", max(whole) * 1000, budget * 1000, "ms")


def percentile(taken, wanted):
    return sorted(taken)[int(len(taken) * wanted / 100) - 1]


def at(taken, wanted):
    return f"{percentile(taken, wanted) * 1000:.1f} ms"
