"""What is asked at the gates of the partner approval: packets with exactly what would leave."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from dealix.business.partners.service import KIND, PartnerService, template
from dealix.lanes.models import Run
from dealix.trust.approvals.reading import approved_packet
from dealix.trust.approvals.schemas import ApprovalPacket, ListedEffect, Opening

Opener = Callable[[Session, PartnerService, Run, int], Opening]


def manager(session: Session, partners: PartnerService, run: Run, round_: int) -> Opening:
    """The manager sees the draft, and the mail and CRM write that follow from a yes."""
    _text, draft = partners.draft(session, run)
    packet = _packet(session, partners, run, "partner.send_terms", draft)
    effects = [
        ListedEffect(
            action="email.send",
            resource=f"{run.id}:send_terms",
            payload_hash=partners.offer(session, run).payload_hash,
            undo="retract_terms",
        ),
        ListedEffect(
            action="crm.write",
            resource=f"{run.id}:write_crm",
            payload_hash=partners.company(session, run, "terms_sent").payload_hash,
            undo="withdraw_in_crm",
        ),
    ]
    asked = packet.model_copy(update={"effects": effects})
    return _opening(run, "manager_approval", round_, asked)


def executive(session: Session, partners: PartnerService, run: Run, round_: int) -> Opening:
    """The executive sees what went out, and the activation notice that follows from a yes."""
    packet = _packet(session, partners, run, "partner.activate", approved_draft(session, run) or "")
    notice = ListedEffect(
        action="email.send",
        resource=f"{run.id}:notify_activation",
        payload_hash=partners.activation(session, run).payload_hash,
    )
    asked = packet.model_copy(update={"effects": [notice]})
    return _opening(run, "executive_approval", round_, asked)


def approved_draft(session: Session, run: Run) -> str | None:
    """The digest of the draft that the manager's last approval was bound to."""
    packet = approved_packet(session, run.id, "manager_approval")
    return packet.document["digest"] if packet and packet.document else None


def _packet(
    session: Session, partners: PartnerService, run: Run, asks: str, draft: str
) -> ApprovalPacket:
    dossier, economics = partners.dossier(session, run), partners.economics(session, run)
    person, personal = partners.contact(session, run)
    return ApprovalPacket(
        asks=asks,
        subject={
            "partner_id": dossier.partner_id,
            "name": dossier.name,
            "name_ar": dossier.name_ar,
            "partner_type": dossier.partner_type,
            "country": dossier.country,
            "registration_number": dossier.registration_number,
            "registration_checked": dossier.registration_checked,
        },
        context={
            "fit_score": economics.fit_score,
            "signals": [signal.model_dump(mode="json") for signal in economics.signals],
            "expected_revenue": economics.expected_revenue,
            "partner_share": economics.partner_share,
            "net_first_year": economics.net_first_year,
            "currency": economics.currency,
            "exclusivity": dossier.exclusivity,
        },
        risks=_risks(economics.fit_score, exclusivity=dossier.exclusivity),
        reversibility="partially",
        document={"kind": "term_sheet", "digest": draft, "template": template()},
        personal=personal,
        person_id=person,
    )


def _risks(fit_score: int, *, exclusivity: bool) -> list[str]:
    """Risks as stable words; pages translate them."""
    found = ["registration_not_checked"]
    if exclusivity:
        found.append("exclusive")
    if fit_score < 50:
        found.append("low_fit")
    return found


def _opening(run: Run, gate: str, round_: int, packet: ApprovalPacket) -> Opening:
    return Opening(
        run_id=run.id,
        gate=gate,
        round=round_,
        kind=KIND,
        type=str(run.input["partner_type"]),
        amount=str(run.input["economics"]["expected_revenue"]),
        exclusive=bool(run.input["exclusivity"]),
        requested_by=run.started_by,
        packet=packet,
    )
