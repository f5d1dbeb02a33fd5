"""Who gets what we write, to our own people and to those outside: the one place that says so."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dealix.errors import Conflict
from dealix.lanes.models import Run
from dealix.trust.access import directory
from dealix.trust.privacy import Vault

PRACTICE_MARKS = {"ar": "تدريب: ", "en": "Practice: "}
PRACTICE_LINES = {
    "ar": "رسالة تدريب: كانت ستُرسل إلى {name} ووصلت إليك وحدك، ولم يصل شيء إلى أحد خارج الشركة.",
    "en": "This is practice: it would go to {name} and came to you alone; nobody outside got it.",
}
"""What a practice message's subject begins with, and its first line. A change of wording asks for
new approvals, since their hashes cover it."""


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


@dataclass(frozen=True)
class Addressee:
    """Where a message to a person outside goes; in practice with words that say what it is."""

    address: str
    name: str
    mark: str = ""
    line: str = ""

    def subject(self, text: str) -> str:
        """A subject as it leaves."""
        return self.mark + text

    def body(self, text: str) -> str:
        """A text as it leaves, in practice under a first line that says so."""
        return f"{self.line}\n\n{text}" if self.line else text


def addressee_of(
    session: Session, vault: Vault, run: Run, person: Mapping[str, str], locale: str
) -> Addressee:
    """Who gets what is meant for `person` (`name`, `email`): they, or in practice the starter.

    Raises:
        Conflict: `practice_nobody`, the starter of a practice run has no address any more.
    """
    if not run.practice:
        return Addressee(person["email"], person["name"])
    starter = recipient_of(session, vault, run.started_by)
    if starter is None:
        raise Conflict("practice_nobody")
    language = "ar" if locale == "ar" else "en"
    line = PRACTICE_LINES[language].format(name=person["name"])
    return Addressee(starter.address, starter.name, PRACTICE_MARKS[language], line)
