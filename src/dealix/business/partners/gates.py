"""What is asked at the gates of the partner approval: packets with exactly what would leave."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dealix.business.partners import terms
from dealix.business.partners.schemas import PartnerTerms
from dealix.business.partners.service import KIND, PartnerService, template
from dealix.lanes.models import Run
from dealix.trust.approvals.reading import agreed_part
from dealix.trust.approvals.schemas import ApprovalPacket, ListedEffect, Opening

OUTSIDE = ("partner.send_terms", "partner.activate")
"""What has consequences outside, so that practice asks it in words of its own."""

Opener = Callable[[Session, PartnerService, Run, int], Opening]


@dataclass(frozen=True)
class Offer:
    """The version that would go out, and the parts of it at which the reviewers look."""

    version: int
    terms: PartnerTerms
    commercial: str
    legal: str


def offer(session: Session, partners: PartnerService, run: Run) -> Offer:
    """The version in force, as reviewers see it."""
    version, present = terms.latest(session, run.id)
    return Offer(
        version,
        present,
        terms.commercial_part(present),
        terms.legal_part(present, partners.clauses(session, run)),
    )


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
    return opening.model_copy(update={"part": one.legal})


def executive(session: Session, partners: PartnerService, run: Run, round_: int) -> Opening:
    """The executive sees what the partner accepted, and what follows from a yes."""
    one = offer(session, partners, run)
    packet = _packet(session, partners, run, "partner.activate", "partially")
    asked = packet.model_copy(
        update={
            "document": _document(session, partners, run),
            "context": {**packet.context, "rounds": _rounds(session, run)},
            "effects": _activation(session, partners, run),
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
            "document": _document(session, partners, run),
            "context": {**packet.context, "version": one.version, "rounds": _rounds(session, run)},
            "effects": _sending(session, partners, run) if lists else [],
        }
    )


def _sending(session: Session, partners: PartnerService, run: Run) -> list[ListedEffect]:
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
            payload_hash=partners.offer(session, run).payload_hash,
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


def _activation(session: Session, partners: PartnerService, run: Run) -> list[ListedEffect]:
    """The notice that tells the partner."""
    return [
        ListedEffect(
            action="email.send",
            resource=f"{run.id}:notify_activation",
            payload_hash=partners.activation(session, run).payload_hash,
        )
    ]


def _document(session: Session, partners: PartnerService, run: Run) -> dict[str, str]:
    return {
        "kind": "term_sheet",
        "digest": partners.draft(session, run)[1],
        "template": template(),
    }


def _rounds(session: Session, run: Run) -> list[dict[str, object]]:
    """What each version changed, by whose hand; empty for the first."""
    rows = terms.history(session, run.id)
    bodies = [PartnerTerms.model_validate(row.body) for row in rows]
    return [
        {
            "version": row.version,
            "source": row.source,
            "changed": terms.differences(bodies[place - 1], bodies[place]),
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
                **({"practice": True} if run.practice else {}),
            },
            "risks": _risks(economics.fit_score, exclusivity=dossier.exclusivity),
            "reversibility": reversibility,
            "personal": personal,
            "person_id": person,
        }
    )


def _risks(fit_score: int, *, exclusivity: bool) -> list[str]:
    """Risks as stable words; pages translate them."""
    found = ["registration_not_checked"]
    if exclusivity:
        found.append("exclusive")
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
