"""What a partner approval has signed: the accepted version as a PDF, and by whom on either side."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from dealix.business.papers import signing
from dealix.business.partners import drafting, terms
from dealix.business.partners.service import KIND, PartnerService
from dealix.business.partners.term_sheets import reference_of
from dealix.business.signatures.schemas import Agreement, Signer
from dealix.errors import Conflict
from dealix.lanes.models import Run
from dealix.trust.outbound.recipients import addressee_of, recipient_of
from dealix.trust.policy.authority_book import Matter
from dealix.trust.privacy import Vault

GATE = "executive_approval"
LONGEST_NAME = 100


@dataclass(frozen=True)
class Agreements:
    """See `signatures.activities.Agreements`: the agreements of partner approvals."""

    partners: PartnerService

    def of(self, session: Session, run: Run) -> Agreement:
        """The accepted version, signed by the partner first and then by us."""
        partner = self.partners.partner(session, run)
        words = drafting.signature_request(self.partners.facts(session, run), partner.locale)
        version, _terms = terms.latest(session, run.id)
        meant = Agreement(
            person_id=partner.contact_person_id,
            subject=words.subject,
            document_name=f"{reference_of(run)}-v{version}.pdf",
            document=self.partners.term_sheet_pdf(session, run),
            signers=_signers(session, self.partners, run),
            message=words.body,
        )
        return played_by_starter(session, self.partners.vault, run, meant, partner.locale)

    def withdrawal(self, session: Session, run: Run) -> str:
        """Why the envelope is voided, in the partner's language; it names nobody."""
        locale = self.partners.partner(session, run).locale
        return drafting.withdrawal(reference_of(run), locale)


def played_by_starter(
    session: Session, vault: Vault, run: Run, agreement: Agreement, locale: str
) -> Agreement:
    """An agreement as it leaves: in practice the starter signs for everybody, and is told so.

    It comes before the hash, so that an approval covers who really gets it.
    """
    if not run.practice or not agreement.signers:
        return agreement
    known = [{"name": each.name, "email": each.email} for each in agreement.signers]
    played = [addressee_of(session, vault, run, each, locale) for each in known]
    return replace(
        agreement,
        subject=played[0].subject(agreement.subject),
        message=played[0].body(agreement.message),
        signers=tuple(
            replace(each, email=who.address)
            for each, who in zip(agreement.signers, played, strict=True)
        ),
    )


def _signers(session: Session, partners: PartnerService, run: Run) -> tuple[Signer, ...]:
    """The partner's signatory, and the first of ours whom the authority table lets agree."""
    theirs = partners.partner(session, run).contact_person_id
    clear = partners.vault.reveal(session, theirs)
    if not clear:
        raise Conflict("person_erased")
    name, email = clear["name"][:LONGEST_NAME], clear["email"]
    places = signing.anchors("partner")
    first = Signer(theirs, "partner_signatory", name, email, 1, places, signing.AT)
    return (first, *_ours(session, partners, run))


def _ours(session: Session, partners: PartnerService, run: Run) -> list[Signer]:
    _version, present = terms.latest(session, run.id)
    kind = str(run.input["partner_type"])
    matter = Matter(KIND, kind, present.expected_revenue, present.exclusivity)
    _table, seats = partners.seating.open(session, matter, GATE, run.started_by, run.id)
    for user_id in (each for seat in seats for each in seat.eligible):
        found = recipient_of(session, partners.vault, user_id)
        if found is not None:
            name = found.name[:LONGEST_NAME]
            role, places = "company_signatory", signing.anchors("company")
            who = found.person_id
            return [Signer(who, role, name, found.address, 2, places, signing.AT)]
    return []
