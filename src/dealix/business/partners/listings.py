"""What evidence shows of partners: companies by their public names, terms by version."""

from dealix.business.partners.models import Partner, Terms
from dealix.store.listing import Listing

PARTNERS = Listing(
    "partners",
    "/api/v1/runs",
    (
        Partner.id,
        Partner.name,
        Partner.name_ar,
        Partner.partner_type,
        Partner.country,
        Partner.registration_number,
        Partner.status,
        Partner.crm_reference,
        Partner.created_at,
        Partner.updated_at,
    ),
)
TERMS = Listing(
    "terms",
    "/api/v1/runs",
    (Terms.run_id, Terms.version, Terms.source, Terms.made_by, Terms.made_at),
    at=Terms.made_at,
    run=Terms.run_id,
)
