"""What is known of a lead and of a company, for their trust scores; no personal value is in it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.compliance.service import Finding
from dealix.business.leads import repository
from dealix.business.leads.models import Company
from dealix.business.leads.scorecard import CURRENT, signals
from dealix.errors import NotFound
from dealix.trust.outbound.governance import ConsentBook
from dealix.trust.privacy import Vault
from dealix.trust.scores.schemas import NO_DATA, Measured

ABOUT_PERSON = ("name", "email", "phone", "job_title")
ABOUT_COMPANY = ("name_ar", "registration_number", "employees", "website")


@dataclass(frozen=True)
class LeadFacts:
    """The factors of leads and of their companies. `asked` is what the registry said last."""

    vault: Vault
    consents: ConsentBook
    asked: Callable[[Session, str], Finding | None]

    def of_lead(self, session: Session, lead_id: str) -> dict[str, Measured]:
        """The factors of one lead; raises `NotFound`."""
        row = repository.lead(session, lead_id)
        company = repository.companies(session, [row.company_id])[row.company_id]
        return {
            "engagement": _engagement(session, lead_id),
            "data_quality": self._quality(session, row.person_id, company),
            "consent": self._consent(session, row.person_id),
        }

    def of_company(self, session: Session, company_id: str) -> dict[str, Measured]:
        """The factors of one company; raises `NotFound`. No workflow records payments yet."""
        found = repository.companies(session, [company_id])
        if not found:
            raise NotFound("not_found")
        return {"registration": self._registration(session, found[company_id])}

    def _quality(self, session: Session, person_id: str, company: Company) -> Measured:
        told = self.vault.reveal(session, person_id)
        known = sum(bool(told.get(name)) for name in ABOUT_PERSON)
        known += sum(getattr(company, name) is not None for name in ABOUT_COMPANY)
        of = len(ABOUT_PERSON) + len(ABOUT_COMPANY)
        return Measured(value=100 * known // of, because="fields_known", detail=f"{known}/{of}")

    def _consent(self, session: Session, person_id: str) -> Measured:
        standing = self.consents.standing(session, person_id)
        if standing.opted_out:
            return Measured(value=0, because="opted_out")
        if not standing.given:
            return Measured(value=0, because="no_consent")
        return Measured(value=100, because="consent_in_force")

    def _registration(self, session: Session, company: Company) -> Measured:
        if company.registration_number is None:
            return NO_DATA
        found = self.asked(session, company.registration_number)
        if found is None:
            return Measured(value=None, because="registry_not_asked")
        if found.record is None:
            return Measured(value=0, because="registration_unknown")
        if not found.record.is_active:
            return Measured(value=0, because="registration_inactive")
        if found.record.confirmation_overdue(clock.now().date()):
            return Measured(value=50, because="registration_overdue")
        return Measured(value=100, because="registration_active")


def _engagement(session: Session, lead_id: str) -> Measured:
    facts = repository.facts(session, [lead_id], clock.now())[lead_id]
    found = next(each for each in signals(CURRENT, facts) if each.name == "engagement")
    if not found.known:
        return NO_DATA
    value = 100 * found.points // found.weight
    return Measured(value=value, because=found.because, detail=found.value)
