"""What is entered about a deal."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from dealix.business.leads.schemas import Currency, Key, LeadCompany, blank
from dealix.business.partners.schemas import Amount, Line, Strict

DealStatus = Literal["open", "negotiating", "won", "lost"]
CLOSED: frozenset[str] = frozenset({"won", "lost"})


class NewDeal(Strict):
    """A deal as it is entered; the same `key` again brings the same deal up to date.

    It is with the company of a lead, or with a company of its own.
    """

    key: Annotated[Key | None, Field(title="Our reference"), BeforeValidator(blank)] = None
    lead_id: Annotated[Key | None, Field(title="Lead"), BeforeValidator(blank)] = None
    company: Annotated[LeadCompany | None, Field(title="Company")] = None
    title: Annotated[Line, Field(title="What is sold")]
    title_ar: Annotated[
        Line | None, Field(title="What is sold, in Arabic"), BeforeValidator(blank)
    ] = None
    amount: Annotated[Amount, Field(title="Amount")]
    currency: Annotated[Currency, Field(title="Currency")] = "SAR"
    status: Annotated[DealStatus, Field(title="Status")] = "open"
    closed_at: Annotated[AwareDatetime | None, Field(title="When it was won or lost")] = None

    @model_validator(mode="after")
    def _with_somebody(self) -> "NewDeal":
        if (self.lead_id is None) == (self.company is None):
            raise PydanticCustomError("missing", "a lead or a company, one of the two")
        if self.closed_at is not None and self.status not in CLOSED:
            raise PydanticCustomError("value_error", "only what is won or lost has closed")
        return self


class DealEntered(Strict):
    """A deal that was entered, and whether it was known already."""

    id: str
    created: bool
