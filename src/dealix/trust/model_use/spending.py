"""A company's tokens and money of the day: set aside before a call, settled after it."""

from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.store.session import Database, tenant_of
from dealix.trust.model_use.models import ModelUsage
from dealix.trust.model_use.settings import ModelSettings


@dataclass(frozen=True)
class DaysSpending:
    """`executor.Spending` over our database; callers of many processes share one day's limit.

    What a killed process had set aside stays counted until the day ends.
    """

    database: Database
    tenant_id: str
    limits: ModelSettings
    day: date

    @classmethod
    def today(cls, database: Database, tenant_id: str, limits: ModelSettings) -> "DaysSpending":
        """The present day of UTC."""
        return cls(database, tenant_id, limits, today())

    def set_aside(self, tokens: int, cost: Decimal) -> bool:
        """See `Spending.set_aside`: one statement, so that no two callers take the same rest."""
        most, money = self.limits.tokens_per_day, self.limits.cost_per_day
        if tokens > most or cost > money:
            return False
        first = {"day": self.day, "calls": 1, "tokens": tokens, "cost": cost}
        statement = (
            insert(ModelUsage)
            .values(tenant_id=self.tenant_id, **first)
            .on_conflict_do_update(
                index_elements=["tenant_id", "day"],
                set_={
                    "calls": ModelUsage.calls + 1,
                    "tokens": ModelUsage.tokens + tokens,
                    "cost": ModelUsage.cost + cost,
                },
                where=(ModelUsage.tokens + tokens <= most) & (ModelUsage.cost + cost <= money),
            )
            .returning(ModelUsage.calls)
        )
        with self.database.tenant(self.tenant_id) as session:
            return session.execute(statement).scalar_one_or_none() is not None

    def settle(self, tokens: int, cost: Decimal) -> None:
        """See `Spending.settle`."""
        changed = {"tokens": ModelUsage.tokens + tokens, "cost": ModelUsage.cost + cost}
        with self.database.tenant(self.tenant_id) as session:
            session.execute(update(ModelUsage).where(ModelUsage.day == self.day).values(**changed))


def today() -> date:
    """The day that a limit counts by: that of UTC."""
    return clock.real_now().astimezone(UTC).date()


def usage_of(session: Session, days: int) -> list[dict[str, Any]]:
    """The last days on which something was asked, newest first."""
    query = select(ModelUsage).order_by(ModelUsage.day.desc()).limit(days)
    return [
        {
            "day": row.day,
            "calls": row.calls,
            "tokens": row.tokens,
            "cost": str(row.cost.quantize(Decimal("0.0001"))),
            "currency": "SAR",
        }
        for row in session.scalars(query.where(ModelUsage.tenant_id == tenant_of(session)))
    ]
