"""How a company is looked at before it is bought, and what the committee decides on."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dealix.business.acquisitions.schemas import ItemKey, SignedMoney, ValueRange
from dealix.business.leads.schemas import Currency
from dealix.business.partners.schemas import Line, Strict, Wording
from dealix.business.proposals.schemas import Ident, Money, Percent, Sha256
from dealix.connectors.data_class import DataClass
from dealix.decision_rules import complete, must, once, ordered, same, total
from dealix.lanes.provenance import Provenance

RESTRICTED = DataClass.RESTRICTED
Workstream = Literal["financial", "legal", "technical", "product", "security", "cultural"]
NEEDED: tuple[Workstream, ...] = ("financial", "legal", "technical", "product", "security")
"""The workstreams of every plan; the cultural one may be added."""
SHORTEST_DAYS, LONGEST_DAYS = 14, 56
"""A due diligence takes two to eight weeks."""
Severity = Literal["critical", "high", "medium", "low"]


def _of_workstreams(field: str, given: list[Workstream]) -> None:
    complete(field, (each for each in given if each != "cultural"), NEEDED)
    once(field, given)


class DocumentRequest(Strict):
    """A document that is asked of the target, until when."""

    key: ItemKey
    what_ar: Line
    what_en: Line
    due_on: date
    required: bool


class PlannedWorkstream(Strict):
    """One workstream: collects, analyses, finds; one person leads it."""

    workstream: Workstream
    lead_person_id: Annotated[Ident, RESTRICTED]
    member_person_ids: Annotated[list[Ident], Field(max_length=50), RESTRICTED]
    starts_on: date
    ends_on: date
    requests: Annotated[list[DocumentRequest], Field(min_length=1, max_length=200)]
    questions: Annotated[list[Line], Field(max_length=100)]
    budget: Money = "0"

    @model_validator(mode="after")
    def _in_its_time(self) -> "PlannedWorkstream":
        once("requests", (each.key for each in self.requests))
        for each in self.requests:
            ordered("requests", self.starts_on, each.due_on, self.ends_on)
        ordered("starts_on, ends_on", self.starts_on, self.ends_on)
        return self


class DDPlan(Strict):
    """How a target is looked at: five workstreams or six, side by side, then the committee.

    Each lies within the plan's days, two to eight weeks of them; their budgets are the whole's.
    """

    plan_id: Ident
    target_id: Ident
    room_id: Ident
    starts_on: date
    ends_on: date
    committee_on: date
    workstreams: Annotated[list[PlannedWorkstream], Field(max_length=6)]
    currency: Currency
    budget: Money
    confidentiality_document_id: Ident
    provenance: Provenance

    @model_validator(mode="after")
    def _in_its_time(self) -> "DDPlan":
        ordered("starts_on, ends_on, committee_on", self.starts_on, self.ends_on, self.committee_on)
        days = (self.ends_on - self.starts_on).days
        must(SHORTEST_DAYS <= days <= LONGEST_DAYS, "dates_differ", "two to eight weeks")
        for each in self.workstreams:
            ordered("workstreams", self.starts_on, each.starts_on, each.ends_on, self.ends_on)
        return self

    @model_validator(mode="after")
    def _whole(self) -> "DDPlan":
        _of_workstreams("workstreams", [each.workstream for each in self.workstreams])
        same("budget", self.budget, total(each.budget for each in self.workstreams))
        return self


class CommitteeValue(Strict):
    """What a method says that the target is worth, or what their blend does."""

    method: Literal["dcf", "comparables", "precedents", "blended"]
    value: ValueRange


class ValueImpact(Strict):
    """What a finding takes off the value, or adds to it."""

    finding_id: Ident
    amount: SignedMoney
    because: Line


class FindingCount(Strict):
    """How many findings of each severity a workstream has."""

    workstream: Workstream
    critical: Annotated[int, Field(ge=0)]
    high: Annotated[int, Field(ge=0)]
    medium: Annotated[int, Field(ge=0)]
    low: Annotated[int, Field(ge=0)]


class KeyRisk(Strict):
    """A risk with its evidence, who owns it, and what takes it away; None where nothing does."""

    key: ItemKey
    severity: Severity
    workstream: Workstream
    what_ar: Line
    what_en: Line
    evidence_document_id: Ident
    owner_person_id: Annotated[Ident, RESTRICTED]
    mitigant: Wording | None


class VoteRequired(Strict):
    """Who votes, how many must be there, and how much of them must agree."""

    member_person_ids: Annotated[list[Ident], Field(min_length=1, max_length=40), RESTRICTED]
    quorum: Annotated[int, Field(ge=1, le=40)]
    majority_percent: Percent

    @model_validator(mode="after")
    def _can_be_held(self) -> "VoteRequired":
        once("member_person_ids", self.member_person_ids)
        there = self.quorum <= len(self.member_person_ids)
        must(there, "no_quorum", "the members do not make the quorum")
        must(Decimal(self.majority_percent) >= 50, "no_majority", "a majority is half at least")
        return self


class ICMemo(Strict):
    """What the investment committee decides on after a due diligence.

    `adjusted_mid` is the blended value with the findings' impacts. A conditional recommendation has
    conditions, and no other has. Nobody may proceed with a critical risk that nothing takes away.
    """

    memo_id: Ident
    target_id: Ident
    plan_id: Ident
    recommendation: Literal["proceed", "conditional", "hold", "reject"]
    summary_ar: Wording
    summary_en: Wording
    currency: Currency
    valuation_id: Ident
    valuation_hash: Sha256
    values: Annotated[list[CommitteeValue], Field(min_length=2, max_length=4)]
    impacts: Annotated[list[ValueImpact], Field(max_length=200)]
    adjusted_mid: SignedMoney
    synergy_id: Ident
    synergy_run_rate: Money
    findings: Annotated[list[FindingCount], Field(max_length=6)]
    risks: Annotated[list[KeyRisk], Field(max_length=40)]
    conditions: Annotated[list[Wording], Field(max_length=40)]
    vote: VoteRequired
    provenance: Provenance

    @model_validator(mode="after")
    def _value_adds_up(self) -> "ICMemo":
        once("values", (each.method for each in self.values))
        blend = [each.value for each in self.values if each.method == "blended"]
        must(bool(blend), "not_complete", "the blended value is named")
        once("impacts", (each.finding_id for each in self.impacts))
        changed = total(each.amount for each in self.impacts)
        same("adjusted_mid", self.adjusted_mid, Decimal(blend[0].mid) + changed)
        return self

    @model_validator(mode="after")
    def _recommendation_follows(self) -> "ICMemo":
        _of_workstreams("findings", [each.workstream for each in self.findings])
        once("risks", (each.key for each in self.risks))
        conditional = self.recommendation == "conditional"
        fits = conditional == bool(self.conditions)
        must(fits, "conditions_differ", "a conditional one has conditions, and only it has")
        bare = any(each.severity == "critical" and each.mitigant is None for each in self.risks)
        must(
            not (bare and self.recommendation in ("proceed", "conditional")),
            "risk_unmitigated",
            "nobody proceeds with a critical risk that nothing takes away",
        )
        return self
