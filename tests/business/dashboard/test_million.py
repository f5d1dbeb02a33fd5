"""The dashboard over a million rows; measured on demand, since putting them in takes a minute.

It is one of the figures of `make measure`.
"""

import sys
import time

import psycopg
import pytest
from tests.measuring import ALONE, hold

from dealix.business.dashboard.dictionary import METRICS, REVENUE_BY_MONTH
from dealix.business.dashboard.tasks import AggregateDashboard
from dealix.store.session import Database

pytestmark = [
    pytest.mark.measured,
    pytest.mark.skipif(not ALONE, reason="only when measuring"),
    pytest.mark.timeout(600),
]
LIMIT_MS = 300
ROWS = """
INSERT INTO companies SELECT t, 'company_' || n, 'C' || n, NULL, 'c' || n, 'SA', NULL,
    'other', NULL, NULL, now(), now()
    FROM generate_series(1, 500) n, (VALUES ('a'), ('b')) v(t);
INSERT INTO leads SELECT t, 'lead_' || n, 'k' || n, 'company_' || n % 500 + 1, 'person_' || n,
    'import', 'person', 'unknown', NULL, 'SAR', 'unknown', 'new', 'u', NULL, NULL, NULL, NULL,
    now(), now() FROM generate_series(1, 150000) n, (VALUES ('a'), ('b')) v(t);
INSERT INTO consents (tenant_id, id, world, person_id, channel, purpose, event, source,
    recorded_by, at, recorded_at)
    SELECT t, 'con_' || n, 'real', 'person_' || n % 120000, 'email', 'marketing',
    CASE WHEN n % 10 = 0 THEN 'withdrawn' ELSE 'given' END, 'web_form', 'u', now(),
    now() - n * interval '1 second' FROM generate_series(1, 150000) n, (VALUES ('a'), ('b')) v(t);
INSERT INTO deals SELECT t, 'deal_' || n, 'k' || n, 'company_' || n % 500 + 1, NULL, 'Plan',
    n % 100000, 'SAR', (ARRAY['open','negotiating','won','lost'])[n % 4 + 1], 'u', now(),
    CASE WHEN n % 4 > 1 THEN now() - n % 700 * interval '1 day' END, now()
    FROM generate_series(1, 700000) n, (VALUES ('a')) v(t);
VACUUM ANALYZE companies; VACUUM ANALYZE leads; VACUUM ANALYZE consents; VACUUM ANALYZE deals
"""


@pytest.mark.parametrize("period", ["P30D", "P365D"])
def test_the_figures_of_a_million_rows(million, period):
    task = AggregateDashboard(million, lambda: (5, 5))
    task.run("a", period)
    taken = []
    for _ in range(10):
        began = time.perf_counter()
        found = task.run("a", period)
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    for key, sql in (("months", REVENUE_BY_MONTH), *((m.key, m.sql) for m in METRICS if m.sql)):
        began = time.perf_counter()
        task._rows("a", sql, found.since, found.until)
        alone = (time.perf_counter() - began) * 1000
        sys.stdout.write(f"  {key} alone: {alone:.0f} ms\n")
    assert {each.key for each in found.metrics if each.status == "ok"} >= {"win_rate"}
    hold(f"dashboard over a million rows, {period}, median", taken[5], LIMIT_MS, "ms")


@pytest.fixture(scope="module")
def million(database_urls):
    with psycopg.connect(database_urls.owner, autocommit=True) as owner:
        for statement in ROWS.split(";"):
            owner.execute(statement)
    database = Database(database_urls.app, pool_size=6)
    yield database
    database.close()
