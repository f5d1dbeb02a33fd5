"""What evidence shows of signatures: each envelope with how it stands."""

from dealix.business.signatures.models import Envelope
from dealix.store.listing import Listing

ENVELOPES = Listing(
    "envelopes",
    "/api/v1/runs",
    (
        Envelope.id,
        Envelope.run_id,
        Envelope.envelope,
        Envelope.status,
        Envelope.payload_hash,
        Envelope.document_digest,
        Envelope.signed_digest,
        Envelope.begun_at,
    ),
    at=Envelope.begun_at,
    run=Envelope.run_id,
)
