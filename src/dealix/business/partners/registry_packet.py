"""What a decider is shown of the registry's answer: facts, risks, and the managers by name."""

from typing import Any

from dealix.business.partners.schemas import RegistryFinding
from dealix.records.canonical import stamp

SIGNING_RISKS = {
    "jointly": "contact_signs_jointly",
    "unclear": "contact_signing_unclear",
    "no": "contact_may_not_sign",
}


def context(finding: RegistryFinding | None) -> dict[str, Any]:
    """The registry's facts for the context of a packet; empty while nobody has been answered."""
    if finding is None:
        return {}
    due = finding.confirmation_due
    return {
        "registry": {
            "registered_name": finding.registered_name,
            "entity_type": finding.entity_type,
            "registry_status": f"registration_is_{finding.status}",
            "confirmation_due": due.isoformat() if due else None,
            "managers_sign": f"sign_{finding.signing}",
            "contact_signs": f"sign_{finding.signatory}",
            "asked_at": stamp(finding.asked_at),
            "reference": finding.reference,
        }
    }


def risks(finding: RegistryFinding | None) -> list[str]:
    """Risks as stable words."""
    if finding is None:
        return ["registration_not_checked"]
    found = [] if finding.confirmation_due else ["confirmation_not_told"]
    signing = SIGNING_RISKS.get(finding.signatory)
    return [*found, signing] if signing else found


def persons(finding: RegistryFinding | None) -> dict[str, str]:
    """The managers as persons of the vault, with what each is at the company."""
    return {one.person_id: one.position for one in finding.managers} if finding else {}
