"""Which companies the played directories list: a few of their own, and those that it is told of."""

from collections.abc import Mapping
from typing import Any

from dealix.sandbox.rows import RegistryCompany

Json = dict[str, Any]
DIRECTORIES = ("gleif", "opencorporates")
FIELDS = {"directory", "number", "name", "name_ar", "country", "registered_as", "status", "scope"}
STATES = ("active", "inactive")
STORIES: tuple[Json, ...] = (
    {"number": "549300TUWAIQSYSTEM01", "name": "Tuwaiq Systems Company",
     "name_ar": "شركة أنظمة طويق",
     "country": "SA", "registered_as": "1010700001", "status": "active"},
    {"number": "549300MARJANRETAIL01", "name": "Marjan Retail Company",
     "name_ar": "شركة مرجان للتجزئة",
     "country": "SA", "registered_as": "1010700002", "status": "active"},
    {"number": "549300MARJANRETAIL02", "name": "Marjan Retail LLC", "name_ar": None,
     "country": "SA", "registered_as": "4030700003", "status": "inactive"},
)  # fmt: skip
"""One company that is listed once, and one name under which two are."""


def row_of(data: Json) -> RegistryCompany:
    """What was told of a company, as a row. ValueError or TypeError says what is wrong."""
    if not isinstance(data, dict):
        raise TypeError("a company is a JSON object")
    if set(data) - FIELDS or data.get("directory") not in DIRECTORIES:
        raise ValueError(f"of {', '.join(sorted(FIELDS))}; a directory is one of {DIRECTORIES}")
    facts = {"name_ar": None, "registered_as": None, "country": "SA", "status": "active", **data}
    scope = facts.pop("scope", None)
    texts = (facts.get("number"), facts.get("name"), facts["country"], scope or "")
    if not all(isinstance(each, str) for each in texts) or not facts["number"] or not facts["name"]:
        raise TypeError("number, name, country and scope are texts, the first two not empty")
    if facts["status"] not in STATES:
        raise ValueError(f"status is one of {STATES}")
    key = f"{facts.pop('directory')}:{facts['number']}"
    return RegistryCompany(number=key, facts=facts, scope=scope)


def found(
    told: Mapping[tuple[str, str | None], RegistryCompany],
    directory: str,
    scope: str | None,
    words: str,
    country: str,
) -> list[Json]:
    """The companies of a country in whose names all these words stand, in the directory's order."""
    listed = {each["number"]: each for each in STORIES}
    for (key, of_scope), row in told.items():
        name, _, number = key.partition(":")
        if name == directory and of_scope in {None, scope}:
            listed[number] = row.facts
    wanted = words.casefold().split()
    return [
        each
        for _, each in sorted(listed.items())
        if (not country or each["country"] == country) and all(w in _names(each) for w in wanted)
    ]


def _names(company: Json) -> str:
    return f"{company['name']} {company.get('name_ar') or ''}".casefold()
