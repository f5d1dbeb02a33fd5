"""The short task of the dashboard, part by part: ask each metric's query, put the answers together.

The queries are asked side by side, each in a transaction of its own that reads only.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.dashboard.dictionary import METRICS, REVENUE_BY_MONTH, Metric
from dealix.business.dashboard.schemas import Dashboard, Figure, Month
from dealix.i18n import translate
from dealix.lanes.short import part, task
from dealix.store.session import Database

AT_ONCE = 4
MONTHS = 12
PERIODS = {"P30D": timedelta(days=30), "P90D": timedelta(days=90), "P365D": timedelta(days=365)}
Rows = list[tuple[Any, ...]]
Answers = Mapping[str, Rows]
SHARE = Decimal("0.0001")
CENT = Decimal("0.01")


@task(name="dashboard_aggregation")
class AggregateDashboard:
    """Every metric of one company. `connectors()` says how many answer, of how many."""

    def __init__(self, database: Database, connectors: Callable[[], tuple[int, int]]) -> None:
        self.database = database
        self.connectors = connectors
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="metric")

    def run(self, tenant_id: str, period: str) -> Dashboard:
        """Query, then aggregate."""
        began, until = time.perf_counter(), clock.now()
        since = until - PERIODS[period]
        found = self.query_metrics(tenant_id, since, until)
        return self.aggregate_metrics(found, period, (since, until), began)

    @part("query_metrics", method="upsert")
    def query_metrics(self, tenant_id: str, since: datetime, until: datetime) -> Answers:
        """The rows of every query, by metric; the months under `months`."""
        asked = {
            metric.key: self._threads.submit(self._rows, tenant_id, metric.sql, since, until)
            for metric in METRICS
            if metric.sql is not None
        }
        year = first_of_months(until)
        asked["months"] = self._threads.submit(self._rows, tenant_id, REVENUE_BY_MONTH, year, until)
        live = [self.connectors()] if any(metric.asks_live for metric in METRICS) else []
        return {**{key: future.result() for key, future in asked.items()}, "live": [*live]}

    @part("aggregate_metrics", method="upsert")
    def aggregate_metrics(
        self, found: Answers, period: str, bounds: tuple[datetime, datetime], began: float
    ) -> Dashboard:
        """Each metric as a figure with both its names, in the dictionary's order."""
        figures = [
            figure_of(metric, found["live"] if metric.asks_live else found.get(metric.key))
            for metric in METRICS
        ]
        return Dashboard(
            period=period,
            since=bounds[0],
            until=bounds[1],
            metrics=figures,
            months=_months(found["months"], bounds[1]),
            ms=round((time.perf_counter() - began) * 1000, 1),
        )

    def _rows(self, tenant_id: str, sql: str, since: datetime, until: datetime) -> Rows:
        with self.database.tenant(tenant_id) as session:
            return rows_of(session, sql, since, until)


def rows_of(session: Session, sql: str, since: datetime, until: datetime) -> Rows:
    """What a query of the dictionary answers for a time, its end not included."""
    given = {name: at for name, at in (("since", since), ("until", until)) if f":{name}" in sql}
    return [tuple(row) for row in session.execute(text(sql), given)]


def first_of_months(until: datetime) -> datetime:
    """The first moment of the twelve months that end with the present one, give or take a zone."""
    month = until.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = month.year * 12 + month.month - MONTHS
    return month.replace(year=months // 12, month=months % 12 + 1) - timedelta(hours=3)


def figure_of(metric: Metric, rows: Rows | None) -> Figure:
    """A metric with what its query answered; None or nothing is `no_data`."""
    said: dict[str, Any] = {
        "key": metric.key,
        "name": metric.name,
        "name_ar": translate("ar", metric.name),
        "definition": metric.definition,
        "definition_ar": translate("ar", metric.definition),
        "unit": metric.unit,
    }
    if not rows:
        return Figure(**said, status="no_data")
    if metric.unit == "money":
        amounts = {currency: _money(amount) for currency, amount in rows}
        return Figure(**said, status="ok", amounts=amounts)
    part_of, whole = rows[0]
    if not whole:
        return Figure(**said, status="no_data", part=0, whole=0)
    share = (Decimal(part_of) / Decimal(whole)).quantize(SHARE, ROUND_HALF_UP)
    return Figure(**said, status="ok", part=part_of, whole=whole, share=str(share))


def _months(rows: Rows, until: datetime) -> list[Month]:
    """Twelve months, the present one last; those without revenue are there with nothing."""
    known = {_name(month): amount for month, amount in rows}
    last = until.year * 12 + until.month - 1
    names = [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(last - MONTHS + 1, last + 1)]
    return [Month(month=name, amount=_money(known.get(name, Decimal(0)))) for name in names]


def _name(month: date) -> str:
    return f"{month:%Y-%m}"


def _money(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))
