"""What evidence shows of persons: that their data are held or were erased, by identifier."""

from dealix.store.listing import Listing
from dealix.trust.privacy.models import PersonKey

PERSONS = Listing(
    "persons",
    "/api/v1/persons",
    (PersonKey.person_id, PersonKey.kek_id, PersonKey.created_at, PersonKey.erased_at),
)
