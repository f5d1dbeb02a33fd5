"""The metric dictionary, as data: each metric with its names, its definition and its one query.

A query sees only the tenant's rows (row-level security) and gets `since` and `until`. One of money
answers currency and sum, one of a share how many of how many. `None`: nothing feeds it yet.
"""

from dataclasses import dataclass
from typing import Literal

from dealix.i18n import N_

Unit = Literal["money", "share"]


@dataclass(frozen=True)
class Metric:
    """One figure; `name` and `definition` are English, their Arabic is in the catalogue of texts.

    `asks_live` says that the answer is no table's but a look at the moment.
    """

    key: str
    name: str
    definition: str
    unit: Unit
    sql: str | None
    asks_live: bool = False


METRICS: tuple[Metric, ...] = (
    Metric(
        "revenue_actual",
        N_("Revenue"),
        N_("The sum of deals won in the period."),
        "money",
        "SELECT currency, sum(amount) FROM deals "
        "WHERE status = 'won' AND closed_at >= :since AND closed_at < :until "
        "GROUP BY currency ORDER BY currency",
    ),
    Metric(
        "pipeline_value",
        N_("Pipeline"),
        N_("The sum of deals that are open or being negotiated now."),
        "money",
        "SELECT currency, sum(amount) FROM deals "
        "WHERE status IN ('open', 'negotiating') GROUP BY currency ORDER BY currency",
    ),
    Metric(
        "win_rate",
        N_("Win rate"),
        N_("Deals won, of those that were won or lost in the period."),
        "share",
        "SELECT count(*) FILTER (WHERE status = 'won'), count(*) FROM deals "
        "WHERE status IN ('won', 'lost') AND closed_at >= :since AND closed_at < :until",
    ),
    Metric(
        "cac",
        N_("Cost of a new customer"),
        N_("What acquiring cost, divided by the new customers of the period."),
        "money",
        None,
    ),
    Metric(
        "consent_coverage",
        N_("Consent coverage"),
        N_("Leads with a consent in force, of all leads."),
        "share",
        """
        WITH people AS (
            SELECT person_id, bool_or(event <> 'given') AS taken_back,
                bool_or(event = 'given' AND purpose <> 'data_sharing') AS given
            FROM consents WHERE world = 'real' GROUP BY person_id
        ), events AS MATERIALIZED (
            SELECT consents.* FROM consents JOIN people USING (person_id)
            WHERE world = 'real' AND taken_back AND given
        ), stopped AS (
            SELECT person_id, max(recorded_at) AS at
            FROM events WHERE event = 'opted_out' AND NOT (
                source = 'model_reading' AND EXISTS (
                    SELECT FROM events AS lift
                    WHERE lift.person_id = events.person_id AND lift.event = 'lifted'
                    AND lift.recorded_at > events.recorded_at
                )
            ) GROUP BY person_id
        ), opened AS (
            SELECT person_id FROM people WHERE given AND NOT taken_back
            UNION ALL
            SELECT DISTINCT given.person_id
            FROM events AS given
            LEFT JOIN stopped ON stopped.person_id = given.person_id
            WHERE given.event = 'given' AND given.purpose <> 'data_sharing'
            AND NOT EXISTS (
                SELECT FROM events AS later
                WHERE later.person_id = given.person_id AND later.event = 'withdrawn'
                AND later.recorded_at > given.recorded_at
                AND later.channel IN ('*', given.channel)
                AND later.purpose IN ('*', given.purpose)
            )
            AND (stopped.at IS NULL OR EXISTS (
                SELECT FROM events AS word
                WHERE word.person_id = given.person_id AND word.event = 'given'
                AND word.purpose <> 'data_sharing' AND word.recorded_at > stopped.at
                AND word.source IN ('given_by_person', 'web_form', 'signed_contract')
            ))
        )
        SELECT count(opened.person_id), count(*) FROM leads LEFT JOIN opened USING (person_id)
        """,
    ),
    Metric(
        "approval_sla_compliance",
        N_("Decided in time"),
        N_("Requests decided before their deadline, of those decided in the period."),
        "share",
        "SELECT count(*) FILTER (WHERE approvals.closed_at <= approvals.deadline), count(*) "
        "FROM approvals JOIN runs ON runs.tenant_id = approvals.tenant_id "
        "AND runs.id = approvals.run_id AND NOT runs.rehearsal AND NOT runs.practice "
        "WHERE approvals.status IN ('approved', 'rejected') AND approvals.deadline IS NOT NULL "
        "AND approvals.closed_at >= :since AND approvals.closed_at < :until",
    ),
    Metric(
        "connector_health",
        N_("Connectors that answer"),
        N_("Connectors that answer now, of all that are set up."),
        "share",
        None,
        asks_live=True,
    ),
)

REVENUE_BY_MONTH = (
    "SELECT date_trunc('month', closed_at AT TIME ZONE 'Asia/Riyadh')::date AS month, sum(amount) "
    "FROM deals WHERE status = 'won' AND currency = 'SAR' "
    "AND closed_at >= :since AND closed_at < :until GROUP BY month ORDER BY month"
)
"""Revenue as defined above, in riyals, month by month."""
