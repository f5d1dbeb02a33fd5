"""Asks directories of companies once for a name, and keeps what they list with its date."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from dealix.business.compliance.answers import AnswerBook
from dealix.connectors.company_research.directories import Directory, ListedCompany
from dealix.errors import NotConfigured
from dealix.lanes.tenant_keys import TenantKeys
from dealix.language.normal import plain
from dealix.store.session import Database

KNOWN_FOR, UNKNOWN_FOR = timedelta(days=7), timedelta(days=1)
"""How long an answer is used again: one that lists companies, and one that lists none."""
_COMPANIES = TypeAdapter(tuple[ListedCompany, ...])


@dataclass(frozen=True)
class Listed:
    """What a directory listed under a name, when, and where that is kept."""

    id: str
    fetched_at: datetime
    companies: tuple[ListedCompany, ...]


class CompanyDirectories:
    """The directories of one installation. `directory(name)` is the client of one."""

    def __init__(
        self, database: Database, keys: TenantKeys, directory: Callable[[str], Directory]
    ) -> None:
        self._book = AnswerBook(database, keys)
        self._directory = directory

    def is_configured(self, directory: str) -> bool:
        """Whether this installation has this directory to ask."""
        try:
            self._directory(directory)
        except NotConfigured:
            return False
        return True

    def find(self, tenant_id: str, directory: str, name: str, country: str) -> Listed:
        """What a directory lists under a name in a country; an answer that still counts is reused.

        Raises `ProviderUnavailable` (ask again later), `ProviderRefused`. No transaction may be
        open.
        """
        key = key_of(name, country)
        kept = self._book.fresh(
            tenant_id, directory, key, known_for=KNOWN_FOR, unknown_for=UNKNOWN_FOR
        )
        if kept is not None:
            told = self._book.text(kept)
            listed = () if told is None else _COMPANIES.validate_json(told)
            return Listed(kept.id, kept.fetched_at, listed)
        found = self._directory(directory).search(name, country)
        raw = _COMPANIES.dump_json(found) if found else None
        facts = {"name": key, "listed": len(found)}
        row = self._book.keep(tenant_id, directory, key, raw, facts)
        return Listed(row.id, row.fetched_at, found)


def key_of(name: str, country: str) -> str:
    """By what an answer is kept: the name in one spelling and the country, hashed."""
    told = f"{country}:{' '.join(plain(name).split())}"
    return f"name:{hashlib.sha256(told.encode()).hexdigest()[:32]}"
