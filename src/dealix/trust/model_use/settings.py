"""What a company says of models: who does which step, and how much a day may take."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.lanes.provenance import Executor
from dealix.store.session import tenant_of
from dealix.trust.model_use.models import ModelSettingsRow

StepName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,79}$")]


class ModelSettings(BaseModel):
    """`otherwise` does each step that `steps` does not name; a day is one of UTC, money is SAR."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    otherwise: Executor = "rules"
    steps: dict[StepName, Executor] = Field(default_factory=dict, max_length=100)
    tokens_per_day: int = Field(200_000, ge=0, le=10**9)
    cost_per_day: Decimal = Field(Decimal(50), ge=0, le=10**6, decimal_places=2)

    def executor_of(self, step: str) -> Executor:
        """Who does this step."""
        return self.steps.get(step, self.otherwise)


def settings_of(session: Session) -> ModelSettings:
    """What the session's company has set; rules do everything until it says otherwise."""
    row = session.get(ModelSettingsRow, tenant_of(session))
    return ModelSettings() if row is None else ModelSettings.model_validate(row.settings)


def set_settings(session: Session, settings: ModelSettings, by: str) -> None:
    """Keep them; the caller audits."""
    values = {
        "settings": settings.model_dump(mode="json"),
        "set_by": by,
        "set_at": clock.real_now(),
    }
    session.execute(
        insert(ModelSettingsRow)
        .values(tenant_id=tenant_of(session), **values)
        .on_conflict_do_update(index_elements=["tenant_id"], set_=values)
    )
