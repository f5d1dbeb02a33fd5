"""What evidence shows of deals: whose, for how much, and what became of them; no titles."""

from dealix.business.deals.models import Deal
from dealix.store.listing import Listing

DEALS = Listing(
    "deals",
    "/api/v1/deals",
    (
        Deal.id,
        Deal.key,
        Deal.company_id,
        Deal.lead_id,
        Deal.amount,
        Deal.currency,
        Deal.status,
        Deal.owner_id,
        Deal.opened_at,
        Deal.closed_at,
        Deal.updated_at,
    ),
    at=Deal.opened_at,
    until=Deal.closed_at,
)
