"""The matrix's points: every step and undo of every orchestrated workflow, read where declared."""

from collections.abc import Iterable
from dataclasses import dataclass

from dealix.business.compliance.pipelines import ComplianceScan, ContradictionScan
from dealix.business.evidence.pipelines import EvidencePackAssembly
from dealix.business.leads.pipelines import LeadQualification
from dealix.business.partners.activities import PartnerActivities
from dealix.business.partners.activities_activation import ActivationActivities
from dealix.business.partners.activities_crm import CrmActivities
from dealix.business.proposals.activities import PriceActivities
from dealix.business.proposals.pipelines import ProposalGeneration
from dealix.business.signatures.activities import SignatureActivities
from dealix.lanes.pipelines import Pipeline, stages_of
from dealix.lanes.steps import StepFacts, facts_of

OUTSIDE = ("before", "after", "recorded")
OWN = ("before", "recorded")
GROUPS: dict[str, tuple[type, ...]] = {
    "partner_approval": (
        PartnerActivities,
        CrmActivities,
        ActivationActivities,
        SignatureActivities,
    ),
    "price_approval": (PriceActivities,),
}

PIPELINES: dict[str, type[Pipeline]] = {
    "evidence_pack": EvidencePackAssembly,
    "contradiction_scan": ContradictionScan,
    "lead_qualification": LeadQualification,
    "proposal_generation": ProposalGeneration,
    "compliance_scan": ComplianceScan,
}


@dataclass(frozen=True)
class Point:
    """A place in a step where a process can be held and killed."""

    workflow: str
    step: str
    point: str
    undoes: bool

    @property
    def name(self) -> str:
        """As the crash points name it."""
        return f"{self.step}:{self.point}"

    @property
    def file(self) -> str:
        """As the barrier's files are called."""
        return f"{self.step}.{self.point}"


def facts(workflow: str) -> list[StepFacts]:
    """The declared steps, gates and undos of a workflow, in the order of its files."""
    if workflow in PIPELINES:
        return [facts_of(each) for each in stages_of(PIPELINES[workflow])]
    named = (each for group in GROUPS[workflow] for each in vars(group).items())
    methods = (method for name, method in named if not name.startswith("_"))
    return [facts_of(method) for method in methods if hasattr(method, "__dealix_step__")]


def of(workflow: str) -> list[Point]:
    """Every point of a workflow; a pipeline has no effect outside that needs taking back."""
    return [
        Point(workflow, each.name, point, each.is_undo)
        for each in facts(workflow)
        for point in (OWN if each.system is None or workflow in PIPELINES else OUTSIDE)
    ]


def everything() -> list[Point]:
    """Every point of every workflow."""
    return [point for workflow in (*GROUPS, *PIPELINES) for point in of(workflow)]


def outside(workflow: str) -> list[StepFacts]:
    """The steps with an effect at a provider, in their order."""
    return [each for each in facts(workflow) if each.system is not None and not each.is_undo]


def named(names: Iterable[str]) -> list[Point]:
    """The points with these names."""
    wanted = set(names)
    return [point for point in everything() if point.name in wanted]
