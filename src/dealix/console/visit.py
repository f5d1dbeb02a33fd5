"""One person's visit: who it is, in which language, on whose clocks, with what waiting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request

from dealix.actors import Actor
from dealix.console.speech import Speech
from dealix.error_codes import CODES
from dealix.errors import NotEntitled, NotSignedIn
from dealix.i18n import LOCALES, N_, negotiate
from dealix.trust.access.rights import may
from dealix.trust.access.service import MOST
from dealix.trust.approvals.desk import Center

BACK_TO_LINK = "/d/back"
"""Where a decision link's page is left to and come back from, instead of its secret address."""
FIRST = 12
"""How many requests that wait for a person their first page shows."""
LANGUAGE_COOKIE = "dealix_language"
DEFAULT_ZONE = ZoneInfo("Asia/Riyadh")
PLACES = {
    "Asia/Riyadh": N_("Riyadh"),
    "Asia/Dubai": N_("Dubai"),
    "UTC": N_("UTC"),
}
SECTIONS = (
    ("/", N_("Waiting for me"), "home", ""),
    ("/start", N_("Start"), "start", ""),
    ("/approvals", N_("Approvals"), "approvals", "approval.read"),
    ("/board", N_("Partner board"), "board", ""),
    ("/leads", N_("Leads"), "leads", "lead.read"),
    ("/proposals", N_("Proposals"), "proposals", "proposal.read"),
    ("/dashboard", N_("Figures"), "dashboard", "dashboard.read"),
    ("/runs", N_("Runs"), "runs", ""),
    ("/cases", N_("Cases"), "cases", ""),
    ("/clauses", N_("Clauses"), "clauses", "clauses.read"),
    ("/knowledge", N_("Knowledge"), "knowledge", "knowledge.search"),
    ("/inventory", N_("Inventory"), "inventory", ""),
    ("/mailbox", N_("Mailbox"), "mailbox", "mailbox.read"),
    ("/outbound", N_("Outbound desk"), "outbound", "message.read"),
    ("/consents", N_("Consents"), "consents", "consent.read"),
    ("/calendar", N_("Calendar"), "calendar", "calendar.read"),
    ("/compliance", N_("Compliance"), "compliance", "compliance.read"),
    ("/contradictions", N_("Contradictions"), "contradictions", "contradiction.read"),
    ("/evidence", N_("Evidence"), "evidence", "evidence.read"),
    ("/audit", N_("Records"), "audit", "audit.read"),
    (
        "/admin",
        N_("Administration"),
        "admin",
        "user.manage user.confirm privacy.read key.read authority.propose",
    ),
)
NOTICES = {
    "started": N_("The run has started."),
    "decided": N_("Your decision is stored and delivered."),
    "stored": N_("Your decision is stored; it reaches the run as soon as its engine answers."),
    "cancelled": N_("The cancel is stored; what is outside is being taken back."),
    "paused": N_("The run stands still."),
    "resumed": N_("The run goes on."),
    "answer_kept": N_("The partner's answer is stored and reaches the run."),
    "terms_kept": N_("The new version is stored and goes into review."),
    "resubmitted": N_("Your answer is stored; the gate is asked again."),
    "lead_seen": N_("The lead is yours; it no longer waits."),
    "proposal_seen": N_("You have seen the proposal; it no longer waits."),
    "lead_kept": N_("The lead is kept."),
    "lead_scored": N_("The lead is scored."),
    "lead_queued": N_("No worker is free now; the score comes as soon as one is."),
    "trust_scored": N_("The trust score is worked out."),
    "lead_acted": N_("It is on record; score the lead anew to count it."),
    "extended": N_("The deadline is extended."),
    "moved": N_("The rehearsal's time has moved forward."),
    "resolved": N_("The case is settled."),
    "consent_kept": N_("It is on record."),
    "day_set": N_("The day is set."),
    "settings_kept": N_("The settings are kept."),
    "removed": N_("It is removed."),
    "answered": N_("The answer is on its way to the run."),
    "written": N_("The message is on its way in; what it wants is said in a moment."),
    "signatory_acted": N_("The signatories have acted; the run hears of it in a moment."),
    "partner_answered": N_("Thank you. Your answer has been received."),
    "saved": N_("The change is saved."),
    "proposed": N_("The change is stored; it counts once a second person confirms it."),
    "confirmed": N_("It is confirmed and counts from now on."),
    "refused": N_("It is refused; what was in force stays."),
    "ended": N_("The access has ended, and so have the sessions."),
    "restored": N_("The access is restored."),
    "drafted": N_("The draft is stored; it counts once a second person puts it into force."),
    "in-force": N_("This version is in force now."),
    "erased": N_("The person is erased."),
    "rotated": N_("A new key encrypts from now on; older ones still open."),
    "password": N_("The password is changed; your other sessions have ended."),
    "session-ended": N_("That session has ended."),
    "document-added": N_("The document is in: its passages are found from now on."),
    "welcome": N_("The password is set: sign in with it."),
}


@dataclass
class Visit:
    """What every page knows about the one who looks at it."""

    request: Request
    speech: Speech
    csrf: str
    actor: Actor | None = None
    name: str = ""
    company: str = ""
    services: Any = None
    has_sandbox: bool = False
    section: str = ""
    notice: str = ""
    practice: bool = False

    @property
    def who(self) -> Actor:
        """The signed-in person; pages that ask for it are only for those."""
        if self.actor is None:
            raise NotSignedIn("not_signed_in")
        return self.actor

    @cached_property
    def waiting(self) -> int:
        """How many decisions wait for this person."""
        if self.actor is None or self.services is None:
            return 0
        if "mine" in self.__dict__:  # read for this page anyway
            return self.mine.counts.get("mine", 0)
        actor, approvals = self.actor, self.services.approvals
        found: int = self.allowed(lambda: approvals.waiting(actor), 0)
        return found

    @cached_property
    def mine(self) -> Center:
        """The requests that wait for this person's decision, the most urgent ones."""
        nothing = Center([], {}, "")
        if self.actor is None or self.services is None:
            return nothing
        actor, approvals = self.actor, self.services.approvals
        found: Center = self.allowed(lambda: approvals.center(actor, "mine", limit=FIRST), nothing)
        return found

    @cached_property
    def directory(self) -> dict[str, dict[str, Any]]:
        """The people of the company by id; of a very large one, the first and who was asked for."""
        found = self.allowed(lambda: self.services.access.people(self.who), [])
        return {person["id"]: person for person in found}

    def colleague(self, user_id: str) -> dict[str, Any] | None:
        """One of the company's people; None for an id of nobody that we know."""
        known = self.directory
        if user_id not in known and len(known) >= MOST:
            asked = self.allowed(lambda: self.services.access.named(self.who, [user_id]), [])
            known |= {person["id"]: person for person in asked}
        return known.get(user_id)

    def error_text(self, error: Mapping[str, Any]) -> str:
        """The error that a run ended with, in the visitor's language."""
        text = CODES.get(str(error.get("code", "")), "")
        params = {name: self.speech.word(value) for name, value in error.items()}
        return self.speech.say(text, **params) if text else str(error.get("message", ""))

    def allowed(self, ask: Callable[[], Any], otherwise: Any) -> Any:
        """The answer, or `otherwise` where the visitor's roles do not let them see it."""
        try:
            return ask()
        except NotEntitled:
            return otherwise

    def sections(self) -> list[tuple[str, str, str]]:
        """The menu: where, what it says, which section it is."""
        return [
            (href, self.speech.say(label), section)
            for href, label, section, right in SECTIONS
            if self._sees(section, right)
        ]

    def _sees(self, section: str, right: str) -> bool:
        if section == "mailbox" and not self.has_sandbox:
            return False
        return not right or any(self.may(each) for each in right.split())

    def may(self, right: str) -> bool:
        """Whether the visitor holds a right."""
        return self.actor is not None and may(self.actor, right)

    def place(self) -> str:
        """The place whose clocks the page shows."""
        zone = self.speech.zone.key
        return self.speech.say(PLACES[zone]) if zone in PLACES else zone

    def language_href(self, locale: str) -> str:
        """Where a click on the other language leads: back to this page."""
        return f"/language/{locale}?next={quote(here(self.request), safe='')}"


def locale_of(request: Request, actor: Actor | None) -> str:
    """The language that the address names, else the device's, the person's own, the browser's."""
    named = request.query_params.get("lang")
    if named in LOCALES:
        return str(named)
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LOCALES:
        return str(chosen)
    if actor is not None and actor.locale in LOCALES:
        return actor.locale
    return negotiate(request.headers.get("accept-language"))


def here(request: Request) -> str:
    """Path and query of the page; after a sent form, the start; of a link, the way back to it."""
    if request.url.path.startswith("/d/"):
        return BACK_TO_LINK
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query


def local_path(target: str | None) -> str:
    """A path on this site and nowhere else, whatever a link asked for."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    if any(ord(letter) < 33 for letter in target):  # browsers drop tabs and line ends: "/\t/x"
        return "/"
    return target
