"""The figures of a time as a pack shows them: the dictionary's own queries, asked of that time."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from dealix.business.dashboard.dictionary import METRICS
from dealix.business.dashboard.tasks import figure_of, rows_of
from dealix.business.evidence.schemas import RecordItem
from dealix.records.canonical import stamp

METRICS_ITEM = "metrics"


class MetricsOfTime:
    """Every metric of the dictionary for a time.

    One that is a look at the moment has no figure of a time and says `no_data`.
    """

    def of_time(self, session: Session, begin: datetime, end: datetime) -> Iterable[RecordItem]:
        """The figures in the dictionary's order, each with its names and its definition."""
        figures = [
            figure_of(metric, rows_of(session, metric.sql, begin, end) if metric.sql else None)
            for metric in METRICS
        ]
        yield RecordItem(
            name=METRICS_ITEM,
            kind=METRICS_ITEM,
            source="/api/v1/dashboard",
            body={
                "since": stamp(begin),
                "until": stamp(end),
                "metrics": [figure.model_dump(mode="json") for figure in figures],
            },
        )
