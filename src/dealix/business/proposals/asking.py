"""What starts a proposal: the deal, or the few facts of a new one, and what is offered."""

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from dealix.business.leads.schemas import Country, Currency, Key, blank
from dealix.business.partners.schemas import Line, Strict
from dealix.business.proposals.price_book import Discount, Sku, Whole
from dealix.i18n import N_

MOST_LINES = 50


class ProposalLine(Strict):
    """A product of the price book, how many of it, and what is granted on it."""

    sku: Annotated[Sku, Field(title=N_("Product"), json_schema_extra={"format": "product"})]
    quantity: Annotated[Whole, Field(title=N_("Quantity"), ge=1, le=1_000_000)]
    discount_percent: Annotated[Discount, Field(title=N_("Discount in percent"))] = "0"


class DealInBrief(Strict):
    """A deal that is entered together with its first proposal; its amount is the offered price."""

    key: Annotated[Key | None, Field(title=N_("Our reference")), BeforeValidator(blank)] = None
    title: Annotated[Line, Field(title=N_("What is sold"))]
    title_ar: Annotated[
        Line | None, Field(title=N_("What is sold, in Arabic")), BeforeValidator(blank)
    ] = None
    company_name: Annotated[Line, Field(title=N_("Company name in English"))]
    company_name_ar: Annotated[
        Line | None, Field(title=N_("Company name in Arabic")), BeforeValidator(blank)
    ] = None
    country: Annotated[Country | None, Field(title=N_("Country")), BeforeValidator(blank)] = None
    currency: Annotated[Currency | None, Field(title=N_("Currency")), BeforeValidator(blank)] = None


class ProposalInput(Strict):
    """A proposal on a deal that is on record, or on a new one."""

    deal_id: Annotated[
        Key | None,
        Field(title=N_("Deal"), description=N_("A deal that is on record; else leave it empty.")),
        BeforeValidator(blank),
    ] = None
    deal: Annotated[
        DealInBrief | None,
        Field(title=N_("New deal"), description=N_("Only where the deal is not on record yet.")),
    ] = None
    lines: Annotated[
        list[ProposalLine], Field(min_length=1, max_length=MOST_LINES, title=N_("What is offered"))
    ]

    @model_validator(mode="after")
    def _about_one_deal(self) -> "ProposalInput":
        if (self.deal_id is None) == (self.deal is None):
            raise PydanticCustomError("proposal_deal", "a deal on record or a new one")
        return self
