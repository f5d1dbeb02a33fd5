"""Asks directories of companies once for a name, and keeps what they list with its date."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import select

from dealix import clock
from dealix.business.compliance.models import RegistryAnswer
from dealix.business.compliance.service import REAL
from dealix.connectors.company_research.directories import Directory, ListedCompany
from dealix.errors import NotConfigured
from dealix.lanes.tenant_keys import TenantKeys
from dealix.language.normal import plain
from dealix.records import audit
from dealix.store.ids import new_id
from dealix.store.session import Database

PURPOSE = "registry"
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
        self._database = database
        self._keys = keys
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
        kept = self._kept(tenant_id, directory, key)
        if kept is not None:
            return kept
        found = self._directory(directory).search(name, country)
        return self._keep(tenant_id, directory, key, found)

    def _kept(self, tenant_id: str, directory: str, key: str) -> Listed | None:
        now = clock.now()
        newest = (
            select(RegistryAnswer)
            .where(
                RegistryAnswer.source == directory,
                RegistryAnswer.number == key,
                RegistryAnswer.world == REAL,
                RegistryAnswer.fetched_at > now - KNOWN_FOR,
            )
            .order_by(RegistryAnswer.fetched_at.desc())
            .limit(1)
        )
        with self._database.tenant(tenant_id) as session:
            row = session.execute(newest).scalar_one_or_none()
        if row is None or (not row.known and row.fetched_at <= now - UNKNOWN_FOR):
            return None
        if row.sealed is None:
            return Listed(row.id, row.fetched_at, ())
        raw = self._keys.open_named(PURPOSE, tenant_id, row.sealed)
        return Listed(row.id, row.fetched_at, _COMPANIES.validate_json(raw))

    def _keep(
        self, tenant_id: str, directory: str, key: str, found: tuple[ListedCompany, ...]
    ) -> Listed:
        raw = _COMPANIES.dump_json(found) if found else None
        answer = RegistryAnswer(
            tenant_id=tenant_id,
            id=new_id("reg"),
            source=directory,
            number=key,
            world=REAL,
            fetched_at=clock.now(),
            known=bool(found),
            sealed=self._keys.seal_named(PURPOSE, tenant_id, raw) if raw else None,
        )
        facts = {"registry": directory, "name": key, "listed": len(found)}
        with self._database.tenant(tenant_id) as session:
            session.add(answer)
            audit.append(session, "system", "registry.answered", answer.id, facts)
            return Listed(answer.id, answer.fetched_at, found)


def key_of(name: str, country: str) -> str:
    """By what an answer is kept: the name in one spelling and the country, hashed."""
    told = f"{country}:{' '.join(plain(name).split())}"
    return f"name:{hashlib.sha256(told.encode()).hexdigest()[:32]}"
