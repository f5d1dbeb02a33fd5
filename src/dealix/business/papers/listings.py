"""What evidence shows of the clause library: every clause with who confirmed it."""

from dealix.business.papers.models import Clause
from dealix.store.listing import Listing

CLAUSES = Listing(
    "clauses",
    "/api/v1/clauses",
    (
        Clause.key,
        Clause.owner,
        Clause.version,
        Clause.approved_version,
        Clause.status,
        Clause.changed_by,
        Clause.changed_at,
        Clause.confirmed_by,
        Clause.confirmed_at,
    ),
)
