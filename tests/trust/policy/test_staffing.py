"""One person, one slot: the matching against brute force over random companies, and by example."""

import random
from itertools import permutations

import pytest
from tests.trust.policy.cast import Somebody, person

from dealix.errors import InvalidInput
from dealix.trust.policy import staffing
from dealix.trust.policy.authority import Slot, gates_of
from dealix.trust.policy.authority_defaults import rows_for
from dealix.trust.policy.staffing import staff

ROLES = ("director", "vp", "svp", "ceo", "cfo", "legal_counsel")
Gates = dict[str, tuple[Slot, ...]]


def random_company(rng: random.Random) -> tuple[list[Somebody], Gates]:
    count = rng.randint(1, 6)
    people = [
        Somebody(
            f"u{number}",
            frozenset(rng.sample(ROLES, rng.randint(0, 3))),
            rng.choice([None, *[f"u{n}" for n in range(count) if n != number]]),
        )
        for number in range(count)
    ]
    gates = {
        f"gate{number}": tuple(random_slot(rng, f"slot{n}") for n in range(rng.randint(1, 2)))
        for number in range(rng.randint(1, 2))
    }
    return people, gates


def random_slot(rng: random.Random, name: str) -> Slot:
    deputies = tuple(rng.sample(ROLES, rng.randint(0, 2)))
    if rng.random() < 0.4:
        relation = rng.choice(["manager", "managers_manager"])
        return Slot.model_validate({"name": name, "relation": relation, "deputy_roles": deputies})
    roles = tuple(rng.sample(ROLES, rng.randint(1, 2)))
    return Slot(name=name, roles=roles, count=rng.choice([1, 1, 2]), deputy_roles=deputies)


def fills(slot: Slot, who: Somebody, people: list[Somebody], requester: str) -> int | None:
    """0 as holder, 1 as deputy, None not at all: written anew, without the code under test."""
    if who.user_id == requester:
        return None
    by_id = {one.user_id: one for one in people}
    if slot.relation is None:
        holds = bool(set(slot.roles) & who.roles)
    else:
        above = by_id[requester].manager_id
        if slot.relation == "managers_manager":
            above = by_id[above].manager_id if above else None
        holds = above == who.user_id
    if holds:
        return 0
    return 1 if set(slot.deputy_roles) & who.roles else None


def best_assignments(people: list[Somebody], gates: Gates, requester: str) -> list[dict]:
    """Every assignment with the fewest deputies, earlier seats first, by trying them all."""
    seats = [(g, s) for g, slots in gates.items() for s in slots for _ in range(s.count)]
    found: dict[tuple[int, ...], list[dict]] = {}
    for chosen in permutations(people, len(seats)):
        costs = [
            fills(s, who, people, requester) for (_, s), who in zip(seats, chosen, strict=True)
        ]
        if None in costs:
            continue
        named = [((g, s.name), w.user_id) for (g, s), w in zip(seats, chosen, strict=True)]
        # seats of one slot are alike: order the costs inside a slot
        key = tuple(cost for cost in canonical(seats, costs))
        found.setdefault(key, []).append({"pairs": named})
    return found[min(found)] if found else []


def canonical(seats: list, costs: list) -> list[int]:
    out: list[int] = []
    at = 0
    while at < len(seats):
        size = seats[at][1].count
        out += sorted(costs[at : at + size])
        at += size
    return out


def test_random_companies_agree_with_brute_force() -> None:
    rng = random.Random(20260)
    refused = by_deputy = 0
    for _ in range(600):
        people, gates = random_company(rng)
        requester = rng.choice(people).user_id
        best = best_assignments(people, gates, requester)
        if not best:
            refused += 1
            with pytest.raises(InvalidInput) as error:
                staff(gates, people, requester)
            assert error.value.code == "no_deputy"
            assert error.value.params["gate"] in gates
            continue
        staffed = staff(gates, people, requester)
        for place, one in staffed.items():
            expected = {user for choice in best for at, user in choice["pairs"] if at == place}
            assert set(one.eligible) == expected, (people, gates, requester)
            by_deputy += one.by_deputy
    assert refused > 100
    assert by_deputy > 50


def test_random_companies_never_run_into_a_dead_end() -> None:
    """Whoever of the eligible decides, gate after gate, every slot of the run gets filled."""
    rng = random.Random(77)
    finished = 0
    for _ in range(600):
        people, gates = random_company(rng)
        requester = rng.choice(people).user_id
        try:
            staff(gates, people, requester)
        except InvalidInput:
            continue
        filled: list[tuple[str, str, str]] = []
        for gate, slots in gates.items():
            for slot in slots:
                for _ in range(slot.count):
                    now = staff(gates, people, requester, filled)[gate, slot.name]
                    filled.append((gate, slot.name, rng.choice(now.eligible)))
        users = [user for _, _, user in filled]
        assert len(set(users)) == len(users)
        assert requester not in users
        finished += 1
    assert finished > 150


SA = [
    person("lina", "sales_rep", under="noura"),
    person("noura", "partner_manager", under="fahad"),
    person("fahad", "director", under="huda"),
    person("huda", "vp", under="sultan"),
    person("khalid", "cfo", under="sultan"),
    person("reem", "svp", under="sultan"),
    person("maha", "legal_counsel", under="sultan"),
    person("abeer", "compliance_officer", under="sultan"),
    person("sultan", "ceo"),
]
AE = [
    person("mariam", "partner_manager", under="saeed"),
    person("saeed", "director", "vp", "operator", under="hessa"),
    person("rashid", "cfo", under="hessa"),
    person("aisha", "legal_counsel", under="hessa"),
    person("hessa", "ceo"),
]


def partner(tenant: str, type_: str) -> Gates:
    return gates_of(rows_for(tenant), "partner_approval", type_)


def names(gates: Gates, people: list[Somebody], requester: str) -> dict[str, tuple[str, ...]]:
    return {slot: one.eligible for (_, slot), one in staff(gates, people, requester).items()}


def test_levels_by_partner_type_in_a_large_company() -> None:
    every = {"manager": ("noura",), "commercial_owner": ("reem",), "counsel": ("maha",)}
    expected = {
        "referral": {"managers_manager": ("fahad",)},
        "distribution": {"director": ("fahad",)},
        "technology": {"vp": ("huda",)},
        "strategic": {"c_level": ("khalid", "sultan")},
        "government": {"c_level": ("khalid", "sultan"), "legal_counsel": ("abeer",)},
    }
    for type_, slots in expected.items():
        assert names(partner("rawabi-sa", type_), SA, "lina") == every | slots


def test_who_is_both_manager_and_director_decides_once_and_a_deputy_the_other_gate() -> None:
    eligible = names(partner("rawabi-sa", "distribution"), SA, "noura")
    assert (eligible["manager"], eligible["director"]) == (("fahad",), ("huda", "sultan"))


def test_three_roles_in_one_person_fill_one_slot() -> None:
    reviews = {"commercial_owner": ("rashid",), "counsel": ("aisha",)}
    for type_, slot in (("distribution", "director"), ("technology", "vp")):
        found = names(partner("rawabi-ae", type_), AE, "mariam")
        assert found == {"manager": ("saeed",), **reviews, slot: ("hessa",)}


def test_a_start_that_nobody_else_can_decide_is_refused_by_slot_and_gate() -> None:
    with pytest.raises(InvalidInput) as error:
        staff(partner("rawabi-ae", "government"), AE, "aisha")
    assert error.value.code == "no_deputy"
    assert error.value.params == {"slot": "counsel", "gate": "legal_review"}


def test_a_slot_for_two_needs_two() -> None:
    gates = {"g": (Slot(name="cfo", roles=("cfo", "ceo"), count=2),)}
    assert names(gates, AE, "mariam") == {"cfo": ("hessa", "rashid")}
    with pytest.raises(InvalidInput):
        staff(gates, AE, "hessa")
    after = staff(gates, AE, "mariam", [("g", "cfo", "hessa")])
    assert after["g", "cfo"].eligible == ("rashid",)


def test_relations_end_at_the_top_and_skip_who_left() -> None:
    assert staffing.relations_of(SA, "lina") == {"manager": "noura", "managers_manager": "fahad"}
    assert staffing.relations_of(SA, "sultan") == {}
    left = [one for one in SA if one.user_id != "noura"]
    assert staffing.relations_of(left, "lina") == {}
    circle = [person("a", under="b"), person("b", under="a")]
    assert staffing.relations_of(circle, "a") == {"manager": "b"}
