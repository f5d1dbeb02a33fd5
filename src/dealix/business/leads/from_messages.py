"""What strangers write to us, as leads that a person may make of it; nothing is made by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, Protocol

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.leads.importing import WORKFLOW, Runs
from dealix.business.leads.matching import FREE_MAIL
from dealix.business.leads.qualifying import Qualifications
from dealix.connectors.deliveries import ReceivedMail
from dealix.connectors.inbound import WRITTEN
from dealix.store.session import Database

OFFERED = frozenset({"interested", "pricing_question", "meeting_request", "partner_enquiry"})
"""What somebody wants of whom a lead is offered: interest, prices, a demo, a partnership."""
LONGEST = 200


class Letters(Protocol):
    """Where strangers' messages lie; see `lanes.inbox.Inbox`."""

    def stranger(self, session: Session, event_id: str) -> ReceivedMail:
        """What a stranger wrote, while nobody has taken it up; raises `NotFound`."""

    def hand_over(self, session: Session, event_id: str, run_id: str, person_id: str) -> bool:
        """Give it to a run, under its person's key; False when it has one."""


@dataclass(frozen=True)
class Draft:
    """A message, and what of a lead it tells."""

    mail: ReceivedMail
    given: dict[str, Any]


@dataclass(frozen=True)
class LeadMessages:
    """Strangers' messages for the doors. `permit(actor, right)` raises."""

    database: Database
    letters: Letters
    qualifications: Qualifications
    runs: Callable[[], Runs]
    permit: Callable[[Actor, str], None]

    def draft(self, actor: Actor, event_id: str) -> Draft:
        """A stranger's message with what it tells of its sender; nothing is kept.

        Raises:
            NotFound: there is none, or somebody has made a lead of it already.
        """
        self._permit(actor)
        with self.database.tenant(actor.tenant_id) as session:
            mail = self.letters.stranger(session, event_id)
        return Draft(mail, told_by(mail))

    def make(self, actor: Actor, event_id: str, given: Mapping[str, Any]) -> str:
        """Start the qualification of its sender, once, and put the message to it. Its run.

        Raises:
            NotFound: there is no such message of a stranger.
            InvalidInput: a field is not right.
        """
        self.draft(actor, event_id)
        key = f"message-{event_id}"
        run = self.runs().of_keys(actor, WORKFLOW, [key]).get(key)
        if run is None:
            run, _ = self.runs().begin(actor, WORKFLOW, given, key)
        with self.database.tenant(actor.tenant_id) as session:
            person = self.qualifications.person_of(session, run)
            self.letters.hand_over(session, event_id, run, person)
        return run

    def _permit(self, actor: Actor) -> None:
        self.permit(actor, "lead.write")
        self.permit(actor, f"run.start.{WORKFLOW}")


def offered(delivery: Mapping[str, Any], tag: Mapping[str, Any] | None) -> bool:
    """Whether a lead is offered of a delivery: a stranger wrote it and wants something of ours."""
    is_strangers = delivery["provider"] in WRITTEN and not delivery["run"] and delivery["stranger"]
    return bool(is_strangers and tag and tag["intent"] in OFFERED)


def told_by(mail: ReceivedMail) -> dict[str, Any]:
    """What a message tells of a lead: its sender, their address, the company of a mail's domain."""
    name, address = parseaddr(mail.sender)
    contact: dict[str, Any] = {"locale": "ar" if _is_arabic(mail.text) else "en"}
    company: dict[str, Any] = {}
    if "@" in address:
        contact |= {"email": address[:LONGEST], "name": name[:LONGEST]}
        domain = address.rpartition("@")[2].casefold()
        if domain and domain not in FREE_MAIL:
            company |= {"name": domain, "website": f"https://{domain}"}
    else:
        contact["phone"] = mail.sender[:LONGEST]
    told = {"company": company, "contact": {key: value for key, value in contact.items() if value}}
    return {**told, "source": "inbound_message", "data_from": "person"}


def _is_arabic(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return sum("\u0621" <= char <= "\u064a" for char in letters) * 2 > len(letters)
