"""What evidence shows of runs, their pauses, what came in and what was told of our messages."""

from dealix.lanes.inbox_models import InboundEvent, OutboundMessage, Receipt
from dealix.lanes.models import Pause, Run, RunEvent, Signal
from dealix.store.listing import Listing

RUNS = Listing(
    "runs",
    "/api/v1/runs",
    (
        Run.id,
        Run.workflow,
        Run.lane,
        Run.status,
        Run.outcome,
        Run.rehearsal,
        Run.practice,
        Run.started_by,
        Run.started_at,
        Run.ended_at,
        Run.deadline,
    ),
    at=Run.requested_at,
    run=Run.id,
)
PAUSES = Listing(
    "pauses",
    "/api/v1/runs",
    (Pause.id, Pause.run_id, Pause.from_at, Pause.until_at, Pause.paused_by, Pause.resumed_by),
    at=Pause.from_at,
    run=Pause.run_id,
)
SIGNALS = Listing(
    "deliveries",
    "/api/v1/runs",
    (
        Signal.id,
        Signal.run_id,
        Signal.kind,
        Signal.reference,
        Signal.created_at,
        Signal.delivered_at,
        Signal.attempts,
    ),
    at=Signal.created_at,
    run=Signal.run_id,
)
ANSWERS = Listing(
    "answers",
    "/api/v1/runs",
    (RunEvent.id, RunEvent.run_id, RunEvent.name, RunEvent.at, RunEvent.taken_by),
    at=RunEvent.received_at,
    run=RunEvent.run_id,
)
MESSAGES = Listing(
    "messages",
    "/api/v1/messages",
    (
        OutboundMessage.message_id,
        OutboundMessage.run_id,
        OutboundMessage.channel,
        OutboundMessage.person_id,
        OutboundMessage.effect_key,
        OutboundMessage.sent_at,
    ),
    at=OutboundMessage.recorded_at,
    run=OutboundMessage.run_id,
)
INBOUND = Listing(
    "inbound",
    "/api/v1/messages",
    (
        InboundEvent.id,
        InboundEvent.run_id,
        InboundEvent.provider,
        InboundEvent.person_id,
        InboundEvent.status,
        InboundEvent.received_at,
        InboundEvent.attached_at,
    ),
    at=InboundEvent.received_at,
    run=InboundEvent.run_id,
)
RECEIPTS = Listing(
    "receipts",
    "/api/v1/messages",
    (
        Receipt.id,
        Receipt.run_id,
        Receipt.effect_key,
        Receipt.channel,
        Receipt.status,
        Receipt.reason,
        Receipt.at,
    ),
    at=Receipt.received_at,
    run=Receipt.run_id,
)
