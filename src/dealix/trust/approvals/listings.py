"""What evidence shows of requests, decisions and their clocks; what was seen lies in the packet."""

from dealix.store.listing import Listing
from dealix.trust.approvals.models import Approval, Decision, SlaStep

APPROVALS = Listing(
    "approvals",
    "/api/v1/approvals",
    (
        Approval.id,
        Approval.run_id,
        Approval.gate,
        Approval.round,
        Approval.category,
        Approval.priority,
        Approval.requested_by,
        Approval.packet_hash,
        Approval.authority_version,
        Approval.status,
        Approval.opened_at,
        Approval.deadline,
        Approval.closed_at,
        Approval.escalation_level,
    ),
    at=Approval.opened_at,
    run=Approval.run_id,
)
DECISIONS = Listing(
    "decisions",
    "/api/v1/approvals",
    (
        Decision.id,
        Decision.approval_id,
        Decision.run_id,
        Decision.user_id,
        Decision.slot,
        Decision.decision,
        Decision.packet_hash,
        Decision.received_at,
        Decision.effective_at,
        Decision.via,
    ),
    at=Decision.received_at,
    run=Decision.run_id,
)
SLA = Listing(
    "sla_steps",
    "/api/v1/approvals",
    (SlaStep.approval_id, SlaStep.run_id, SlaStep.level, SlaStep.due_at, SlaStep.at),
    at=SlaStep.at,
    run=SlaStep.run_id,
)
