"""What a notice says: what is asked, how much, by when, and the way to decide; in two languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dealix.i18n import N_, name_of, translate
from dealix.i18n.formats import show_moment, show_number
from dealix.i18n.words import word
from dealix.trust.approvals.outbox import Kind

SUBJECTS: dict[str, str] = {
    "opened": N_("Your decision is needed: {gate}, {about}"),
    "reminder": N_("Reminder, your decision is still needed: {gate}, {about}"),
    "breach": N_("Overdue, now with you: {gate}, {about}"),
    "level3": N_("Long overdue, now with you: {gate}, {about}"),
    "changes_requested": N_("Changes are asked for: {gate}, {about}"),
    "decided": N_("Decided: {gate}, {about}"),
    "left": N_("One decision was taken, yours is still needed: {gate}, {about}"),
}
DEADLINE = N_("Decide by: {moment}")
AMOUNT = N_("Amount: {amount} {currency}")
OUTCOME = N_("Now: {status}")
LINK = N_(
    "Look and decide here; the link is for you alone, for one decision, and ends after 72 hours:"
)
PAGE = N_("Open it here:")
MARK = N_("Practice: {heading}")
PRACTICE = N_("This is practice: decide as you would; nothing reaches anybody outside.")
PRIVATE = N_("Do not forward this message.")


@dataclass(frozen=True)
class Facts:
    """What a notice tells of; `address` is the link, or the page where there is none."""

    gate: str
    asks: str
    subject: Mapping[str, Any]
    amount: str
    currency: str | None
    deadline: datetime | None
    status: str
    address: str
    has_link: bool
    practice: bool = False


def compose(kind: Kind, facts: Facts, locale: str, zone: ZoneInfo) -> tuple[str, str]:
    """Subject and text of a notice; the subject is one line, whatever a name holds."""
    about = one_line(name_of(facts.subject, locale)) or "—"
    subject = SUBJECTS["left" if kind == "decided" and facts.status == "open" else kind]
    heading = translate(locale, subject, gate=word(locale, facts.gate), about=about)
    lines = [heading, "", str(word(locale, facts.asks))]
    if facts.practice:
        heading = translate(locale, MARK, heading=heading)
        lines = [translate(locale, PRACTICE), "", *lines]
    if facts.amount not in {"", "0"}:
        money = show_number(locale, facts.amount)
        named = word(locale, facts.currency) if facts.currency else ""
        lines.append(translate(locale, AMOUNT, amount=money, currency=named).strip())
    if facts.status != "open":
        lines.append(translate(locale, OUTCOME, status=word(locale, facts.status)))
    elif facts.deadline is not None:
        lines.append(translate(locale, DEADLINE, moment=show_moment(locale, facts.deadline, zone)))
    lines += ["", translate(locale, LINK if facts.has_link else PAGE), facts.address]
    if facts.has_link:
        lines += ["", translate(locale, PRIVATE)]
    return heading, "\n".join(lines) + "\n"


def one_line(text: str) -> str:
    """A name without line breaks and control characters, as a header may hold it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
