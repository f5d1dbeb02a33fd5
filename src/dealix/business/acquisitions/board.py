"""What the board is asked before an offer is submitted: its agenda, the offer, and who may vote."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dealix.business.acquisitions.schemas import ItemKey, Regulator
from dealix.business.leads.schemas import Currency
from dealix.business.partners.schemas import Line, Strict, Wording
from dealix.business.proposals.schemas import Ident, Money, Percent, Sha256
from dealix.connectors.data_class import DataClass
from dealix.decision_rules import complete, must, once, whole
from dealix.lanes.provenance import Provenance

RESTRICTED = DataClass.RESTRICTED
REGULATORS: tuple[Regulator, ...] = ("GAC", "CMA")


class BoundDocument(Strict):
    """Another decision that this one rests on, bound by its hash."""

    kind: Literal["valuation_memo", "synergy_model", "ic_memo"]
    document_id: Ident
    sha256: Sha256


class AgendaItem(Strict):
    """One item of the agenda; what is resolved is worded in both languages."""

    number: Annotated[int, Field(ge=1, le=50)]
    heading_ar: Line
    heading_en: Line
    asks: Literal["information", "discussion", "resolution"]
    resolution_ar: Wording | None = None
    resolution_en: Wording | None = None
    document_ids: Annotated[list[Ident], Field(max_length=50)]

    @model_validator(mode="after")
    def _a_resolution_is_worded(self) -> "AgendaItem":
        worded = {self.resolution_ar is not None, self.resolution_en is not None}
        asked = {self.asks == "resolution"}
        must(worded == asked, "resolution_missing", "a resolution is worded in both languages")
        return self


class OfferTerms(Strict):
    """The offer that the board shall agree to. The Arabic text prevails unless declared."""

    price: Money
    currency: Currency
    cash_percent: Percent
    shares_percent: Percent
    exclusivity_days: Annotated[int, Field(ge=0, le=365)]
    valid_until: date
    prevailing_language: Literal["ar", "en"] = "ar"
    conditions: Annotated[list[Wording], Field(max_length=40)]

    @model_validator(mode="after")
    def _paid_in_full(self) -> "OfferTerms":
        whole("cash_percent and shares_percent", (self.cash_percent, self.shares_percent))
        return self


class Filing(Strict):
    """Whether a regulator must be asked, and why or why not."""

    regulator: Regulator
    required: bool
    because: Line
    reference: Ident | None = None


class BoardPackDraft(Strict):
    """What the board decides on before an offer goes out.

    Whoever has a conflict of interest is a member who does not vote: the others must make the
    quorum. Of each regulator it says whether a filing is needed.
    """

    board_pack_id: Ident
    target_id: Ident
    meeting_on: date
    agenda: Annotated[list[AgendaItem], Field(min_length=1, max_length=50)]
    offer: OfferTerms
    walk_away_price: Money
    rests_on: Annotated[list[BoundDocument], Field(max_length=3)]
    filings: Annotated[list[Filing], Field(max_length=2)]
    key_risks: Annotated[list[ItemKey], Field(max_length=20)]
    member_person_ids: Annotated[list[Ident], Field(min_length=1, max_length=40), RESTRICTED]
    conflicted_person_ids: Annotated[list[Ident], Field(max_length=40), RESTRICTED]
    quorum: Annotated[int, Field(ge=1, le=40)]
    majority_percent: Percent
    provenance: Provenance

    @model_validator(mode="after")
    def _asks_something(self) -> "BoardPackDraft":
        numbers = [each.number for each in self.agenda]
        must(numbers == list(range(1, len(numbers) + 1)), "not_in_order", "items count from 1")
        resolves = any(each.asks == "resolution" for each in self.agenda)
        must(resolves, "resolution_missing", "a board is asked for a resolution")
        kinds = ("valuation_memo", "synergy_model", "ic_memo")
        complete("rests_on", (each.kind for each in self.rests_on), kinds)
        complete("filings", (each.regulator for each in self.filings), REGULATORS)
        return self

    @model_validator(mode="after")
    def _can_be_decided(self) -> "BoardPackDraft":
        once("member_person_ids", self.member_person_ids)
        once("conflicted_person_ids", self.conflicted_person_ids)
        conflicted = set(self.conflicted_person_ids)
        must(conflicted <= set(self.member_person_ids), "not_a_member", "who conflicts is a member")
        voting = len(self.member_person_ids) - len(conflicted)
        must(self.quorum <= voting, "no_quorum", "who may vote does not make the quorum")
        must(Decimal(self.majority_percent) >= 50, "no_majority", "a majority is half at least")
        later = self.offer.valid_until > self.meeting_on
        must(later, "dates_differ", "an offer outlives the meeting that decides on it")
        fair = Decimal(self.offer.price) <= Decimal(self.walk_away_price)
        must(fair, "above_value", "nobody offers more than the price at which we walk away")
        return self
