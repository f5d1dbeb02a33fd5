"""The flows that are built, each put together from the parts of its capabilities."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dealix.business.compliance.checking import Inspector
from dealix.business.compliance.contradictions import ContradictionBook
from dealix.business.compliance.pipelines import ComplianceScan, ContradictionScan
from dealix.business.compliance.scanning import (
    ComplianceScanInput,
    ContradictionScanInput,
    controls_example,
    prepare,
    prepare_controls,
    scan_example,
)
from dealix.business.evidence.asking import EvidencePackInput
from dealix.business.evidence.pipelines import EvidencePackAssembly
from dealix.business.evidence.starting import PackStarts, about, pack_example, persons_of
from dealix.business.leads.examples import qualification_example
from dealix.business.leads.pipelines import LeadQualification
from dealix.business.leads.schemas import LeadInput
from dealix.business.partners import activation, negotiation
from dealix.business.partners.activities import PartnerActivities
from dealix.business.partners.activities_activation import ActivationActivities
from dealix.business.partners.activities_crm import CrmActivities
from dealix.business.partners.answering import EVENT
from dealix.business.partners.examples import partner_example
from dealix.business.partners.registry_check import DoorCheck
from dealix.business.partners.registry_findings import RegistryDesk
from dealix.business.partners.schemas import ActivationFacts, PartnerApprovalInput
from dealix.business.partners.service import EVENTS, GATES
from dealix.business.partners.signing import Agreements
from dealix.business.partners.standing import LONGEST, unused_example
from dealix.business.partners.workflows import PartnerApproval
from dealix.business.proposals.activities import PriceActivities
from dealix.business.proposals.approving import BY_PERCENT, BY_VALUE, InternalStart
from dealix.business.proposals.approving import LONGEST as PRICE_WAITS
from dealix.business.proposals.asking import ProposalInput
from dealix.business.proposals.examples import proposal_example
from dealix.business.proposals.pipelines import ProposalGeneration
from dealix.business.proposals.workflows import PriceApproval
from dealix.business.signatures.activities import SignatureActivities
from dealix.lanes.kinds import WorkflowKind
from dealix.lanes.pipelines import MEDIUM, Pipeline
from dealix.lanes.run_activities import RunActivities
from dealix.packs import pack_kinds
from dealix.scans import scan_reader
from dealix.trust.approvals.activities import ApprovalActivities

if TYPE_CHECKING:
    from dealix.bootstrap import Services

FLOWS = (PartnerApproval, PriceApproval)


def kinds_of(made: "Services") -> dict[str, WorkflowKind]:
    """Every built workflow that a person starts, by its key."""
    return {
        "partner_approval": WorkflowKind(
            key="partner_approval",
            input_model=PartnerApprovalInput,
            prepare=made.partners.prepare,
            examples=partner_example,
            unused=unused_example,
            examine=DoorCheck(made.companies_at_door).examine,
            longest=LONGEST,
            gates=GATES,
            events=EVENTS,
            by_hand={
                EVENT: made.answers.by_hand,
                negotiation.REVISION: negotiation.revise,
                activation.EVENT: made.partners.book.enter,
            },
            forms={activation.EVENT: ActivationFacts},
            subjects=made.partners.subjects,
        ),
        "price_approval": WorkflowKind(  # no row of the inventory: only a proposal's run begins it
            key="price_approval",
            input_model=InternalStart,
            prepare=made.proposals.refuse_start,
            examples=lambda _number: {},
            longest=PRICE_WAITS,
            gates=(BY_PERCENT, BY_VALUE),
            subjects=made.proposals.subjects,
        ),
        **_pipeline_kinds(made),
    }


def _pipeline_kinds(made: "Services") -> dict[str, WorkflowKind]:
    return {
        "evidence_pack": WorkflowKind(
            key="evidence_pack",
            input_model=EvidencePackInput,
            prepare=PackStarts(pack_kinds(made)).prepare,
            examples=pack_example,
            lane=MEDIUM,
            subjects=lambda session, runs: about(made.subjects, session, runs),
        ),
        "contradiction_scan": WorkflowKind(
            key="contradiction_scan",
            input_model=ContradictionScanInput,
            prepare=prepare,
            examples=scan_example,
            lane=MEDIUM,
        ),
        "lead_qualification": WorkflowKind(
            key="lead_qualification",
            input_model=LeadInput,
            prepare=made.qualifications.prepare,
            examples=qualification_example,
            lane=MEDIUM,
            subjects=made.qualifications.subjects,
        ),
        "proposal_generation": WorkflowKind(
            key="proposal_generation",
            input_model=ProposalInput,
            prepare=made.proposals.prepare,
            examples=proposal_example,
            lane=MEDIUM,
            subjects=made.proposals.subjects,
        ),
        "compliance_scan": WorkflowKind(
            key="compliance_scan",
            input_model=ComplianceScanInput,
            prepare=prepare_controls,
            examples=controls_example,
            lane=MEDIUM,
        ),
    }


def pipelines_of(made: "Services") -> dict[str, Pipeline]:
    """Every pipeline of the medium lane, bound to its collaborators, by its workflow's key."""
    lines: tuple[Pipeline, ...] = (
        EvidencePackAssembly(
            made.database,
            made.packs,
            pack_kinds(made),
            lambda session, run: persons_of(made.subjects, session, run),
        ),
        ContradictionScan(
            made.database, scan_reader(made), ContradictionBook(made.vault), made.model_use
        ),
        LeadQualification(
            made.database, made.leads, made.companies, made.directories, made.model_use
        ),
        ProposalGeneration(made.database, made.proposals, made.model_use, made.knowledge),
        ComplianceScan(made.database, Inspector(made.settings, made.secrets)),
    )
    return {line.workflow: line for line in lines}


def steps_of(made: "Services") -> list[Callable[..., Any]]:
    """Every activity of the durable lane, bound to its collaborators."""
    groups: tuple[object, ...] = (
        RunActivities(made.database),
        ApprovalActivities(made.database, made.approvals),
        PartnerActivities(
            made.database,
            made.partners,
            made.approvals,
            made.outbound,
            made.post,
            made.packs,
        ),
        SignatureActivities(
            made.database,
            made.signatures,
            made.outbound,
            {"partner_approval": Agreements(made.partners)},
        ),
        ActivationActivities(
            made.database,
            made.partners,
            RegistryDesk(made.database, made.companies, made.partners),
            made.partners.book,
            made.outbound,
        ),
        CrmActivities(made.database, made.partners, made.outbound, made.post),
        PriceActivities(made.database, made.proposals, made.approvals),
    )
    return [method for group in groups for method in _activities(group)]


def _activities(group: object) -> list[Callable[..., Any]]:
    found = [getattr(group, name) for name in dir(type(group)) if not name.startswith("_")]
    return [method for method in found if hasattr(method, "__temporal_activity_definition")]
