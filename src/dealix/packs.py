"""What each kind of evidence pack is made of: the tables of every capability, by name."""

from typing import TYPE_CHECKING

from dealix.business.compliance.listings import REGISTRY
from dealix.business.dashboard.evidence import MetricsOfTime
from dealix.business.deals.listings import DEALS
from dealix.business.evidence.kinds import OfRun, OfTime, PackOf
from dealix.business.evidence.run_sources import (
    DecisionSource,
    EffectSource,
    RowSource,
    RunSource,
)
from dealix.business.evidence.sources import EvidenceSource
from dealix.business.leads.listings import LEAD_SCORES, LEADS, QUALIFICATIONS
from dealix.business.papers.evidence import PaperSource
from dealix.business.papers.listings import CLAUSES
from dealix.business.partners.evidence import sources as partner_sources
from dealix.business.partners.listings import PARTNERS, TERMS
from dealix.business.proposals.evidence import ProposalSource
from dealix.business.signatures.evidence import SignatureSource
from dealix.business.signatures.listings import ENVELOPES
from dealix.lanes.listings import (
    ANSWERS,
    INBOUND,
    MESSAGES,
    PAUSES,
    RECEIPTS,
    RUNS,
    SIGNALS,
)
from dealix.records.listings import CASES, EFFECTS, UNDOS
from dealix.trust.access.listings import GRANTS, USERS
from dealix.trust.approvals.listings import APPROVALS, DECISIONS, SLA
from dealix.trust.outbound.governance.listings import CONSENTS, JUDGMENTS
from dealix.trust.policy.listings import AUTHORITY, TOKENS
from dealix.trust.privacy.listings import PERSONS

if TYPE_CHECKING:
    from dealix.bootstrap import Services

CORRESPONDENCE = (MESSAGES, RECEIPTS, INBOUND, JUDGMENTS, ANSWERS)
"""What went out and came in, each message with the rules' word on it."""
CLOSES_DEALS = frozenset({"partner_approval", "proposal_generation"})
"""Whose runs a pack about a deal is made of."""


def pack_kinds(made: "Services") -> dict[str, PackOf]:
    """Every kind of pack, by its key."""

    def deal(outcome: str) -> list[EvidenceSource]:
        return [
            *partner_sources(outcome),
            PaperSource(made.objects),
            SignatureSource(made.objects),
            ProposalSource(made.deals, made.objects),
            *map(RowSource, (*CORRESPONDENCE, TERMS, TOKENS, SLA, UNDOS, CASES, PAUSES)),
        ]

    def incident(outcome: str) -> list[EvidenceSource]:
        about = (QUALIFICATIONS, ENVELOPES)
        tables = (*CORRESPONDENCE, CASES, UNDOS, SIGNALS, PAUSES, TOKENS, SLA, *about)
        return [RunSource(outcome), DecisionSource(), EffectSource(), *map(RowSource, tables)]

    return {
        "deal_closure": OfRun(deal, (CONSENTS,), CLOSES_DEALS, ended_only=True),
        "incident_response": OfRun(incident, (CONSENTS, LEADS)),
        "compliance_audit": OfTime(
            (
                *(CONSENTS, JUDGMENTS, APPROVALS, DECISIONS, SLA, TOKENS, CASES),
                *(AUTHORITY, GRANTS, USERS, PERSONS, CLAUSES, REGISTRY, LEADS, QUALIFICATIONS),
            ),
            audit=True,
        ),
        "board_report": OfTime(
            (
                *(RUNS, PARTNERS, TERMS, ENVELOPES, APPROVALS, DECISIONS, SLA, EFFECTS, UNDOS),
                *(CASES, DEALS, LEADS, LEAD_SCORES, QUALIFICATIONS),
            ),
            sources=(MetricsOfTime(),),
        ),
    }
