"""What evidence shows of authority and of the tokens that let effects out."""

from dealix.store.listing import Listing
from dealix.trust.policy.models import AuthorityTable, Token

AUTHORITY = Listing(
    "authority_versions",
    "/api/v1/authority",
    (
        AuthorityTable.version,
        AuthorityTable.status,
        AuthorityTable.rows,
        AuthorityTable.proposed_by,
        AuthorityTable.proposed_at,
        AuthorityTable.activated_by,
        AuthorityTable.activated_at,
        AuthorityTable.retired_at,
    ),
)
TOKENS = Listing(
    "tokens",
    "/api/v1/approvals",
    (
        Token.id,
        Token.run_id,
        Token.decision_id,
        Token.issued_by,
        Token.action,
        Token.resource,
        Token.payload_hash,
        Token.covers,
        Token.issued_at,
        Token.used_at,
        Token.used_by,
    ),
    at=Token.issued_at,
    run=Token.run_id,
)
