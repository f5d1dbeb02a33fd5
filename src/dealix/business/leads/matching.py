"""Finds the earlier lead that is the same person, or of the same company, in whatever spelling.

What leads are found by lies as keyed hashes, so that nobody's phone or name is in the clear; what
was found is then compared value by value.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import phonenumbers
from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from dealix.business.leads import repository, spelling
from dealix.business.leads.models import Company, Lead, LeadMark
from dealix.business.leads.registrations import agree
from dealix.store.session import tenant_of
from dealix.trust.privacy import Vault

What = Literal["person", "company"]
Why = Literal[
    "email", "phone", "name_at_company", "registration", "domain", "company_name", "found_before"
]  # fmt: skip
Numbers = Callable[[Session, Iterable[str]], Mapping[str, frozenset[str]]]
FREE_MAIL = frozenset(
    {
        *("gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "outlook.sa", "live.com"),
        *("msn.com", "yahoo.com", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com"),
        *("gmx.com", "proton.me", "protonmail.com", "zoho.com", "mail.com", "yandex.com"),
    }
)
SHARED_SITES = frozenset(
    {
        *("linkedin.com", "instagram.com", "facebook.com", "x.com", "twitter.com", "google.com"),
        *("linktr.ee", "salla.sa", "zid.store", "wixsite.com", "wordpress.com", "blogspot.com"),
    }
)
"""Sites on which many companies have a page: they say nothing of whose it is."""
OF_NOBODY = frozenset(
    {
        *("info", "sales", "contact", "hello", "office", "admin", "support", "marketing"),
        *("mail", "enquiries", "inquiries"),
    }
)
"""The part before the @ of addresses that several people read."""
OWN_PHONES = frozenset(
    {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
)


@dataclass(frozen=True)
class Described:
    """A lead as it is compared: the company's facts and the person's values, in clear.

    `registrations` are all numbers known of the company: its own and those that a registry gave.
    """

    id: str
    company_id: str
    country: str
    names: tuple[str, ...]
    registrations: frozenset[str]
    domains: frozenset[str]
    person: Mapping[str, str]


@dataclass(frozen=True)
class Match:
    """An earlier lead, whether it is the same person or only of the same company, and why."""

    lead_id: str
    what: What
    why: tuple[Why, ...]


def described(
    row: Lead, company: Company, person: Mapping[str, str], numbers: frozenset[str] = frozenset()
) -> Described:
    """A lead in the words of a comparison; `numbers` are those that a registry gave."""
    own = {company.registration_number} if company.registration_number else set()
    site = _host(company.website or "")
    mail = person.get("email", "").rpartition("@")[2].casefold()
    shared = any(site == each or site.endswith(f".{each}") for each in SHARED_SITES)
    hosts = {"" if shared else site, "" if mail in FREE_MAIL else mail}
    return Described(
        id=row.id,
        company_id=row.company_id,
        country=company.country,
        names=tuple(name for name in (company.name, company.name_ar) if name),
        registrations=numbers | own,
        domains=frozenset(hosts - {""}),
        person=person,
    )


def judge(new: Described, known: Described) -> Match | None:
    """Whether two leads are the same, by which facts; None where nothing speaks for it."""
    company = _same_company(new, known)
    named = spelling.same(new.person.get("name", ""), known.person.get("name", ""))
    why: list[Why] = []
    email, phone = new.person.get("email", "").casefold(), new.person.get("phone", "")
    if email and email == known.person.get("email", "").casefold():
        why += ["email"] if named or email.partition("@")[0] not in OF_NOBODY else []
    if phone and phone == known.person.get("phone", ""):
        why += ["phone"] if named or _is_own(phone) else []
    if named and company:
        why += ["name_at_company"]
    if why:
        return Match(known.id, "person", (*why, *company))
    return Match(known.id, "company", company) if company else None


def _same_company(new: Described, known: Described) -> tuple[Why, ...]:
    """Why both are of one company. Two registrations of one kind are two companies."""
    if new.company_id == known.company_id:
        return ("company_name",)
    here = new.country == known.country
    same = agree(new.country, new.registrations, known.registrations) if here else None
    if same is not None:
        return ("registration",) if same else ()
    why: list[Why] = ["domain"] if new.domains & known.domains else []
    if here and any(spelling.same(ours, other) for ours in new.names for other in known.names):
        why.append("company_name")
    return tuple(why)


def marks_of(lead: Described) -> set[str]:
    """By which texts a lead is found; `keep` makes keyed hashes of them."""
    person, at = lead.person, lead.country
    found = {f"domain:{each}" for each in lead.domains} | {f"company:{lead.company_id}"}
    names = (spelling.key_of(name) for name in lead.names)
    found |= {f"company:{at}:{name}" for name in names if name}
    found |= {f"registration:{at}:{number}" for number in lead.registrations}
    found |= {f"email:{person['email'].casefold()}"} if person.get("email") else set()
    found |= {f"phone:{person['phone']}"} if person.get("phone") else set()
    return found


@dataclass(frozen=True)
class Matcher:
    """Keeps by what leads are found, and finds them.

    `numbers` tells, of registration numbers, every number that a registry gave for their companies.
    """

    vault: Vault
    numbers: Numbers

    def keep(self, session: Session, row: Lead) -> None:
        """Keep by what this lead is found from now on, in place of what it was found by.

        A lead whose person is erased is found by nothing.
        """
        tenant = tenant_of(session)
        lead = self._of(session, [row])[row.id]
        found = {self._hashed(text) for text in marks_of(lead)} if lead.person else set()
        session.execute(delete(LeadMark).where(LeadMark.lead_id == row.id))
        marks = [LeadMark(tenant_id=tenant, lead_id=row.id, mark=mark) for mark in sorted(found)]
        session.add_all(marks)
        session.flush()

    def find(self, session: Session, row: Lead) -> Match | None:
        """The earliest lead before this one that is the same person, else of the same company."""
        new = self._of(session, [row])[row.id]
        hashes = sorted(self._hashed(text) for text in marks_of(new))
        marked = select(LeadMark.lead_id).where(LeadMark.mark.in_(hashes))
        query = (
            select(Lead)
            .where(Lead.id.in_(marked), Lead.id != row.id, Lead.duplicate_of.is_(None))
            .where(tuple_(Lead.created_at, Lead.id) < tuple_(row.created_at, row.id))
            .order_by(Lead.created_at, Lead.id)
            .limit(200)
        )
        rows = session.execute(query).scalars().all()
        known = self._of(session, rows)
        found = [match for each in rows if (match := judge(new, known[each.id]))]
        people = [match for match in found if match.what == "person"]
        return next(iter((*people, *found)), None)

    def forget(self, session: Session, person_id: str) -> dict[str, Any]:
        """Remove by what the leads of a person are found, for whoever erases the person."""
        leads = select(Lead.id).where(Lead.person_id == person_id)
        gone = session.execute(
            delete(LeadMark).where(LeadMark.lead_id.in_(leads)).returning(LeadMark.lead_id)
        )
        count = len(gone.all())
        return {"lead_marks": count} if count else {}

    def _of(self, session: Session, rows: Iterable[Lead]) -> dict[str, Described]:
        leads = list(rows)
        companies = repository.companies(session, [row.company_id for row in leads])
        people = self.vault.reveal_many(session, [row.person_id for row in leads])
        own = {each: one.registration_number or "" for each, one in companies.items()}
        numbers = self.numbers(session, {number for number in own.values() if number})
        return {
            row.id: described(
                row,
                companies[row.company_id],
                people[row.person_id],
                numbers.get(own[row.company_id], frozenset()),
            )
            for row in leads
        }

    def _hashed(self, text: str) -> str:
        return self.vault.blind_index(f"lead:{text}")


def _host(website: str) -> str:
    host = (urlsplit(website).hostname or "").casefold()
    return host.removeprefix("www.")


def _is_own(phone: str) -> bool:
    """Whether a number is one person's: a mobile, not the switchboard of an office."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) in OWN_PHONES
