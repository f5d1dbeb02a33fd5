"""The authority table: rows of who decides what, and how the row for a case is found."""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic import ValidationError as NotValid

from dealix.errors import InvalidInput

ROLES = frozenset(
    {
        "sales_rep", "partner_manager", "director", "vp", "vp_corpdev", "svp", "cfo", "cto",
        "legal_counsel", "compliance_officer", "ceo", "ic_member", "board_member", "pmi_director",
        "workstream_lead", "auditor", "operator", "tenant_admin",
    }
)  # fmt: skip
ANY = "*"
PARTNER_APPROVAL = "partner_approval"
MAX_ROWS = 500


def _role(text: Any) -> Any:
    if text not in ROLES:
        raise ValueError("unknown role")
    return text


def _decimal_string(value: Any) -> Any:
    """Money comes as a decimal string, never as a binary fraction or `NaN`."""
    try:
        ok = value is None or (isinstance(value, str) and Decimal(value).is_finite())
    except InvalidOperation:
        ok = False
    if not ok:
        raise ValueError("a decimal string")
    return value


Role = Annotated[str, BeforeValidator(_role), Field(json_schema_extra={"enum": sorted(ROLES)})]
Amount = Annotated[str | None, BeforeValidator(_decimal_string)]


class Strict(BaseModel):
    """Nothing unknown comes in, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Slot(Strict):
    """A seat at a gate: filled by `count` people, by role or by relation to the requester.

    Deputies may fill it when nobody else can.
    """

    name: str = Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")
    roles: tuple[Role, ...] = ()
    relation: Literal["manager", "managers_manager"] | None = None
    count: int = Field(1, ge=1, le=20)
    deputy_roles: tuple[Role, ...] = ()

    @model_validator(mode="after")
    def _somebody_fills_it(self) -> "Slot":
        if bool(self.roles) == (self.relation is not None):
            raise ValueError("a slot is filled by roles or by a relation")
        return self


class Row(Strict):
    """Who decides a gate of a kind: for this type, above `amount_from` and up to `amount_to`."""

    kind: str = Field(min_length=1, max_length=60)
    gate: str = Field(min_length=1, max_length=60)
    type: str = Field(ANY, min_length=1, max_length=60)
    amount_from: Amount = None
    amount_to: Amount = None
    currency: str | None = None
    exclusivity: bool | None = None
    slots: tuple[Slot, ...] = Field(min_length=1)
    touch: bool = Field(default=False, description="A browser proves its person anew.")
    by_link: bool = Field(default=False, description="A decision link alone may decide.")

    @model_validator(mode="after")
    def _sound(self) -> "Row":
        names = [slot.name for slot in self.slots]
        if len(set(names)) != len(names):
            raise ValueError("two slots of one gate share a name")
        if not _below(self.amount_from, self.amount_to):
            raise ValueError("the band is empty")
        if self.touch and self.by_link:
            raise ValueError("a link alone proves nobody")
        return self

    def covers(self, amount: Decimal) -> bool:
        """Whether an amount lies in the band: above its lower bound, up to its upper one."""
        above = self.amount_from is None or amount > Decimal(self.amount_from)
        return above and (self.amount_to is None or amount <= Decimal(self.amount_to))

    def overlaps(self, other: "Row") -> bool:
        """Whether one case would find both rows, neither more specific than the other."""
        same = (self.kind, self.gate, self.type) == (other.kind, other.gate, other.type)
        free = self.exclusivity is None or other.exclusivity is None
        return (
            same
            and (free or self.exclusivity == other.exclusivity)
            and _below(self.amount_from, other.amount_to)
            and _below(other.amount_from, self.amount_to)
        )


def _below(low: str | None, high: str | None) -> bool:
    return low is None or high is None or Decimal(low) < Decimal(high)


def parse(rows: Iterable[Any]) -> tuple[Row, ...]:
    """Rows out of data.

    Raises:
        InvalidInput: `invalid_input`, each wrong field named; overlapping rows too.
    """
    parsed: list[Row] = []
    errors: list[dict[str, str]] = []
    for number, data in enumerate(rows):
        if number >= MAX_ROWS:
            raise InvalidInput("invalid_input", errors=[{"field": "rows", "type": "too_long"}])
        try:
            parsed.append(data if isinstance(data, Row) else Row.model_validate(data))
        except NotValid as wrong:
            errors += [_named(number, problem) for problem in wrong.errors()]
    if not parsed and not errors:
        errors.append({"field": "rows", "type": "missing"})
    errors += [
        {"field": f"rows.{right}", "type": "overlap"}
        for (_, one), (right, two) in combinations(enumerate(parsed), 2)
        if one.overlaps(two)
    ]
    if errors:
        raise InvalidInput("invalid_input", errors=errors)
    return tuple(parsed)


def _named(number: int, problem: Any) -> dict[str, str]:
    path = ".".join(str(part) for part in problem["loc"])
    return {"field": f"rows.{number}.{path}".rstrip("."), "type": str(problem["type"])}


def gates_of(
    rows: Sequence[Row], kind: str, type_: str, amount: str = "0", *, exclusive: bool = False
) -> dict[str, tuple[Slot, ...]]:
    """The slots of every gate of a case, in the table's order of gates.

    Raises:
        InvalidInput: `unknown_partner_type`, `no_authority_row`, `negative_amount`.
    """
    of_kind = [row for row in rows if row.kind == kind]
    known = {row.type for row in of_kind} - {ANY}
    if kind == PARTNER_APPROVAL and known and type_ not in known:
        raise InvalidInput("unknown_partner_type", partner_type=type_)
    if not of_kind:
        raise InvalidInput("no_authority_row", gate=kind, type=type_)
    money = _money(amount)
    gates = list(dict.fromkeys(row.gate for row in of_kind if row.type in {type_, ANY}))
    if not gates:
        raise InvalidInput("no_authority_row", gate=kind, type=type_)
    return {gate: _row(of_kind, gate, type_, money, exclusive=exclusive).slots for gate in gates}


def row_of(
    rows: Sequence[Row], kind: str, gate: str, type_: str, amount: str, *, exclusive: bool
) -> Row:
    """The row by which one gate of a case is decided.

    Raises:
        InvalidInput: `no_authority_row`, `negative_amount`.
    """
    of_kind = [row for row in rows if row.kind == kind]
    return _row(of_kind, gate, type_, _money(amount), exclusive=exclusive)


def _row(rows: Sequence[Row], gate: str, type_: str, amount: Decimal, *, exclusive: bool) -> Row:
    """The row of one gate: one for this very type goes before one for any."""
    fitting = [
        row
        for row in rows
        if row.gate == gate
        and row.type in {type_, ANY}
        and row.exclusivity in {None, exclusive}
        and row.covers(amount)
    ]
    if not fitting:
        raise InvalidInput("no_authority_row", gate=gate, type=type_)
    return min(fitting, key=lambda row: row.type == ANY)


def _money(amount: str) -> Decimal:
    try:
        money = Decimal(amount)
    except InvalidOperation:
        money = Decimal("NaN")
    if not money.is_finite():
        raise InvalidInput("invalid_input", errors=[{"field": "amount", "type": "decimal"}])
    if money < 0:
        raise InvalidInput("negative_amount", field="amount")
    return money
