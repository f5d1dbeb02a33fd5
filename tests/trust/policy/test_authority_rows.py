"""Rows of the authority table: what is refused, and which row a case finds."""

from typing import Any

import pytest
from tests.trust.policy.cast import OTHER, TENANT

from dealix.errors import InvalidInput
from dealix.trust.policy.authority import gates_of, parse
from dealix.trust.policy.authority_defaults import rows_for

DIRECTOR = {"name": "director", "roles": ["director"]}
CFO = {"name": "cfo", "roles": ["cfo"]}


def row(**change: Any) -> dict[str, Any]:
    return {"kind": "purchase", "gate": "approval", "slots": [DIRECTOR]} | change


def refused(*rows: dict[str, Any]) -> list[dict[str, str]]:
    with pytest.raises(InvalidInput) as error:
        parse(rows)
    assert error.value.code == "invalid_input"
    errors: list[dict[str, str]] = error.value.params["errors"]  # type: ignore[assignment]
    return errors


@pytest.mark.parametrize(
    "wrong",
    [
        row(slots=[]),
        row(slots=[{"name": "x"}]),
        row(slots=[{"name": "x", "roles": ["emperor"]}]),
        row(slots=[{"name": "x", "roles": ["cfo"], "relation": "manager"}]),
        row(slots=[{"name": "x", "roles": ["cfo"], "count": 0}]),
        row(slots=[{"name": "x", "roles": ["cfo"], "surprise": 1}]),
        row(slots=[DIRECTOR, DIRECTOR]),
        row(amount_from="NaN"),
        row(amount_from=1.5),
        row(amount_from="5", amount_to="5"),
        row(surprise=1),
    ],
)
def test_a_wrong_row_is_refused_by_name(wrong: dict[str, Any]) -> None:
    assert refused(row(kind="other"), wrong)[0]["field"].startswith("rows.1")


def test_an_empty_table_is_refused() -> None:
    assert refused() == [{"field": "rows", "type": "missing"}]


def test_overlapping_rows_are_refused() -> None:
    assert refused(row(amount_to="100"), row(amount_from="99")) == [
        {"field": "rows.1", "type": "overlap"}
    ]
    assert refused(row(), row(exclusivity=True))
    assert len(parse([row(amount_to="100"), row(amount_from="100")])) == 2
    assert len(parse([row(exclusivity=False), row(exclusivity=True)])) == 2


def test_bands_lie_above_their_lower_and_up_to_their_upper_bound() -> None:
    rows = parse([row(amount_to="100"), row(amount_from="100", slots=[CFO])])

    def slot(amount: str) -> str:
        return gates_of(rows, "purchase", "*", amount)["approval"][0].name

    assert (slot("0"), slot("100.00"), slot("100.01")) == ("director", "director", "cfo")


def test_this_very_type_goes_before_any_and_exclusivity_has_its_own_row() -> None:
    rows = parse(
        [
            row(exclusivity=False),
            row(exclusivity=True, slots=[CFO]),
            row(type="special", slots=[CFO, DIRECTOR]),
        ]
    )
    assert [s.name for s in gates_of(rows, "purchase", "special")["approval"]] == [
        "cfo",
        "director",
    ]
    assert [s.name for s in gates_of(rows, "purchase", "x")["approval"]] == ["director"]
    exclusive = gates_of(rows, "purchase", "x", exclusive=True)["approval"]
    assert [s.name for s in exclusive] == ["cfo"]


@pytest.mark.parametrize(
    ("kind", "type_", "amount", "code"),
    [
        ("partner_approval", "franchise", "0", "unknown_partner_type"),
        ("partner_approval", "*", "0", "unknown_partner_type"),
        ("discount", "*", "15", "no_authority_row"),
        ("discount", "*", "-1", "negative_amount"),
        ("discount", "*", "much", "invalid_input"),
        ("discount", "*", "NaN", "invalid_input"),
        ("nothing", "*", "0", "no_authority_row"),
    ],
)
def test_a_case_without_a_row_is_refused(kind: str, type_: str, amount: str, code: str) -> None:
    with pytest.raises(InvalidInput) as error:
        gates_of(rows_for(TENANT), kind, type_, amount)
    assert error.value.code == code


@pytest.mark.parametrize("tenant", [TENANT, OTHER, "new-tenant"])
def test_the_shipped_tables_know_every_partner_type_and_the_later_kinds(tenant: str) -> None:
    for type_ in ("referral", "distribution", "technology", "strategic", "government"):
        gates = gates_of(rows_for(tenant), "partner_approval", type_)
        assert list(gates) == [
            "manager_approval",
            "term_review",
            "legal_review",
            "executive_approval",
        ]
        assert gates["manager_approval"][0].relation == "manager"
    both = gates_of(rows_for(tenant), "partner_approval", "government")["executive_approval"]
    assert [slot.name for slot in both] == ["c_level", "legal_counsel"]
    offer = gates_of(rows_for(tenant), "ma_offer", "*")
    assert [slot.name for slot in offer["short_list"]] == ["svp", "cfo"]
    assert [slot.name for slot in offer["sign"]] == ["board", "legal_counsel"]
    assert gates_of(rows_for(tenant), "discount", "*", "15.01")
