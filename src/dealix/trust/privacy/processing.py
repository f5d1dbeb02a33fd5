"""The register of processing: what is done with personal data, on which basis, and what leaves."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import InvalidInput, NotFound
from dealix.i18n.fit import fit
from dealix.records import audit
from dealix.store.session import Database, tenant_of
from dealix.trust.privacy.models import ProcessingRow

Basis = Literal["consent", "contract", "legal_obligation", "legitimate_interest", "employment"]
Category = Literal["identity", "contact", "messages", "company", "payment", "usage", "performance"]
AI_ANALYSIS = "ai_analysis"


def _fit(text: str) -> str:
    if not fit(text):
        raise PydanticCustomError("forbidden_character", "control characters are not allowed")
    return text.strip()


class Processing(BaseModel):
    """One activity. `months` is how long its data are kept, after its purpose where none is told.

    `leaves` is what of personal data may leave for the processor: nothing, with placeholders in
    its place, or as it is, which needs the agreement under which it does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    categories: list[Category] = Field(max_length=7)
    basis: Basis
    months: int | None = Field(None, ge=1, le=240)
    abroad: bool = False
    leaves: Literal["nothing", "masked", "as_is"] = "nothing"
    agreement: Annotated[
        str | None, Field(min_length=2, max_length=120), AfterValidator(lambda t: t and _fit(t))
    ] = None


SHIPPED: dict[str, Processing] = {
    "lead_capture": Processing(
        categories=["identity", "contact", "company"], basis="legitimate_interest", months=24
    ),
    "whatsapp": Processing(
        categories=["identity", "contact", "messages"],
        basis="consent",
        months=24,
        abroad=True,
        leaves="as_is",
    ),
    "email": Processing(
        categories=["identity", "contact", "messages"],
        basis="consent",
        months=24,
        leaves="as_is",
    ),
    AI_ANALYSIS: Processing(
        categories=["identity", "contact", "messages"],
        basis="legitimate_interest",
        abroad=True,
        leaves="masked",
    ),
    "payments": Processing(categories=["identity", "payment"], basis="contract", months=120),
    "affiliates": Processing(
        categories=["identity", "contact", "performance"], basis="employment", months=60
    ),
    "analytics": Processing(categories=["usage"], basis="legitimate_interest", months=24),
}
"""What holds for a company until it says otherwise; its counsel confirms it."""


class ProcessingRegister:
    """The register of a company, for the doors. `permit(actor, right)` raises."""

    def __init__(self, database: Database, permit: Callable[[Actor, str], None]) -> None:
        self.database = database
        self.permit = permit

    def entries(self, actor: Actor) -> list[dict[str, Any]]:
        """Every activity, with who last changed it."""
        self.permit(actor, "processing.read")
        with self.database.tenant(actor.tenant_id) as session:
            rows = {row.activity: row for row in session.scalars(select(ProcessingRow))}
            return [_view(name, entry_of(session, name), rows.get(name)) for name in SHIPPED]

    def change(self, actor: Actor, activity: str, entry: Processing) -> dict[str, Any]:
        """Set an activity's entry; audited with what changed.

        Raises:
            NotFound: there is no such activity.
            InvalidInput: personal data shall leave as they are, under no agreement.
        """
        self.permit(actor, "processing.write")
        if activity not in SHIPPED:
            raise NotFound("not_found")
        if entry.leaves == "as_is" and not entry.agreement:
            raise InvalidInput("invalid_input", errors=[{"field": "agreement", "type": "missing"}])
        with self.database.tenant(actor.tenant_id) as session:
            before = entry_of(session, activity).model_dump(mode="json")
            after = entry.model_dump(mode="json")
            values = {"entry": after, "set_by": actor.user_id, "set_at": clock.real_now()}
            session.execute(
                insert(ProcessingRow)
                .values(tenant_id=tenant_of(session), activity=activity, **values)
                .on_conflict_do_update(index_elements=["tenant_id", "activity"], set_=values)
            )
            changed = {name: after[name] for name in after if after[name] != before[name]}
            audit.append(session, actor.user_id, "processing.changed", activity, changed)
            row = session.get(ProcessingRow, (tenant_of(session), activity), populate_existing=True)
            return _view(activity, entry, row)


def entry_of(session: Session, activity: str) -> Processing:
    """What holds for an activity in the session's company."""
    row = session.get(ProcessingRow, (tenant_of(session), activity))
    return SHIPPED[activity] if row is None else Processing.model_validate(row.entry)


def _view(activity: str, entry: Processing, row: ProcessingRow | None) -> dict[str, Any]:
    return {
        "activity": activity,
        **entry.model_dump(mode="json"),
        "set_by": row.set_by if row else None,
        "set_at": row.set_at if row else None,
    }
