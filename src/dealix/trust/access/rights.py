"""The one table of rights: which roles may do what, at every door and in every service."""

from collections.abc import Iterable
from dataclasses import dataclass

from dealix.actors import Actor
from dealix.errors import InvariantBroken, NotEntitled

ROLES = (
    "sales_rep",
    "partner_manager",
    "director",
    "vp",
    "vp_corpdev",
    "svp",
    "cfo",
    "cto",
    "legal_counsel",
    "compliance_officer",
    "ceo",
    "ic_member",
    "board_member",
    "pmi_director",
    "workstream_lead",
    "auditor",
    "operator",
    "tenant_admin",
)
"""Every role, in the order in which pages list them."""

EVERYBODY = frozenset(ROLES)
EXECUTIVES = frozenset({"vp", "vp_corpdev", "svp", "cfo", "cto", "ceo"})
PARTNERSHIPS = frozenset({"sales_rep", "partner_manager", "director"}) | EXECUTIVES
LEGAL = frozenset({"legal_counsel"})
KEEPERS = frozenset({"operator", "tenant_admin"})
WATCHERS = frozenset({"auditor", "compliance_officer"}) | KEEPERS


@dataclass(frozen=True)
class Right:
    """One thing that may be done: what it is, in a sentence, and the roles that may."""

    does: str
    roles: frozenset[str]


RIGHTS: dict[str, Right] = {
    "inventory.read": Right("See the inventory of workflows with its verdicts.", EVERYBODY),
    "run.read": Right("See the runs of the company with timeline and waits.", EVERYBODY),
    "run.start.partner_approval": Right("Start a partner approval.", PARTNERSHIPS),
    "run.start.evidence_pack": Right(
        "Start the assembly of an evidence pack, of the kinds that one may read.",
        PARTNERSHIPS - {"sales_rep"} | LEGAL | KEEPERS | {"compliance_officer", "board_member"},
    ),
    "run.start.contradiction_scan": Right(
        "Start a scan for contradictions.",
        LEGAL | KEEPERS | {"compliance_officer"},
    ),
    "run.start.lead_qualification": Right("Start the qualification of a lead.", PARTNERSHIPS),
    "run.start.compliance_scan": Right(
        "Start a scan of the controls.",
        LEGAL | KEEPERS | {"compliance_officer"},
    ),
    "run.start.proposal_generation": Right("Start a proposal on a deal.", PARTNERSHIPS),
    "run.rehearse": Right(
        "Start a rehearsal and move its clock forward.", PARTNERSHIPS | {"operator"}
    ),
    "run.cancel": Right(
        "Cancel a run; what is outside is taken back.", PARTNERSHIPS - {"sales_rep"} | KEEPERS
    ),
    "run.extend": Right("Move the deadline of a run.", PARTNERSHIPS - {"sales_rep"} | {"operator"}),
    "run.pause": Right(
        "Pause a run and let it go on.", PARTNERSHIPS - {"sales_rep"} | {"operator"}
    ),
    "run.event": Right("Enter by hand what somebody outside answered.", PARTNERSHIPS),
    "negotiation.read": Right(
        "Read a negotiation with the words of the other side.",
        PARTNERSHIPS | LEGAL | {"auditor", "compliance_officer"},
    ),
    "approval.resubmit": Right("Answer the changes that approvers asked for.", PARTNERSHIPS),
    "approval.read": Right("See requests for approval with their packets.", EVERYBODY),
    "effect.read": Right("See the ledger of effects.", EVERYBODY),
    "case.read": Right("See what waits for a person to settle it.", EVERYBODY),
    "case.resolve": Right(
        "Settle a case: it happened, send again, retry, done by hand, waive; who asks to stop.",
        frozenset({"partner_manager", "director", "compliance_officer"}) | EXECUTIVES | KEEPERS,
    ),
    "evidence.read": Right("Fetch evidence packs of runs; they name nobody.", EVERYBODY),
    "evidence.read_wide": Right(
        "Fetch evidence packs of audits, of incidents and for the board; they name nobody.",
        EXECUTIVES | LEGAL | WATCHERS | {"board_member"},
    ),
    "evidence.reveal": Right(
        "Fetch evidence packs with personal values in clear; this is audited.",
        frozenset({"auditor", "compliance_officer", "legal_counsel", "ceo"}),
    ),
    "contradiction.read": Right(
        "See what papers and settings say against one another, with both quotations.",
        LEGAL | WATCHERS | {"ceo"},
    ),
    "contradiction.settle": Right(
        "Say that a contradiction is reviewed, resolved or accepted.",
        LEGAL | {"compliance_officer"},
    ),
    "compliance.read": Right(
        "See what scans of the controls found, with the evidence, which names nobody.",
        LEGAL | WATCHERS | {"ceo", "board_member"},
    ),
    "compliance.charge": Right(
        "Say which role looks at a control that no data can answer, and until when.",
        LEGAL | {"compliance_officer"},
    ),
    "clauses.read": Right("See the clause library in both languages.", EVERYBODY),
    "clauses.write": Right(
        "Change clauses; the other language is then stale.", PARTNERSHIPS - {"sales_rep"} | LEGAL
    ),
    "clauses.confirm": Right(
        "Confirm that both languages of a clause may go out, and put a template in force.", LEGAL
    ),
    "document.upload": Right(
        "Bring in a PDF or DOCX.", PARTNERSHIPS | LEGAL | KEEPERS | {"compliance_officer"}
    ),
    "document.read": Right(
        "Fetch a document that was brought in.",
        PARTNERSHIPS | LEGAL | {"auditor", "compliance_officer"},
    ),
    "knowledge.search": Right(
        "Search the company's documents, of those whose audience one belongs to.", EVERYBODY
    ),
    "knowledge.add": Right(
        "Bring in documents to search, say which roles find them, and remove one's own.",
        PARTNERSHIPS | LEGAL | KEEPERS | {"compliance_officer", "pmi_director", "workstream_lead"},
    ),
    "knowledge.keep": Right(
        "See the titles of all documents to search, change who finds them, and remove them.",
        frozenset({"tenant_admin", "compliance_officer"}),
    ),
    "audit.read": Right("Read and export the audit.", WATCHERS),
    "audit.verify": Right("Verify the chains of the audit.", EVERYBODY),
    "person.read": Right("See the people of the company with their roles.", EVERYBODY),
    "user.manage": Right(
        "Invite people, change the roles and managers of others, end and restore their access.",
        frozenset({"tenant_admin"}),
    ),
    "user.confirm": Right(
        "Confirm or refuse, as a second person, the roles and managers that somebody gives.",
        frozenset({"tenant_admin", "compliance_officer", "ceo", "cfo"}),
    ),
    "authority.read": Right("See who approves what, in every version.", EVERYBODY),
    "authority.propose": Right(
        "Draft a new version of the authority table; it changes nothing by itself.",
        frozenset({"tenant_admin", "compliance_officer", "ceo"}),
    ),
    "authority.activate": Right(
        "Put a version into force that somebody else has drafted.",
        frozenset({"tenant_admin", "compliance_officer", "ceo", "cfo"}),
    ),
    "privacy.read": Right(
        "See of whom personal data are held and of what kinds, without the values.",
        frozenset({"auditor", "compliance_officer", "legal_counsel", "tenant_admin"}),
    ),
    "privacy.reveal": Right(
        "See the names that belong to those identifiers; this is audited.",
        frozenset({"compliance_officer", "legal_counsel", "tenant_admin"}),
    ),
    "privacy.erase": Right(
        "Erase a person: their key is destroyed and their values never open again.",
        frozenset({"compliance_officer", "tenant_admin"}),
    ),
    "processing.read": Right(
        "See the register of processing: what is done with personal data, and what leaves.",
        WATCHERS | LEGAL,
    ),
    "processing.write": Right(
        "Change the register of processing, also whether personal data may leave unmasked.",
        frozenset({"compliance_officer", "legal_counsel"}),
    ),
    "model.read": Right("See who does model steps, and what the days took.", WATCHERS | LEGAL),
    "model.write": Right(
        "Choose who does the steps that may use a model, and what a day may take.",
        frozenset({"tenant_admin"}),
    ),
    "key.read": Right("See the age of the installation's keys.", WATCHERS),
    "key.rotate": Right(
        "Add a new key to a ring; what older keys sealed still opens.", frozenset({"operator"})
    ),
    "codec.read": Right(
        "Read the company's payloads in Temporal's UI; this is audited.", frozenset({"operator"})
    ),
    "calendar.read": Right("See the company's working days, hours and holidays.", EVERYBODY),
    "calendar.write": Right(
        "Change the company's working days, hours, quiet hours and limits.",
        frozenset({"tenant_admin"}),
    ),
    "message.read": Right("See messages to outsiders with the verdict of each rule.", EVERYBODY),
    "message.classify": Right(
        "Ask what a message wants and in which dialect it is; nothing of it is kept.", EVERYBODY
    ),
    "lead.read": Right(
        "See leads with what they did, their scores and memos, and who sells what.",
        PARTNERSHIPS | {"auditor", "compliance_officer"},
    ),
    "lead.write": Right("Enter leads and what they did.", PARTNERSHIPS),
    "lead.score": Right("Ask for the score of a lead.", PARTNERSHIPS | {"operator"}),
    "lead.route": Right(
        "Say who sells where, in which language and how much, by which leads find their owner.",
        EXECUTIVES | {"director", "tenant_admin"},
    ),
    "deal.read": Right("See deals.", PARTNERSHIPS | {"auditor", "compliance_officer"}),
    "deal.write": Right("Enter deals, and that they are won or lost.", PARTNERSHIPS),
    "proposal.read": Right(
        "See proposals with their prices, costs and files.",
        PARTNERSHIPS | LEGAL | {"auditor", "compliance_officer"},
    ),
    "price_book.read": Right(
        "See price books with what each product costs.",
        PARTNERSHIPS | {"auditor", "compliance_officer"},
    ),
    "price_book.write": Right(
        "Put a new version of a price book into force.",
        frozenset({"director", "vp", "svp", "cfo", "ceo"}),
    ),
    "dashboard.read": Right(
        "See the company's figures.", PARTNERSHIPS | WATCHERS | {"board_member", "ic_member"}
    ),
    "trust.read": Right(
        "See how far leads, affiliates, companies and connectors are to be trusted.",
        PARTNERSHIPS | WATCHERS,
    ),
    "trust.score": Right(
        "Ask for such a score.", PARTNERSHIPS | {"compliance_officer", "operator"}
    ),
    "consent.read": Right(
        "See what people outside consented to, by name.",
        PARTNERSHIPS | WATCHERS | {"legal_counsel"},
    ),
    "consent.write": Right(
        "Record that a person outside gave or withdrew consent, or opted out.",
        frozenset({"compliance_officer", "legal_counsel", "tenant_admin"}),
    ),
    "mailbox.read": Right("Look into the sandbox's mailbox and answer from it.", EVERYBODY),
}


def may(actor: Actor, right: str) -> bool:
    """Whether one of the actor's roles carries this right; the system itself carries all.

    Raises:
        InvariantBroken: the right is not in the table, so a door asks for something unheard of.
    """
    known = RIGHTS.get(right)
    if known is None:
        raise InvariantBroken("invariant_broken", what=f"the right {right} is in no table")
    return actor.kind == "system" or actor.has(*known.roles)


def can_activate(roles: frozenset[str]) -> bool:
    """Whether these roles let a person put a drafted authority table into force."""
    return not roles.isdisjoint(RIGHTS["authority.activate"].roles)


def holders_of(right: str, people: Iterable[tuple[str, frozenset[str]]]) -> frozenset[str]:
    """Who among these people, each with their roles, holds a right."""
    roles = RIGHTS[right].roles
    return frozenset(user_id for user_id, held in people if held & roles)


def permit(actor: Actor, right: str, *others: str) -> None:
    """Let the actor pass who holds one of these rights, or refuse.

    Raises:
        NotEntitled: none of the actor's roles carries one; `roles_wait` where they have none yet.
    """
    if any(may(actor, each) for each in (right, *others)):
        return
    raise NotEntitled("not_entitled" if actor.roles else "roles_wait")
