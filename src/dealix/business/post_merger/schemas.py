"""How a bought company is joined, gate by gate, and what executives read of it each week."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dealix.business.acquisitions.schemas import ItemKey
from dealix.business.leads.schemas import Currency
from dealix.business.partners.schemas import Line, Strict, Wording
from dealix.business.proposals.schemas import Ident, Money, Percent
from dealix.connectors.data_class import DataClass
from dealix.decision_rules import HUNDRED, amounts_ordered, complete, must, once, ordered
from dealix.lanes.provenance import Provenance

RESTRICTED = DataClass.RESTRICTED
GateKey = Literal["day_1", "day_30", "day_60", "day_90"]
GATE_DAYS: dict[GateKey, int] = {"day_1": 0, "day_30": 30, "day_60": 60, "day_90": 90}
"""Days from the first day on which both are one."""
CHECKLISTS: dict[GateKey, tuple[str, ...]] = {
    "day_1": (
        "legal_entity_structure", "communication_plan", "it_access",
        "consolidated_financial_reporting", "retention_agreements", "saudization_plan",
        "pdpl_data_inventory", "cr_transfer_started",
    ),
    "day_30": (
        "organisation_announced", "customers_told", "systems_assessed", "quick_wins_started",
        "culture_programme", "saudization_gap_analysis",
    ),
    "day_60": (
        "data_migration_plan", "tenant_merge_or_split_decided", "api_consolidation_roadmap",
        "revenue_synergy_pilot", "cost_synergy_tracking", "compliance_audit",
    ),
    "day_90": (
        "core_systems_integrated", "unified_reporting", "synergy_run_rate_validated",
        "customer_retention", "one_team", "retrospective",
    ),
}  # fmt: skip
"""What every gate asks; a programme may ask more, never less."""
ROLLBACK_HOURS = 72
RETENTION_FLOOR = Decimal(95)
SHORTEST_DAYS, LONGEST_DAYS = 90, 184
"""A programme takes three to six months."""
Light = Literal["red", "amber", "green"]
BlockerKind = Literal["task", "milestone", "critical_path", "synergy_at_risk"]
Level = Literal["workstream_lead", "pmi_director", "ceo", "board"]
LATE: dict[BlockerKind, tuple[int, Level]] = {
    "task": (3, "workstream_lead"),
    "milestone": (7, "pmi_director"),
    "critical_path": (-1, "ceo"),
    "synergy_at_risk": (-1, "board"),
}
"""Who is told of a blocker, once it is late by more than so many days."""
TOP_RISKS = 5


class ProgramWorkstream(Strict):
    """A part of the programme, and who leads it."""

    key: ItemKey
    name_ar: Line
    name_en: Line
    lead_person_id: Annotated[Ident, RESTRICTED]


class GateItem(Strict):
    """One line of a gate's checklist: whose, in which workstream, until when."""

    key: ItemKey
    workstream: ItemKey
    owner_person_id: Annotated[Ident, RESTRICTED]
    due_on: date


class Gate(Strict):
    """A gate: the day it falls on and all that must be done by then."""

    gate: GateKey
    due_on: date
    items: Annotated[list[GateItem], Field(max_length=100)]

    @model_validator(mode="after")
    def _asks_all(self) -> "Gate":
        keys = [each.key for each in self.items]
        once("items", keys)
        must(
            set(CHECKLISTS[self.gate]) <= set(keys), "not_complete", "a line of the gate is missing"
        )
        must(
            all(each.due_on <= self.due_on for each in self.items),
            "dates_differ",
            "due by the gate",
        )
        return self


class SynergyGoal(Strict):
    """What the joining shall have brought by a gate, in all."""

    gate: GateKey
    amount: Money


class PMIProgramPlan(Strict):
    """How two companies become one: four gates, counted from the first day together.

    A migration can be taken back within 72 hours; more than 95 percent of customers shall stay.
    `critical_path` names items of gates.
    """

    program_id: Ident
    target_id: Ident
    first_day: date
    ends_on: date
    director_person_id: Annotated[Ident, RESTRICTED]
    workstreams: Annotated[list[ProgramWorkstream], Field(min_length=1, max_length=20)]
    gates: Annotated[list[Gate], Field(max_length=len(GATE_DAYS))]
    critical_path: Annotated[list[ItemKey], Field(min_length=1, max_length=100)]
    synergy_id: Ident
    currency: Currency
    synergy_goals: Annotated[list[SynergyGoal], Field(max_length=len(GATE_DAYS))]
    customer_retention_goal_percent: Percent
    rollback_hours: Annotated[int, Field(ge=1, le=ROLLBACK_HOURS)]
    provenance: Provenance

    @model_validator(mode="after")
    def _gates_fall_on_their_days(self) -> "PMIProgramPlan":
        days = (self.ends_on - self.first_day).days
        must(SHORTEST_DAYS <= days <= LONGEST_DAYS, "dates_differ", "three to six months")
        complete("gates", (each.gate for each in self.gates), GATE_DAYS)
        for each in self.gates:
            due = self.first_day + timedelta(days=GATE_DAYS[each.gate])
            must(each.due_on == due, "dates_differ", "a gate falls on its day")
        return self

    @model_validator(mode="after")
    def _names_what_it_has(self) -> "PMIProgramPlan":
        known = {each.key for each in self.workstreams}
        once("workstreams", (each.key for each in self.workstreams))
        items = [each for gate in self.gates for each in gate.items]
        once("items", (each.key for each in items))
        fits = all(each.workstream in known for each in items)
        must(fits, "unknown_workstream", "an item belongs to a workstream of the programme")
        once("critical_path", self.critical_path)
        on_path = set(self.critical_path) <= {each.key for each in items}
        must(on_path, "unknown_item", "the critical path is made of items")
        return self

    @model_validator(mode="after")
    def _goals_grow(self) -> "PMIProgramPlan":
        complete("synergy_goals", (each.gate for each in self.synergy_goals), GATE_DAYS)
        goals = sorted(self.synergy_goals, key=lambda each: GATE_DAYS[each.gate])
        amounts_ordered("synergy_goals", *(each.amount for each in goals))
        kept = Decimal(self.customer_retention_goal_percent)
        must(kept > RETENTION_FLOOR, "too_loose", "more than 95 percent of customers stay")
        return self


class WorkstreamStatus(Strict):
    """How one workstream stands."""

    workstream: ItemKey
    light: Light
    because: Line


class Blocker(Strict):
    """What stands in the way, how many days it is late, and who is told of it by the rule."""

    key: ItemKey
    kind: BlockerKind
    what_ar: Line
    what_en: Line
    days_late: Annotated[int, Field(ge=0, le=365)]
    owner_person_id: Annotated[Ident, RESTRICTED]
    escalated_to: Level | None

    @model_validator(mode="after")
    def _told_to_whom_it_must(self) -> "Blocker":
        after, level = LATE[self.kind]
        due = level if self.days_late > after else None
        must(self.escalated_to == due, "escalation_differs", "who is told follows from the delay")
        return self


class SynergyStatus(Strict):
    """What the joining has brought so far against its plan, in percent of it; None of no plan."""

    planned: Money
    actual: Money
    percent_of_plan: Annotated[int | None, Field(ge=0)]

    @model_validator(mode="after")
    def _share_is_counted(self) -> "SynergyStatus":
        planned, share = Decimal(self.planned), None
        if planned:
            exact = HUNDRED * Decimal(self.actual) / planned
            share = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        must(self.percent_of_plan == share, "sum_differs", "the share is actual of planned")
        return self


class PeopleStatus(Strict):
    """How many people there are, left, and of those whom we must not lose are still here."""

    headcount: Annotated[int, Field(ge=0)]
    left: Annotated[int, Field(ge=0)]
    key_people: Annotated[int, Field(ge=0)]
    key_people_kept: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _no_more_than_there_were(self) -> "PeopleStatus":
        must(self.key_people_kept <= self.key_people, "sum_differs", "kept are some of them")
        return self


class RankedRisk(Strict):
    """One of the five risks that matter most, 1 the first."""

    rank: Annotated[int, Field(ge=1, le=TOP_RISKS)]
    what_ar: Line
    what_en: Line
    owner_person_id: Annotated[Ident, RESTRICTED]
    mitigant: Wording | None


class ExecWeeklyPack(Strict):
    """One week of a programme for those who lead: a light, what was done, what is in the way.

    The light is no better than the worst workstream, and red where the critical path is blocked.
    """

    pack_id: Ident
    program_id: Ident
    week_from: date
    week_to: date
    overall: Light
    workstreams: Annotated[list[WorkstreamStatus], Field(min_length=1, max_length=20)]
    done: Annotated[list[Line], Field(max_length=50)]
    planned: Annotated[list[Line], Field(max_length=50)]
    blockers: Annotated[list[Blocker], Field(max_length=50)]
    currency: Currency
    synergy: SynergyStatus
    people: PeopleStatus
    risks: Annotated[list[RankedRisk], Field(max_length=TOP_RISKS)]
    provenance: Provenance

    @model_validator(mode="after")
    def _light_follows(self) -> "ExecWeeklyPack":
        once("workstreams", (each.workstream for each in self.workstreams))
        lights = [each.light for each in self.workstreams]
        worst = next(light for light in ("red", "amber", "green") if light in lights)
        if any(each.kind == "critical_path" for each in self.blockers):
            worst = "red"
        ranks: list[str] = ["red", "amber", "green"]
        fits = ranks.index(self.overall) <= ranks.index(worst)
        must(fits, "light_differs", "the whole is no better than its worst part")
        return self

    @model_validator(mode="after")
    def _is_a_week(self) -> "ExecWeeklyPack":
        ordered("week_from, week_to", self.week_from, self.week_to)
        must((self.week_to - self.week_from).days == 6, "dates_differ", "a week has seven days")
        once("blockers", (each.key for each in self.blockers))
        ranks = [each.rank for each in self.risks]
        must(ranks == list(range(1, len(ranks) + 1)), "not_in_order", "risks are ranked from 1")
        return self
