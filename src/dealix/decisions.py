"""Every output on which people decide: its schema, the flow that produces it, and its data classes.

The schema stands before its flow is built, so that what will be decided on is known.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from dealix import catalog
from dealix.business.acquisitions.board import BoardPackDraft
from dealix.business.acquisitions.schemas import SynergyModel, TargetProfile, ValuationMemo
from dealix.business.due_diligence.schemas import DDPlan, ICMemo
from dealix.business.expansion.schemas import ExpansionPlan, StopLossPolicy
from dealix.business.leads.memos import QualificationMemo
from dealix.business.leads.schemas import LeadScoreCard
from dealix.business.meetings.schemas import HandoffChecklist
from dealix.business.partners.schemas import EconomicsModel, PartnerDossier
from dealix.business.post_merger.schemas import ExecWeeklyPack, PMIProgramPlan
from dealix.business.proposals.schemas import PricingDecisionRecord, ProposalPack
from dealix.connectors.data_class import DataClass, classes_of
from dealix.trust.approvals.schemas import ApprovalPacket

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CLASS = "x-data-class"


@dataclass(frozen=True)
class DecisionSchema:
    """One of the 18: `flow` produces it, once it is built.

    `otherwise` is the data class of every field that names none of its own.
    """

    name: str
    flow: str
    model: type[BaseModel]
    otherwise: DataClass = DataClass.CONFIDENTIAL


ALL: tuple[DecisionSchema, ...] = (
    DecisionSchema("LeadScoreCard", "lead_scoring", LeadScoreCard, DataClass.INTERNAL),
    DecisionSchema("QualificationMemo", "lead_qualification", QualificationMemo),
    DecisionSchema("ProposalPack", "proposal_generation", ProposalPack),
    DecisionSchema("PricingDecisionRecord", "proposal_generation", PricingDecisionRecord),
    DecisionSchema("HandoffChecklist", "meeting_booking", HandoffChecklist),
    DecisionSchema("PartnerDossier", "partner_approval", PartnerDossier),
    DecisionSchema("EconomicsModel", "partner_approval", EconomicsModel),
    DecisionSchema("ApprovalPacket", "partner_approval", ApprovalPacket),
    DecisionSchema("TargetProfile", "ma_offer", TargetProfile),
    DecisionSchema("DDPlan", "dd_room", DDPlan),
    DecisionSchema("ValuationMemo", "ma_offer", ValuationMemo),
    DecisionSchema("SynergyModel", "ma_offer", SynergyModel),
    DecisionSchema("ICMemo", "dd_room", ICMemo),
    DecisionSchema("BoardPackDraft", "ma_offer", BoardPackDraft),
    DecisionSchema("ExpansionPlan", "expansion_launch", ExpansionPlan),
    DecisionSchema("StopLossPolicy", "expansion_launch", StopLossPolicy),
    DecisionSchema("PMIProgramPlan", "pmi_program", PMIProgramPlan),
    DecisionSchema("ExecWeeklyPack", "pmi_program", ExecWeeklyPack),
)


def state_of(decision: DecisionSchema) -> str:
    """In a word: `produced`, or `defined` where its flow is not built."""
    return "produced" if catalog.row(decision.flow).built else "defined"


def schema_of(decision: DecisionSchema) -> dict[str, Any]:
    """The JSON Schema of a decision, with the data class of every field."""
    schema = decision.model.model_json_schema()
    named = {each.__name__: each for each in models_in(decision.model)}
    _classify(schema, decision.model, decision.otherwise)
    for name, part in schema.get("$defs", {}).items():
        if name in named:
            _classify(part, named[name], decision.otherwise)
    return {"$schema": DIALECT, "$id": f"urn:dealix:decision:{decision.name}", **schema}


def export(folder: Path) -> list[Path]:
    """Write the schema of every decision, as `<name>.json`; answers the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for decision in ALL:
        file = folder / f"{decision.name}.json"
        text = json.dumps(schema_of(decision), ensure_ascii=False, indent=2)
        file.write_text(f"{text}\n", encoding="utf-8")
        written.append(file)
    return written


def models_in(model: type[BaseModel]) -> list[type[BaseModel]]:
    """A model and every one that stands in it, each once."""
    found: list[type[BaseModel]] = []
    waiting: list[Any] = [model]
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, BaseModel):
            if one not in found:
                found.append(one)
                waiting += [field.annotation for field in one.model_fields.values()]
        else:
            waiting += list(getattr(one, "__args__", ()))
    return found


def personal_fields(model: type[BaseModel]) -> list[str]:
    """The fields that are personal, such as `PartnerDossier.contact_person_id`."""
    return [
        f"{each.__name__}.{name}"
        for each in models_in(model)
        for name, found in classes_of(each).items()
        if found is DataClass.RESTRICTED
    ]


def _classify(schema: dict[str, Any], model: type[BaseModel], otherwise: DataClass) -> None:
    classes = classes_of(model)
    for name, part in schema.get("properties", {}).items():
        part[CLASS] = str(classes.get(name) or otherwise)
