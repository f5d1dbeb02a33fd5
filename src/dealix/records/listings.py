"""What evidence shows of the ledger."""

from dealix.records.models import Case, Effect, Undo
from dealix.store.listing import Listing

EFFECTS = Listing(
    "effects",
    "/api/v1/effects",
    (
        Effect.key,
        Effect.run_id,
        Effect.step,
        Effect.system,
        Effect.kind,
        Effect.method,
        Effect.status,
        Effect.attempts,
        Effect.reference,
        Effect.reason,
        Effect.payload_hash,
        Effect.undoes,
        Effect.started_at,
        Effect.done_at,
    ),
    at=Effect.recorded_at,
    run=Effect.run_id,
)
UNDOS = Listing(
    "undos",
    "/api/v1/effects",
    (Undo.key, Undo.run_id, Undo.step, Undo.action, Undo.status, Undo.reason, Undo.undone_at),
    at=Undo.registered_at,
    run=Undo.run_id,
)
CASES = Listing(
    "cases",
    "/api/v1/cases",
    (
        Case.id,
        Case.run_id,
        Case.kind,
        Case.subject,
        Case.step,
        Case.reason,
        Case.status,
        Case.resolution,
        Case.opened_at,
        Case.resolved_at,
        Case.resolved_by,
    ),
    at=Case.opened_at,
    run=Case.run_id,
)
