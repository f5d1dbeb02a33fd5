"""What evidence shows of registries: which were asked, when, and whether they knew."""

from dealix.business.compliance.models import RegistryAnswer
from dealix.store.listing import Listing

REGISTRY = Listing(
    "registry_answers",
    "/api/v1/audit",
    (
        RegistryAnswer.id,
        RegistryAnswer.source,
        RegistryAnswer.number,
        RegistryAnswer.world,
        RegistryAnswer.fetched_at,
        RegistryAnswer.known,
    ),
    at=RegistryAnswer.fetched_at,
)
