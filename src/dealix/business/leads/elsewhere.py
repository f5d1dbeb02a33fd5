"""What directories say of a lead's company: found, listed twice, unknown, or why not asked."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

from pydantic import Field

from dealix.business.compliance.directories import CompanyDirectories, Listed
from dealix.business.leads import spelling
from dealix.business.leads.models import Company
from dealix.business.leads.registrations import agree
from dealix.business.partners.schemas import Strict
from dealix.connectors.company_research.directories import ListedCompany
from dealix.connectors.opencorporates.companies import SPENT
from dealix.errors import ProviderRefused, ProviderUnavailable

DirectoryName = Literal["gleif", "opencorporates"]
DIRECTORIES: tuple[DirectoryName, ...] = ("gleif", "opencorporates")
Conflict = Literal["known_twice", "number_differs", "status_differs"]
PATIENCE = 3
"""So often a step asks a directory that is away; then the memo says so, and the run goes on."""


class Entry(Strict):
    """A company as a directory lists it; no name is here, only whether it is the same.

    `number_agrees` is null where the numbers are of different kinds, or one is missing.
    """

    number: str
    registered_as: str | None
    status: str
    name_agrees: bool
    number_agrees: bool | None


class Elsewhere(Strict):
    """What one directory said. `answer` is where it is kept, `asked_at` when it said so."""

    source: DirectoryName
    result: Literal["found", "known_twice", "unknown_there", "not_asked"]
    because: Literal["not_configured", "away", "allowance_spent", "refused"] | None = None
    answer: str | None = None
    asked_at: datetime | None = None
    entries: list[Entry] = Field(default_factory=list)


def search(
    directories: CompanyDirectories,
    tenant_id: str,
    source: DirectoryName,
    company: Company,
    numbers: Iterable[str],
    tries: int,
) -> Elsewhere:
    """Ask a directory for a company by its names; `numbers` are all registrations known of it.

    Raises:
        ProviderUnavailable: it is away, and `tries` are fewer than `PATIENCE`.
    """
    if not directories.is_configured(source):
        return Elsewhere(source=source, result="not_asked", because="not_configured")

    def ask(name: str) -> Listed:
        return directories.find(tenant_id, source, name, company.country)

    try:
        return _asked(ask, source, company, frozenset(numbers))
    except ProviderUnavailable:
        if tries < PATIENCE:
            raise
        return Elsewhere(source=source, result="not_asked", because="away")
    except ProviderRefused as refusal:
        spent = refusal.params.get("reason") == SPENT
        because: Literal["allowance_spent", "refused"] = "allowance_spent" if spent else "refused"
        return Elsewhere(source=source, result="not_asked", because=because)


def _asked(
    ask: Callable[[str], Listed], source: DirectoryName, company: Company, numbers: frozenset[str]
) -> Elsewhere:
    """By the English name first; by the Arabic one where nothing is listed under that."""
    names = [name for name in (company.name, company.name_ar) if name and len(name.strip()) > 1]
    said = Elsewhere(source=source, result="unknown_there")
    for name in names:
        listed = ask(name)
        entries = entries_of(listed.companies, company, numbers)
        said = said.model_copy(update={"answer": listed.id, "asked_at": listed.fetched_at})
        if entries:
            result = "found" if len(entries) == 1 else "known_twice"
            return said.model_copy(update={"result": result, "entries": entries})
    return said


def entries_of(
    companies: Iterable[ListedCompany], company: Company, numbers: frozenset[str]
) -> list[Entry]:
    """Those that are this company: by number where one agrees, else every one of its name.

    Two of the same name are both told: which of them it is, a person has to say.
    """
    found = [_entry(each, company, numbers) for each in companies]
    numbered = [each for each in found if each.number_agrees]
    return numbered or [each for each in found if each.name_agrees]


def _entry(listed: ListedCompany, company: Company, numbers: frozenset[str]) -> Entry:
    ours = [name for name in (company.name, company.name_ar) if name]
    same = any(spelling.same(theirs, name) for theirs in listed.names for name in ours)
    theirs = (listed.registered_as,) if listed.registered_as else ()
    return Entry(
        number=listed.number,
        registered_as=listed.registered_as,
        status=listed.status,
        name_agrees=same,
        number_agrees=agree(company.country, numbers, theirs),
    )


def conflicts(registration: str | None, said: Iterable[Elsewhere]) -> list[Conflict]:
    """What of all sources does not hold together; `registration` is the standing at Wathq."""
    found: set[Conflict] = set()
    standings = {registration == "active"} if registration not in {None, "other"} else set()
    for each in said:
        if each.result == "known_twice":
            found.add("known_twice")
        if each.result == "found":
            [entry] = each.entries
            if entry.number_agrees is False:
                found.add("number_differs")
            if entry.status != "other":
                standings.add(entry.status == "active")
    if len(standings) > 1:
        found.add("status_differs")
    return sorted(found)
