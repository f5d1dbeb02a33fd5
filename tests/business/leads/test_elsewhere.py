"""What a directory lists is held beside what is known of a company, and never made one with it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from dealix.business.leads.elsewhere import (
    PATIENCE,
    Elsewhere,
    Entry,
    conflicts,
    entries_of,
    search,
)
from dealix.connectors.company_research.directories import ListedCompany
from dealix.connectors.opencorporates.companies import SPENT
from dealix.connectors.outcomes import refused, unavailable
from dealix.errors import ProviderUnavailable

COMPANY: Any = SimpleNamespace(name="Shams Trading", name_ar="شركة شمس للتجارة", country="SA")
CR, UNIFIED, OTHER = "1010000001", "7010000001", "4030000002"


def listed(
    number: str, registered_as: str | None = None, name: str = "Shams Trading Co", **more: Any
):
    facts = {"country": "SA", "status": "active", **more}
    return ListedCompany(
        directory="gleif", number=number, registered_as=registered_as, name=name, **facts
    )


def said(result: str, *entries: Entry) -> Elsewhere:
    return Elsewhere.model_validate({"source": "gleif", "result": result, "entries": list(entries)})


def entry(status: str = "active", number_agrees: bool | None = None) -> Entry:
    return Entry(
        number="n1",
        registered_as=None,
        status=status,
        name_agrees=True,
        number_agrees=number_agrees,
    )


def numbers_of(*companies: ListedCompany, known: frozenset[str] = frozenset({CR})) -> list[str]:
    return [each.number for each in entries_of(companies, COMPANY, known)]


def test_what_is_only_like_the_name_is_left_out() -> None:
    assert numbers_of(listed("n1"), listed("n2", name="Shams Contracting Company")) == ["n1"]
    arabic = listed("n3", name="SHAMS TC", other_names=("شمس للتجارة",))
    assert numbers_of(arabic) == ["n3"]


def test_of_two_with_one_name_the_number_decides_and_else_both_are_told() -> None:
    assert numbers_of(listed("n1", CR), listed("n2", OTHER)) == ["n1"]
    assert numbers_of(listed("n1"), listed("n2", OTHER)) == ["n1", "n2"]
    assert numbers_of(listed("n1", UNIFIED), known=frozenset({CR, UNIFIED})) == ["n1"]


@pytest.mark.parametrize(
    ("registered_as", "agrees"), [(CR, True), (OTHER, False), (UNIFIED, None), (None, None)]
)
def test_only_a_number_of_the_same_kind_can_contradict(
    registered_as: str | None, agrees: bool | None
) -> None:
    [found] = entries_of([listed("n1", registered_as)], COMPANY, frozenset({CR}))
    assert found.number_agrees is agrees


@pytest.mark.parametrize(
    ("registration", "directories", "found"),
    [
        ("active", [said("found", entry())], []),
        ("active", [said("found", entry("deleted"))], ["status_differs"]),
        ("active", [said("found", entry("other"))], []),
        ("deleted", [said("found", entry("deleted"))], []),
        (None, [said("found", entry()), said("found", entry("deleted"))], ["status_differs"]),
        (None, [said("found", entry(number_agrees=False))], ["number_differs"]),
        (None, [said("known_twice", entry(), entry("deleted"))], ["known_twice"]),
        ("other", [said("unknown_there"), said("not_asked")], []),
    ],
)
def test_what_does_not_hold_together_is_named(
    registration: str | None, directories: list[Elsewhere], found: list[str]
) -> None:
    assert conflicts(registration, directories) == found


def asked(find: Callable[..., Any], tries: int, *, configured: bool = True) -> Elsewhere:
    directories: Any = SimpleNamespace(find=find, is_configured=lambda _source: configured)
    return search(directories, "rawabi-sa", "gleif", COMPANY, {CR}, tries)


def failing(error: Exception) -> Callable[..., Any]:
    def find(*_given: object) -> Any:
        raise error

    return find


def test_a_directory_that_is_away_is_asked_again_and_then_said_to_be() -> None:
    away = failing(unavailable("gleif", "no connection"))
    for tries in range(1, PATIENCE):
        with pytest.raises(ProviderUnavailable):
            asked(away, tries)
    assert asked(away, PATIENCE).because == "away"


def test_a_refusal_is_said_at_once_by_its_kind() -> None:
    assert asked(failing(refused("opencorporates", SPENT)), 1).because == "allowance_spent"
    assert asked(failing(refused("opencorporates", "HTTP 401")), 1).because == "refused"
    assert asked(failing(RuntimeError()), 1, configured=False).because == "not_configured"
