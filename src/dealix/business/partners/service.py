"""What the partner approval decides and stores; every text and hash comes from one set of facts."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.papers.schemas import KeptPaper
from dealix.business.papers.service import PapersService
from dealix.business.partners import (
    activation,
    drafting,
    negotiation,
    repository,
    scoring,
    standing,
    terms,
)
from dealix.business.partners.activation import ActivationBook
from dealix.business.partners.drafting import Facts, Template
from dealix.business.partners.models import Partner
from dealix.business.partners.schemas import (
    EconomicsModel,
    PartnerApprovalInput,
    PartnerDossier,
    PartnerTerms,
    RegistryFinding,
)
from dealix.business.partners.term_sheets import TermSheets, reference_of
from dealix.errors import Conflict, InvalidInput
from dealix.lanes.kinds import Beginning, Prepared, Subject
from dealix.lanes.models import Run
from dealix.lanes.provenance import Provenance
from dealix.records.canonical import canonical, digest
from dealix.store.ids import new_id
from dealix.store.session import tenant_of
from dealix.trust.access.directory import active_user, company_names
from dealix.trust.approvals.seating import Seating
from dealix.trust.outbound.effects import Company, Enclosure, Letter, WhatsAppLetter
from dealix.trust.outbound.governance import ConsentBook, opt_out_line
from dealix.trust.outbound.recipients import addressee_of, recipient_of
from dealix.trust.policy import tokens
from dealix.trust.policy.authority_book import Matter
from dealix.trust.privacy import Vault

KIND = "partner_approval"
GATES = ("manager_approval", "term_review", "legal_review", "executive_approval")
EVENTS = ("partner_answer", negotiation.REVISION, "signature", activation.EVENT)


class PartnerService:
    """Facts, texts and hashes of partner approvals."""

    def __init__(
        self, vault: Vault, seating: Seating, papers: PapersService, public_url: str
    ) -> None:
        """`public_url` is where the partner's answer page is found."""
        self.vault = vault
        self.sheets = TermSheets(vault, papers)
        self.consents = ConsentBook(vault)
        self.book = ActivationBook(self.consents)
        self.seating = seating
        self.public_url = public_url.rstrip("/")

    # -- before the start --------------------------------------------------------------------

    def prepare(
        self, session: Session, actor: Actor, given: PartnerApprovalInput, start: Beginning
    ) -> Prepared:
        """Check the start against the business and store the partner; raises and starts nothing."""
        deadline = standing.deadline(given.deadline)
        named = None
        if given.approver is not None:
            named = ("manager_approval", active_user(session, given.approver).user_id)
        matter = Matter(
            KIND, given.partner_type, given.economics.expected_revenue, given.exclusivity
        )
        self.seating.assert_staffed(session, matter, actor.user_id, named)
        if start.practice and recipient_of(session, self.vault, actor.user_id) is None:
            raise InvalidInput("practice_nobody")
        if not (start.rehearsal or start.practice):
            standing.assert_free(session, given, start)
        partner = self._store(session, given, start)
        self._vouch(session, actor, partner.contact_person_id, start)
        stored: dict[str, Any] = {
            "partner_id": partner.id,
            "partner_type": given.partner_type,
            "exclusivity": given.exclusivity,
            "economics": given.economics.model_dump(mode="json"),
            "approver": given.approver,
            **start.found,
        }
        offered = PartnerTerms(
            **given.economics.model_dump(), exclusivity=given.exclusivity, clauses={}
        )

        def after(session: Session, run: Run) -> None:
            terms.keep(session, run, offered, "start", actor.user_id)
            self.book.keep(session, run, activation.of_input(given), actor.user_id)
            self._cover_bad_end(session, run)

        return Prepared(stored, deadline, after)

    def revise(
        self, session: Session, actor: Actor, run: Run, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """A new version of the terms out of the present one and the requester's changes."""
        _version, present = terms.latest(session, run.id)
        changed = terms.revised(present, given)
        return {"version": terms.keep(session, run, changed, "revision", actor.user_id)}

    def _store(self, session: Session, given: PartnerApprovalInput, start: Beginning) -> Partner:
        person_id = new_id("person")
        contact = given.contact
        personal = {"name": contact.name, "email": contact.email, "phone": contact.phone}
        self.vault.add(session, person_id, {name: v for name, v in personal.items() if v})
        own = new_id("partner")
        partner = Partner(
            tenant_id=tenant_of(session),
            id=own,
            name=given.name,
            name_ar=given.name_ar,
            partner_type=given.partner_type,
            country=given.country,
            registration_number=given.registration_number,
            company_number=start.found.get("company_number"),
            company_ref=standing.first_reference(session, given, start) or own,
            contact_person_id=person_id,
            locale=given.contact.locale,
            status=_beginning(start),
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        session.add(partner)
        session.flush()
        return partner

    def _vouch(self, session: Session, actor: Actor, person_id: str, start: Beginning) -> None:
        """Business correspondence with a contact for whom the starter vouches is on record."""
        self.consents.vouch(session, person_id, "partnership", by=actor.user_id, world=start.world)

    def _cover_bad_end(self, session: Session, run: Run) -> None:
        """The start, by a person with the right, covers the notices of a bad end."""
        tokens.issue_all(
            session,
            run_id=run.id,
            decision_id=None,
            issued_by=run.started_by,
            effects=list(self._bad_end(session, run)),
        )

    def _bad_end(self, session: Session, run: Run) -> Iterator[tokens.Grant]:
        spoken = self.retraction_whatsapp(session, run)
        hashes = {
            ("email.retract", "retract_terms"): self.retraction(session, run).payload_hash,
            ("whatsapp.retract", "retract_terms_whatsapp"): spoken.payload_hash if spoken else None,
            ("crm.withdraw", "withdraw_in_crm"): self.company(
                session, run, "withdrawn", of="write_crm"
            ).payload_hash,
            ("crm.withdraw", "deactivate_in_crm"): self.company(
                session, run, "withdrawn", of="activate_in_crm"
            ).payload_hash,
        }
        for (action, name), payload_hash in hashes.items():
            if payload_hash is not None:
                yield tokens.Grant(action, f"{run.id}:{name}", payload_hash, covers="bad_end")

    # -- typed outputs -----------------------------------------------------------------------

    def dossier(self, session: Session, run: Run) -> PartnerDossier:
        """Who the partner is: what the starter gave, and what the registry answered."""
        partner = self.partner(session, run)
        registry = repository.output(session, run.id, RegistryFinding)
        late = run.input.get("registry_at_start") == "unavailable"
        return PartnerDossier(
            partner_id=partner.id,
            name=partner.name,
            name_ar=partner.name_ar,
            partner_type=partner.partner_type,
            country=partner.country,
            registration_number=partner.registration_number,
            registration_checked="at_registry" if registry else "format_only",
            contact_person_id=partner.contact_person_id,
            contact_locale="ar" if partner.locale == "ar" else "en",
            exclusivity=terms.latest(session, run.id)[1].exclusivity,
            registry=registry,
            provenance=Provenance(
                generated_at=run.started_at,
                method="person",
                inputs_hash=digest(run.input),
                sources=[f"run {run.id}", *(registry.provenance.sources if registry else ())],
                not_configured=[] if registry or late else ["registry"],
                delayed=["registry"] if late else [],
            ),
        )

    def economics(self, session: Session, run: Run) -> EconomicsModel:
        """What the partnership brings, and the fit score with its signals."""
        partner = self.partner(session, run)
        _version, offered = terms.latest(session, run.id)
        return scoring.economics(
            offered,
            partner.partner_type,
            partner.country,
            run.started_at,
            digest(offered.model_dump(mode="json")),
        )

    # -- texts -------------------------------------------------------------------------------

    def offer(self, session: Session, run: Run, kept: KeptPaper) -> Letter:
        """The mail that brings the terms with this paper in both forms."""
        reference = reference_of(run)
        return self._outgoing(
            session, run, "terms", self.sheets.enclosures(session, reference, kept)
        )

    def term_sheet_pdf(self, session: Session, run: Run) -> bytes:
        """The PDF of the terms in force, as it went out; `NotFound` once its contact is erased."""
        return self.sheets.file(session, self.sheets.newest(session, run.id), "pdf")

    def retraction(self, session: Session, run: Run) -> Letter:
        """The mail that takes them back."""
        return self._outgoing(session, run, "retraction")

    def activation(self, session: Session, run: Run) -> Letter:
        """The mail that says that the partnership is in effect."""
        return self._outgoing(session, run, "activation")

    def offer_whatsapp(self, session: Session, run: Run) -> WhatsAppLetter | None:
        """The WhatsApp message that says where the terms are; None without a phone number."""
        page = self.facts(session, run).page
        text = drafting.whatsapp_terms(*self._spoken(session, run), page)
        return self._whatsapp(session, run, "terms_whatsapp", text)

    def retraction_whatsapp(self, session: Session, run: Run) -> WhatsAppLetter | None:
        """The WhatsApp message that takes the terms back; None without a phone number."""
        text = drafting.whatsapp_retraction(*self._spoken(session, run))
        return self._whatsapp(session, run, "retraction_whatsapp", text)

    def company(self, session: Session, run: Run, status: str, *, of: str = "") -> Company:
        """The partner for the CRM, without persons; `of` is the step that a withdrawal undoes."""
        partner = self.partner(session, run)
        undoes = f"{run.id}:{of}" if of else ""
        return Company(
            ext_ref=partner.company_ref,
            name=partner.name,
            country=partner.country,
            registration_number=partner.registration_number,
            status=status,
            undoes=undoes,
        )

    def contact(self, session: Session, run: Run) -> tuple[str, dict[str, str]]:
        """The contact's person ID and the commitments to name and address."""
        person = self.partner(session, run).contact_person_id
        clear = self.vault.reveal(session, person)
        return person, self.vault.commit(session, person, f"{run.id}:contact", clear)

    def partner(self, session: Session, run: Run) -> Partner:
        """The partner of a run."""
        return repository.partner(session, run.input["partner_id"])

    @staticmethod
    def subjects(session: Session, runs: Sequence[Run]) -> dict[str, Subject]:
        """The company that each run is about, with its contact as a person's ID."""
        partner_of = {run.id: str(run.input.get("partner_id", "")) for run in runs}
        known = {one.id: one for one in repository.partners(session, partner_of.values())}
        return {
            run_id: Subject(one.name, one.name_ar, (one.contact_person_id,))
            for run_id, partner_id in partner_of.items()
            if (one := known.get(partner_id)) is not None
        }

    def _outgoing(
        self, session: Session, run: Run, kind: str, enclosures: Sequence[Enclosure] = ()
    ) -> Letter:
        partner = self.partner(session, run)
        clear = self.vault.reveal(session, partner.contact_person_id)
        if not clear:
            raise Conflict("person_erased")
        text = getattr(drafting, kind)(self.facts(session, run), partner.locale)
        body = f"{text.body}\n{opt_out_line(partner.locale)}\n"
        return self._letter(session, run, kind, text.subject, body, enclosures)

    def _letter(
        self,
        session: Session,
        run: Run,
        kind: str,
        subject: str,
        body: str,
        enclosures: Sequence[Enclosure] = (),
    ) -> Letter:
        """A letter to the contact under the hash of what leaves, whoever really gets it included.

        Only practice has another one get it: the run's starter.
        """
        partner = self.partner(session, run)
        person, locale = partner.contact_person_id, partner.locale
        to = addressee_of(session, self.vault, run, self.vault.reveal(session, person), locale)
        subject, body = to.subject(subject), to.body(body)
        files = [[one.name, hashlib.sha256(one.content).hexdigest()] for one in enclosures]
        payload = canonical([to.address, subject, body, *([files] if files else [])]).decode()
        commitments = self.vault.commit(session, person, f"{run.id}:mail", {kind: payload})
        return Letter(
            subject,
            body,
            to.address,
            to.name,
            locale,
            person,
            commitments[kind],
            enclosures=tuple(enclosures),
            country=partner.country,
        )

    def _spoken(self, session: Session, run: Run) -> tuple[Facts, str]:
        return self.facts(session, run), self.partner(session, run).locale

    def _whatsapp(
        self, session: Session, run: Run, kind: str, text: Template
    ) -> WhatsAppLetter | None:
        partner = self.partner(session, run)
        clear = self.vault.reveal(session, partner.contact_person_id)
        if not clear:
            raise Conflict("person_erased")
        if "phone" not in clear:
            return None
        if run.practice:
            return self._whatsapp_in_practice(session, run, kind, text)
        left = [clear["phone"], partner.locale, text.name, *text.values, text.text]
        payload, subject = canonical(left).decode(), f"{run.id}:whatsapp"
        made = self.vault.commit(session, partner.contact_person_id, subject, {kind: payload})
        return WhatsAppLetter(
            template=text.name,
            values=text.values,
            text=text.text,
            to=clear["phone"],
            locale=partner.locale,
            person_id=partner.contact_person_id,
            payload_hash=made[kind],
            country=partner.country,
        )

    def _whatsapp_in_practice(
        self, session: Session, run: Run, kind: str, text: Template
    ) -> WhatsAppLetter:
        """The message as the starter gets it: by mail, under WhatsApp's own name."""
        mail = self._letter(session, run, kind, "WhatsApp", text.text)
        return WhatsAppLetter(
            template=text.name,
            values=text.values,
            text=text.text,
            to=mail.to,
            locale=mail.locale,
            person_id=mail.person_id,
            payload_hash=mail.payload_hash,
            by_mail=mail,
            country=mail.country,
        )

    def facts(self, session: Session, run: Run) -> Facts:
        """What every text of a run is made of, by the version in force."""
        partner = self.partner(session, run)
        company, company_ar = company_names(session)
        clear = self.vault.reveal(session, partner.contact_person_id)
        version = terms.newest(session, run.id).version
        return Facts(
            company=company,
            company_ar=company_ar,
            contact_name=clear.get("name", ""),
            reference=reference_of(run),
            version=version,
            page=f"{self.public_url}/p/{negotiation.token_of(self.vault, run, version)}",
        )


def _beginning(start: Beginning) -> str:
    """The state of a partner's record at the start."""
    if start.rehearsal:
        return "rehearsal"
    return "practice" if start.practice else "in_progress"
