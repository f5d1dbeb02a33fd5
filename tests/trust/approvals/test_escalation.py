"""Whom the SLA steps of a silent request reach."""

from dataclasses import dataclass

import pytest

from dealix.trust.approvals.escalation import reached

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Person:
    user_id: str
    roles: frozenset[str]
    manager_id: str | None


def person(name: str, manager: str | None = None, *roles: str) -> Person:
    return Person(name, frozenset(roles), manager)


LINE = [
    person("clerk", "lead"),
    person("lead", "head"),
    person("head", "chief"),
    person("chief", None, "ceo"),
    person("purse", "chief", "cfo"),
]


@pytest.mark.parametrize(
    ("level", "barred", "expected"),
    [
        (1, NOBODY, ["clerk"]),
        (2, NOBODY, ["lead"]),
        (2, {"lead"}, ["head"]),
        (2, {"lead", "head"}, ["chief"]),
        (2, {"lead", "head", "chief"}, ["purse"]),
        (2, {"lead", "head", "chief", "purse"}, []),
        (3, NOBODY, ["chief"]),
        (3, {"chief"}, ["purse"]),
    ],
)
def test_a_breach_climbs_past_those_who_could_not_help(level, barred, expected):
    assert reached(level, ["clerk"], LINE, frozenset(barred)) == expected


def test_the_breach_of_one_without_a_manager_reaches_another_executive():
    assert reached(2, ["chief"], LINE, NOBODY) == ["purse"]


def test_two_who_manage_one_another_are_no_endless_line():
    pair = [person("one", "two"), person("two", "one"), person("chief", None, "ceo")]
    assert reached(2, ["one"], pair, frozenset({"two"})) == ["chief"]


def test_each_silent_decider_brings_their_own_manager():
    assert reached(2, ["clerk", "head"], LINE, NOBODY) == ["chief", "lead"]
