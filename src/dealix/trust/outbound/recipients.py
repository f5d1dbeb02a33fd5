"""Who gets what we write to one of our own people: the one place that says so."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from dealix.trust.access import directory
from dealix.trust.privacy import Vault


@dataclass(frozen=True)
class Recipient:
    """One of our own people with the address to which a notice goes."""

    user_id: str
    person_id: str
    address: str
    name: str
    locale: str


def recipient_of(session: Session, vault: Vault, user_id: str) -> Recipient | None:
    """The address, name and language of this person; None for one who left or was erased."""
    reach = directory.reach(session, user_id)
    if reach is None:
        return None
    clear = vault.reveal(session, reach.person_id)
    if not clear.get("email"):
        return None
    name = clear.get("name_ar" if reach.locale == "ar" else "name") or clear.get("name") or ""
    return Recipient(reach.user_id, reach.person_id, clear["email"], name, reach.locale)
