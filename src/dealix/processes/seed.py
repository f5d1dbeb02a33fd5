"""Puts in the example company, once: two tenants, their people, who approves what, sign-ins."""

import hashlib
import json
import secrets
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import actors, clock
from dealix.business.knowledge.service import KnowledgeService
from dealix.business.papers import library as papers
from dealix.business.proposals import books
from dealix.business.proposals.price_book import EXAMPLE_AED, EXAMPLE_SAR, PriceBookInput
from dealix.connectors.secrets import LocalSecrets
from dealix.engines.home import write_private
from dealix.errors import DealixError, NotConfigured, NotSignedIn
from dealix.lanes.working_time import WorkingSettings
from dealix.lanes.working_time.book import REHEARSAL, has_settings, set_settings
from dealix.lanes.working_time.settings import DailyLimits
from dealix.processes import settle
from dealix.processes.example_documents import DOCUMENTS
from dealix.processes.example_people import COMPANIES, RAWABI_SA, Company, Employee
from dealix.records import audit
from dealix.settings import Settings
from dealix.store.objects import Objects
from dealix.store.session import Database
from dealix.trust.access import directory, passwords
from dealix.trust.access.limiting import SignInLimits
from dealix.trust.access.models import Tenant, User
from dealix.trust.access.rights import ROLES, may, permit
from dealix.trust.access.service import Access, issue
from dealix.trust.policy.authority_book import AuthorityBook
from dealix.trust.privacy import Vault

SYSTEM = "system"
BOOKS = (EXAMPLE_SAR, EXAMPLE_AED)
"""The price books with which each company of the example starts."""
TOKEN_LASTS = timedelta(days=365)


@dataclass(frozen=True)
class Seed:
    """The example company of one installation; `file` is where its sign-ins are written."""

    database: Database
    vault: Vault
    file: Path

    def plant(self) -> list[dict[str, Any]]:
        """Put in what is missing and change nothing else. Answers the sign-ins."""
        known = {one["email"]: one for one in self._written()}
        entries = [
            entry
            for company, people in COMPANIES
            for entry in self._company(company, people, known)
        ]
        write_private(self.file, json.dumps(entries, indent=1, ensure_ascii=False))
        return entries

    def _company(
        self, company: Company, people: tuple[Employee, ...], known: dict[str, dict[str, Any]]
    ) -> list[dict[str, Any]]:
        with self.database.tenant(company.tenant_id) as session:
            found_company(session, company)
            let_work_at_any_hour(session)
            for one in managers_first(people):
                self._hire(session, company, one)
            AuthorityBook(directory).install(session, SYSTEM)
            papers.install(session, Objects(self.file.parent / "objects"), SYSTEM)
            for book in BOOKS:
                books.install(session, PriceBookInput.model_validate(book), SYSTEM)
            admin = next(one for one in people if "tenant_admin" in one.roles)
            AuthorityBook(directory).install(session, user_id(company, admin))
        self._tell(company)
        return [self._signing_in(company, one, known.get(email(company, one))) for one in people]

    def _tell(self, company: Company) -> None:
        """What the company knows; only the first one keeps documents."""
        if company is not RAWABI_SA:
            return
        objects = Objects(self.file.parent / "objects")
        knowledge = KnowledgeService(self.database, self.vault, objects, permit, may, ROLES)
        for one in DOCUMENTS:
            knowledge.install(actors.system(company.tenant_id), one.title, one.text, one.audience)

    def _hire(self, session: Session, company: Company, one: Employee) -> None:
        """The person's account and personal fields, when there is no such account."""
        address = email(company, one)
        own_id, person_id = user_id(company, one), key_of("per", company, one.handle)
        if session.get(User, (company.tenant_id, own_id)) is not None:
            return
        fields = {"name": one.name, "name_ar": one.name_ar, "email": address}
        self.vault.add(session, person_id, fields)
        session.add(
            User(
                tenant_id=company.tenant_id,
                id=own_id,
                person_id=person_id,
                email_hash=self.vault.blind_index(address),
                password_hash=None,
                roles=list(one.roles),
                manager_id=key_of("usr", company, one.manager) if one.manager else None,
                locale=one.locale,
                active=True,
                created_at=clock.real_now(),
            )
        )
        session.flush()
        audit.append(session, SYSTEM, "user.created", own_id, {"roles": sorted(one.roles)})

    def _signing_in(
        self, company: Company, one: Employee, known: dict[str, Any] | None
    ) -> dict[str, Any]:
        """The person's entry of the file; what the file lost or what has ended is made anew."""
        entry = {
            "email": email(company, one),
            "name": one.name,
            "name_ar": one.name_ar,
            "user_id": user_id(company, one),
            "roles": list(one.roles),
            "tenant": company.tenant_id,
        }
        with self.database.tenant(company.tenant_id) as session:
            user = session.get_one(User, (company.tenant_id, entry["user_id"]))
            password = known.get("password") if known else None
            if not isinstance(password, str) or user.password_hash is None:
                password = secrets.token_urlsafe(12)
                user.password_hash = passwords.hashed(password)
            token = known.get("token") if known else None
            if not isinstance(token, str) or not self._opens(token, user):
                token = issue(session, user, "token", TOKEN_LASTS).secret
        return {**entry, "password": password, "token": token}

    def _opens(self, token: str, user: User) -> bool:
        access = Access(self.database, self.vault, SignInLimits())
        try:
            return access.actor_of(token).user_id == user.id
        except NotSignedIn:
            return False

    def _written(self) -> list[dict[str, Any]]:
        if not self.file.exists():
            return []
        entries: list[dict[str, Any]] = json.loads(self.file.read_text(encoding="utf-8"))
        return entries


def found_company(session: Session, company: Company) -> None:
    """The tenant's own row."""
    row = {
        "tenant_id": company.tenant_id,
        "name": company.name,
        "name_ar": company.name_ar,
        "country": company.country,
        "time_zone": company.time_zone,
        "created_at": clock.real_now(),
    }
    session.execute(insert(Tenant).values(row).on_conflict_do_nothing())
    session.execute(select(Tenant.tenant_id).where(Tenant.tenant_id == company.tenant_id)).one()


def let_work_at_any_hour(session: Session) -> None:
    """The example's partners are played and never sleep; its rehearsals keep the usual rules."""
    if has_settings(session):
        return
    awake = WorkingSettings(
        quiet=None, daily=DailyLimits(email=100_000, whatsapp=100_000, sms=100_000)
    )
    set_settings(session, awake, SYSTEM)
    set_settings(session, WorkingSettings(), SYSTEM, world=REHEARSAL)


def managers_first(people: tuple[Employee, ...]) -> list[Employee]:
    """The people so that each comes after their manager."""
    by_handle = {one.handle: one for one in people}

    def depth(one: Employee) -> int:
        return 0 if one.manager is None else 1 + depth(by_handle[one.manager])

    return sorted(people, key=depth)


def email(company: Company, one: Employee) -> str:
    """The person's address, in a domain that is reserved for examples."""
    return f"{one.handle}@{company.tenant_id}.example"


def user_id(company: Company, one: Employee) -> str:
    """The person's user ID: always the same, and it names nobody."""
    return key_of("usr", company, one.handle)


def key_of(prefix: str, company: Company, handle: str) -> str:
    """An ID out of the place in the example, which gives the name away to no reader."""
    digest = hashlib.sha256(f"{company.tenant_id}/{prefix}/{handle}".encode()).hexdigest()
    return f"{prefix}_{digest[:26]}"


def main() -> int:
    """Entry of `python -m dealix.processes.seed`."""
    settle()
    settings = Settings()
    try:
        if settings.database_url is None:
            raise NotConfigured("setting_missing", setting="DEALIX_DATABASE_URL")
        database = Database(settings.database_url.get_secret_value(), pool_size=2)
        vault = Vault(LocalSecrets.of(settings))
        entries = Seed(database, vault, settings.home / "sign_ins.json").plant()
    except DealixError as error:
        sys.stderr.write(f"{error.sentence}\n")
        return 1
    sys.stdout.write(f"the example company has {len(entries)} people\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
