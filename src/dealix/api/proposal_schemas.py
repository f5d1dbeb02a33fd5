"""What the door answers about proposals and price books."""

from datetime import date, datetime
from typing import Any

from dealix.api.schemas import Shown
from dealix.business.proposals.price_book import Product
from dealix.business.proposals.schemas import ProposalPack
from dealix.business.proposals.states import ProposalState


class ProposalView(Shown):
    """A version of a deal's proposal; `run` wrote it first, `price_run` asks for its price."""

    id: str
    run: str
    proposal: str
    version: int | None
    state: ProposalState
    deal_id: str
    title: str
    company: dict[str, Any]
    owner: str
    currency: str
    net: str | None
    gross: str | None
    discount_percent: str | None
    valid_until: date | None
    price_run: str | None
    created_at: datetime
    told_at: datetime | None
    seen_at: datetime | None


class ProposalInFull(ProposalView):
    """A version with its deal, its pricing decision record, its pack, and its other versions."""

    deal: dict[str, Any]
    price: dict[str, Any] | None
    pack: ProposalPack | None
    pack_sha256: str | None
    versions: list[ProposalView]


class PriceBookView(Shown):
    """The version of a price book that is in force."""

    currency: str
    version: int
    sha256: str
    valid_days: int
    products: list[Product]
    kept_by: str
    kept_at: datetime
