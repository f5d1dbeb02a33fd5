"""What is asked at the gates of the partner approval: packets with exactly what would leave."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dealix.business.papers.schemas import KeptPaper
from dealix.business.partners import registry_packet, terms
from dealix.business.partners.answering import answers
from dealix.business.partners.schemas import PartnerTerms, SigningPower
from dealix.business.partners.service import KIND, PartnerService
from dealix.business.partners.signing import Agreements
from dealix.business.partners.term_sheets import legal_part, said
from dealix.business.signatures.service import papers_for
from dealix.lanes.models import Run
from dealix.records.canonical import digest
from dealix.trust.approvals.reading import agreed_part
from dealix.trust.approvals.schemas import ApprovalPacket, ListedEffect, Opening
from dealix.trust.outbound.envelopes import void_hash
from dealix.trust.policy import tokens

OUTSIDE = ("partner.send_terms", "partner.activate")
"""What has consequences outside, so that practice asks it in words of its own."""

Opener = Callable[[Session, PartnerService, Run, int], Opening]


@dataclass(frozen=True)
class Offer:
    """The version that would go out, and the parts of it at which the reviewers look."""

    version: int
    terms: PartnerTerms
    paper: KeptPaper
    commercial: str
    legal: str


def offer(session: Session, partners: PartnerService, run: Run) -> Offer:
    """The version in force, as reviewers see it."""
    version, present = terms.latest(session, run.id)
    paper = partners.sheets.newest(session, run.id)
    return Offer(version, present, paper, terms.commercial_part(present), legal_part(paper))


def manager(session: Session, partners: PartnerService, run: Run, round_: int) -> Opening:
    """The manager decides whether to go on with this partner at all; nothing leaves by a yes."""
    packet = _packet(session, partners, run, "partner.propose", "reversible")
    return _opening(session, run, "manager_approval", round_, packet)


def commercial_owner(session: Session, partners: PartnerService, run: Run, round_: int) -> Opening:
    """The commercial owner reviews the economics; lists what leaves when counsel is not asked."""
    one = offer(session, partners, run)
    counsel_agreed = agreed_part(session, run.id, "legal_review") == one.legal
    packet = _reviewed(session, partners, run, one, lists=counsel_agreed)
    opening = _opening(session, run, "term_review", round_, packet)
    return opening.model_copy(update={"part": one.commercial})


def legal(session: Session, partners: PartnerService, run: Run, round_: int) -> Opening:
    """Counsel reviews the clauses; a yes issues the tokens for exactly the version that leaves."""
    one = offer(session, partners, run)
    packet = _reviewed(session, partners, run, one, lists=True)
    opening = _opening(session, run, "legal_review", round_, packet)
    return opening.model_copy(update={"part": _legal_part(session, partners, run, one)})


def _legal_part(session: Session, partners: PartnerService, run: Run, one: Offer) -> str:
    """What counsel looks at: the clauses, and the letter too where only the letter has changed.

    Else nobody would be asked about a letter that no approval covers, which a new release may word
    otherwise between the approval and the sending.
    """
    both = (
        agreed_part(session, run.id, "term_review") == one.commercial
        and agreed_part(session, run.id, "legal_review") == one.legal
    )
    if not both or terms.is_answered(session, run.id, one.version):
        return one.legal
    mail = partners.offer(session, run, one.paper).payload_hash
    resource = f"{run.id}:send_terms"
    if tokens.find_valid(session, "email.send", resource, mail, run_id=run.id) is not None:
        return one.legal
    return digest([one.legal, mail])


def executive(session: Session, partners: PartnerService, run: Run, round_: int) -> Opening:
    """The executive sees what the partner accepted, and what follows from a yes."""
    one = offer(session, partners, run)
    packet = _packet(session, partners, run, "partner.activate", "partially")
    asked = packet.model_copy(
        update={
            "document": partners.sheets.document(session, run),
            "context": {**packet.context, "rounds": _rounds(session, partners, run)},
            "effects": [*_signature(session, partners, run), *_activation(session, partners, run)],
        }
    )
    opening = _opening(session, run, "executive_approval", round_, asked)
    # Counsel's seat at this gate looks at the clauses, the others at everything.
    return opening.model_copy(update={"seats": {"legal_counsel": one.legal}})


def _reviewed(
    session: Session, partners: PartnerService, run: Run, one: Offer, *, lists: bool
) -> ApprovalPacket:
    packet = _packet(session, partners, run, "partner.send_terms", "partially")
    return packet.model_copy(
        update={
            "document": partners.sheets.document(session, run),
            "context": {
                **packet.context,
                "version": one.version,
                "rounds": _rounds(session, partners, run),
            },
            "effects": _sending(session, partners, run, one) if lists else [],
        }
    )


def _sending(
    session: Session, partners: PartnerService, run: Run, one: Offer
) -> list[ListedEffect]:
    """The messages that bring this version, and the CRM write that follows them."""
    spoken = partners.offer_whatsapp(session, run)
    by_phone = (
        []
        if spoken is None
        else [
            ListedEffect(
                action="whatsapp.send",
                resource=f"{run.id}:send_terms_whatsapp",
                payload_hash=spoken.payload_hash,
                undo="retract_terms_whatsapp",
            )
        ]
    )
    return [
        ListedEffect(
            action="email.send",
            resource=f"{run.id}:send_terms",
            payload_hash=partners.offer(session, run, one.paper).payload_hash,
            undo="retract_terms",
        ),
        *by_phone,
        ListedEffect(
            action="crm.write",
            resource=f"{run.id}:write_crm",
            payload_hash=partners.company(session, run, "terms_sent").payload_hash,
            undo="withdraw_in_crm",
        ),
    ]


def _signature(session: Session, partners: PartnerService, run: Run) -> list[ListedEffect]:
    """The envelope with exactly this document and these signers, and taking it back."""
    agreement = Agreements(partners).of(session, run)
    sent = papers_for(partners.vault, session, run.id, agreement).payload_hash
    return [
        ListedEffect(
            action="esign.send",
            resource=f"{run.id}:send_envelope",
            payload_hash=sent,
            undo="void_envelope",
        ),
        ListedEffect(
            action="esign.void",
            resource=f"{run.id}:void_envelope",
            payload_hash=void_hash(sent),
        ),
    ]


def _activation(session: Session, partners: PartnerService, run: Run) -> list[ListedEffect]:
    """The CRM write that marks the partner as active, and the notice that tells them."""
    return [
        ListedEffect(
            action="crm.write",
            resource=f"{run.id}:activate_in_crm",
            payload_hash=partners.company(session, run, "active").payload_hash,
            undo="deactivate_in_crm",
        ),
        ListedEffect(
            action="email.send",
            resource=f"{run.id}:notify_activation",
            payload_hash=partners.activation(session, run).payload_hash,
        ),
    ]


def _rounds(session: Session, partners: PartnerService, run: Run) -> list[dict[str, object]]:
    """What each version changed in values and clauses, by whose hand; empty for the first.

    Of a document that the partner returned it says which clauses differ; its words are theirs.
    """
    rows = terms.history(session, run.id)
    bodies = [PartnerTerms.model_validate(row.body) for row in rows]
    answered = {one.version: one for one in answers(session, run.id)}
    return [
        {
            "version": row.version,
            "source": row.source,
            "changed": terms.values_changed(bodies[place - 1], bodies[place]),
            "clauses": said(partners.sheets.changes(session, run.id, row.version)),
            "returned": (before.changed or []) if (before := answered.get(row.version - 1)) else [],
        }
        for place, row in enumerate(rows)
        if place > 0
    ]


def _packet(
    session: Session, partners: PartnerService, run: Run, asks: str, reversibility: str
) -> ApprovalPacket:
    dossier, economics = partners.dossier(session, run), partners.economics(session, run)
    person, personal = partners.contact(session, run)
    return ApprovalPacket.model_validate(
        {
            "asks": f"{asks}.practice" if run.practice and asks in OUTSIDE else asks,
            "subject": {
                "partner_id": dossier.partner_id,
                "name": dossier.name,
                "name_ar": dossier.name_ar,
                "partner_type": dossier.partner_type,
                "country": dossier.country,
                "registration_number": dossier.registration_number,
                "registration_checked": dossier.registration_checked,
            },
            "context": {
                "fit_score": economics.fit_score,
                "signals": [signal.model_dump(mode="json") for signal in economics.signals],
                "expected_revenue": economics.expected_revenue,
                "partner_share": economics.partner_share,
                "net_first_year": economics.net_first_year,
                "currency": economics.currency,
                "exclusivity": dossier.exclusivity,
                **registry_packet.context(dossier.registry),
                "saudization": partners.book.saudization(session, run),
                **_power(partners.book.power(session, run)),
                **({"practice": True} if run.practice else {}),
            },
            "risks": [
                *registry_packet.risks(dossier.registry),
                *_risks(economics.fit_score, exclusivity=dossier.exclusivity),
                *partners.book.risks(session, run),
            ],
            "reversibility": reversibility,
            "personal": personal,
            "person_id": person,
            "persons": registry_packet.persons(dossier.registry),
        }
    )


def _power(power: SigningPower | None) -> dict[str, Any]:
    """Why the contact may sign, for a packet; nothing where nobody had to say so."""
    if power is None:
        return {}
    return {
        "signing_basis": power.basis,
        "signing_document": power.document,
        "signing_scope": power.scope,
        "signing_until": power.valid_until.isoformat(),
    }


def _risks(fit_score: int, *, exclusivity: bool) -> list[str]:
    """Risks as stable words; pages translate them."""
    found = ["exclusive"] if exclusivity else []
    if fit_score < 50:
        found.append("low_fit")
    return found


def _opening(session: Session, run: Run, gate: str, round_: int, packet: ApprovalPacket) -> Opening:
    """The request, at the level that the terms in force ask for; practice writes to no CRM."""
    if run.practice:
        effects = [one for one in packet.effects if not one.action.startswith("crm.")]
        packet = packet.model_copy(update={"effects": effects})
    version, present = terms.latest(session, run.id)
    return Opening(
        run_id=run.id,
        gate=gate,
        round=round_,
        kind=KIND,
        type=str(run.input["partner_type"]),
        amount=present.expected_revenue,
        exclusive=present.exclusivity,
        requested_by=run.started_by,
        packet=packet,
        cycle=version,
    )
