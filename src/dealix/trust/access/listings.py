"""What evidence shows of accounts: who may what by identifier, and who gave it."""

from dealix.store.listing import Listing
from dealix.trust.access.models import Grant, User

USERS = Listing(
    "accounts",
    "/api/v1/users",
    (User.id, User.roles, User.manager_id, User.active, User.created_at),
)
GRANTS = Listing(
    "grants",
    "/api/v1/users",
    (
        Grant.id,
        Grant.user_id,
        Grant.roles,
        Grant.manager_id,
        Grant.proposed_by,
        Grant.proposed_at,
        Grant.status,
        Grant.settled_by,
        Grant.settled_at,
    ),
    at=Grant.proposed_at,
)
