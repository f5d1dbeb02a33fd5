"""The dashboard for the doors: every metric, by its one definition."""

from collections.abc import Callable
from dataclasses import dataclass

from dealix.actors import Actor
from dealix.business.dashboard.schemas import Dashboard
from dealix.business.dashboard.tasks import AggregateDashboard
from dealix.lanes.short import timed


@dataclass
class DashboardService:
    """Figures of a company. `permit(actor, right)` raises."""

    aggregate: AggregateDashboard
    permit: Callable[[Actor, str], None]

    def figures(self, actor: Actor, period: str) -> Dashboard:
        """Every metric for the period, one of `PERIODS`, that ends now."""
        self.permit(actor, "dashboard.read")
        with timed("dashboard_aggregation"):
            return self.aggregate.run(actor.tenant_id, period)
