"""What evidence shows of consents and of the rules' word on each message to an outsider."""

from dealix.store.listing import Listing
from dealix.trust.outbound.governance.models import ConsentEvent, Judgment

CONSENTS = Listing(
    "consents",
    "/api/v1/consents",
    (
        ConsentEvent.id,
        ConsentEvent.world,
        ConsentEvent.person_id,
        ConsentEvent.channel,
        ConsentEvent.purpose,
        ConsentEvent.event,
        ConsentEvent.source,
        ConsentEvent.recorded_by,
        ConsentEvent.at,
    ),
    at=ConsentEvent.recorded_at,
    person=ConsentEvent.person_id,
)
JUDGMENTS = Listing(
    "message_judgments",
    "/api/v1/messages",
    (
        Judgment.id,
        Judgment.run_id,
        Judgment.message_id,
        Judgment.channel,
        Judgment.purpose,
        Judgment.person_id,
        Judgment.kind,
        Judgment.code,
        Judgment.rules,
        Judgment.at,
    ),
    at=Judgment.recorded_at,
    run=Judgment.run_id,
)
