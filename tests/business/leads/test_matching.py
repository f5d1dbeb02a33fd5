"""Two leads are of one company by what is known of both; numbers of two kinds never part them."""

from dataclasses import replace

import pytest

from dealix.business.leads.matching import Described, judge, marks_of
from dealix.business.leads.registrations import agree

CR, UNIFIED, OTHER_CR, OTHER_UNIFIED = "1010000001", "7010000001", "1010000002", "7010000002"
ENGLISH = Described(
    id="lead_1",
    company_id="com_1",
    country="SA",
    names=("Shams Trading Company",),
    registrations=frozenset({CR}),
    domains=frozenset({"shams.example"}),
    person={"name": "Sara Al-Otaibi", "email": "sara@shams.example"},
)
ARABIC = replace(
    ENGLISH,
    id="lead_2",
    company_id="com_2",
    names=("شركة شمس للتجارة",),
    registrations=frozenset({UNIFIED}),
    person={"name": "هند الزهراني", "email": "hind@shams.example"},
)


def both_ways(one: Described, other: Described) -> list[tuple[str, tuple[str, ...]] | None]:
    found = [judge(one, other), judge(other, one)]
    return [(each.what, each.why) if each else None for each in found]


def test_a_register_s_number_and_the_unified_one_do_not_part_a_company() -> None:
    same = ("company", ("domain", "company_name"))
    assert both_ways(ENGLISH, ARABIC) == [same, same]


def test_what_a_registry_gave_for_either_joins_the_two_numbers() -> None:
    for known in (
        (replace(ENGLISH, registrations=frozenset({CR, UNIFIED})), ARABIC),
        (ENGLISH, replace(ARABIC, registrations=frozenset({CR, UNIFIED}))),
    ):
        elsewhere = replace(known[1], names=("Another",), domains=frozenset())
        same = ("company", ("registration",))
        assert both_ways(known[0], elsewhere) == [same, same]
        assert marks_of(known[0]) & marks_of(elsewhere)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({CR}, {OTHER_CR}),
        ({CR, UNIFIED}, {OTHER_CR}),
        ({CR, UNIFIED}, {OTHER_UNIFIED}),
        ({UNIFIED}, {OTHER_UNIFIED}),
    ],
)
def test_two_numbers_of_one_kind_are_two_companies(one: set[str], other: set[str]) -> None:
    first = replace(ENGLISH, registrations=frozenset(one))
    second = replace(ARABIC, registrations=frozenset(other))
    assert both_ways(first, second) == [None, None]


def test_numbers_of_two_kinds_join_nobody_by_themselves() -> None:
    stranger = replace(ARABIC, names=("Dahna Foods",), domains=frozenset())
    assert both_ways(ENGLISH, stranger) == [None, None]


def test_another_country_s_numbers_say_nothing_of_ours() -> None:
    abroad = replace(ARABIC, country="AE", registrations=frozenset({CR}))
    assert both_ways(ENGLISH, abroad) == [("company", ("domain",))] * 2


def test_numbers_agree_however_they_are_written() -> None:
    assert agree("SA", ["1010-000001"], [CR]) is True
    assert agree("AE", ["CN-1234567"], ["cn 1234567"]) is True
    assert agree("SA", [CR], [UNIFIED]) is None
    assert agree("AE", ["7234567"], ["1234567"]) is False
    assert agree("SA", [], [CR]) is None
