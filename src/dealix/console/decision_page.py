"""The page of a decision: everything that its first screen says, and the packet below it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Response
from markupsafe import Markup

from dealix import clock
from dealix.console.files import Form, file_of, picture, sheets_of
from dealix.console.packets import DECIDED, said, value_said
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.speech import Speech
from dealix.console.titles import titles
from dealix.console.visit import Visit
from dealix.errors import Refused
from dealix.i18n import N_, sentence_of
from dealix.i18n.formats import moment_of
from dealix.printing.pictures import Size

Json = Mapping[str, Any]
Person = Callable[[str | None], Markup]
NO_LIMIT = N_("No limit in money: {seats} decides")
UP_TO = N_("Up to {to} {currency}")
ABOVE = N_("Above {low} {currency}")
BETWEEN = N_("Above {low} and up to {to} {currency}")
HASH = "payload_hash"
ONLY_OUTGOING = N_("What goes out, see below")
NOTHING_CHANGED = N_("Nothing since you looked")
FIRST_LOOK = N_("You see this for the first time")
ALL_BACK = N_("Nothing: all of it can be taken back")
NOBODY_YET = N_("Nobody yet")
EXPIRES = N_("{moment}: the run expires, what is outside is taken back.")
ESCALATES = N_("{moment}: a manager may decide, too.")
STAYS = N_("The request stays open.")
SETTLED = N_("This request is settled.")


@dataclass(frozen=True)
class Way:
    """How this page is answered: by the request's own address, or by a link's.

    `paper` is the address of the request's paper, its form left out; empty where it is not shown.
    """

    action: str
    sign_in: str = ""
    bare: bool = False
    paper: str = ""


def paper_of(visit: Visit, approval_id: str, form: Form) -> Response:
    """The paper of a request in one of its forms."""
    return file_of(visit.services.requested_papers.file(visit.who, approval_id, form))


def page_of_paper(visit: Visit, approval_id: str, number: int) -> Response:
    """A page of a request's paper as a picture."""
    found = visit.services.requested_papers.file(visit.who, approval_id, "pdf")
    return picture(visit.services.gallery.page(found.content, number))


def draw(
    visit: Visit,
    found: dict[str, Any],
    way: Way,
    *,
    refusal: Refused | None = None,
    comment: str = "",
) -> Response:
    """The page of one request, with a refusal said on it and the comment kept."""
    visit.section = "approvals"
    packet, speech = found["packet"], visit.speech
    run = visit.services.runs.get(visit.who, found["run"])
    refused: Any = refusal.params.get("difference") if refusal else None
    changed = refused or found.get("difference") or []
    return page(
        visit,
        "approval.html",
        told=refusal,
        approval=found,
        run=run,
        way=way,
        first=first_screen(visit, found, run, changed),
        asks=speech.word(packet["asks"]),
        name=speech.name(packet["subject"]),
        subject=said(speech, packet["subject"]),
        contact=said(speech, {} if way.bare else packet.get("revealed", {})),
        context=said(speech, {n: v for n, v in packet["context"].items() if n != "rounds"}),
        rounds=list(reversed(packet["context"].get("rounds") or [])),
        value=lambda value: value_said(speech, value),
        sheets=_sheets(visit, found) if way.paper else [],
        managers=[] if way.bare else packet.get("named", []),
        risks=[value_said(speech, risk) for risk in packet["risks"]],
        draft=None if way.bare else packet.get("draft"),
        erased=packet.get("erased", False),
        effects=packet["effects"],
        seats=seats_of(visit, found),
        person=people(visit),
        decisions=found["decisions"],
        decided=DECIDED,
        may_decide=found["may_decide"],
        touch=_touch(visit, found, run),
        lost_names=_lost(visit, found),
        left=speech.left(found["deadline"], _now(run)) if found["deadline"] else Markup(""),
        title_of=titles(visit),
        **_apart(changed),
        since=found.get("since"),
        comment=comment,
        problem=_problem(refusal, speech.locale),
    )


def first_screen(
    visit: Visit, found: Json, run: Json, changed: list[Any]
) -> list[tuple[str, Markup]]:
    """What must be seen without scrolling: name and value of each line."""
    speech, person = visit.speech, people(visit)
    return [
        ("what", speech.word(found["packet"]["asks"])),
        ("how_much", how_much(speech, found)),
        ("limit", limit_of(speech, found)),
        ("changed", _changed(speech, found, changed)),
        ("agreed", _agreed(speech, person, found, run)),
        ("final", _final(speech, found)),
        ("if_nothing", _if_nothing(speech, found)),
    ]


def how_much(speech: Speech, found: Json) -> Markup:
    """The amount that the authority table judges."""
    amount, currency = found["amount"], found["limit"]["currency"]
    if amount in {"", "0", "0.00"}:
        return Markup("—")
    shown = speech.number(amount)
    return shown if not currency else Markup("{} {}").format(shown, speech.word(currency))


def limit_of(speech: Speech, found: Json) -> Markup:
    """The band of the authority table's row, or who decides whatever the amount is."""
    limit = found["limit"]
    low, to, currency = limit["from"], limit["to"], speech.word(limit["currency"])
    if low is None and to is None:
        seats = [speech.word(seat["slot"]) for seat in found["who_may_decide"]]
        return speech.say(NO_LIMIT, seats=speech.say(", ").join(seats))
    text = BETWEEN if low is not None and to is not None else UP_TO if low is None else ABOVE
    return speech.say(
        text, low=speech.number(low or 0), to=speech.number(to or 0), currency=currency
    )


def seats_of(visit: Visit, found: Json) -> list[dict[str, Any]]:
    """Every seat with the people who may fill it and whether it is filled."""
    person = people(visit)
    approvals = [each["slot"] for each in found["decisions"] if each["decision"] == "approve"]
    approvals += [each["slot"] for each in found.get("carried", [])]
    return [
        {
            "name": seat["slot"],
            "count": seat["count"],
            "filled": approvals.count(seat["slot"]) >= seat["count"],
            "people": visit.speech.say(", ").join(map(person, seat["people"])),
        }
        for seat in found["who_may_decide"]
    ]


def _sheets(visit: Visit, found: Json) -> list[Size]:
    """How large the pages of a request's paper are; none where its packet names none."""
    if "pdf" not in (found["packet"].get("document") or {}):
        return []
    papers = visit.services.requested_papers
    return sheets_of(lambda: papers.file(visit.who, found["id"], "pdf"))


def prove(visit: Visit, password: str) -> None:
    """Take the password that came with a decision as the touch that a high tier asks for."""
    if password:
        visit.services.access.touch(visit.who, password)


def listed(comment: str) -> list[str]:
    """The changes that a comment asks for: one a line."""
    return [line.strip() for line in comment.splitlines() if line.strip()]


def _touch(visit: Visit, found: Json, run: Json) -> str:
    """How the person proves anew that it is they: `passkey`, `password`, or not at all."""
    who = visit.who
    if not found["needs_touch"] or run["rehearsal"] or who.via == "link":
        return ""
    if visit.services.access.fresh(who):
        return ""
    passkeys = visit.services.passkeys
    served = passkeys.site.serves(visit.request.headers.get("host", ""))
    return "passkey" if served and passkeys.list(who) else "password"


def _lost(visit: Visit, found: Json) -> Markup:
    """Whom a notice of this request may not have reached and nothing later has."""
    told = found.get("notices", [])
    reached = {one["to"] for one in told if one["status"] in {"sent", "queued"}}
    lost = dict.fromkeys(
        one["to"]
        for one in told
        if one["status"] in {"failed", "unknown"} and one["to"] not in reached
    )
    return visit.speech.say(", ").join(map(people(visit), lost))


def _apart(changed: list[Any]) -> dict[str, Any]:
    """The changes as the page tells them: values, and the hashes that changed with them."""
    hashes = [each for each in changed if each["name"] == HASH]
    return {"differences": values_of(changed), "changed_hashes": hashes}


def values_of(changed: list[Any]) -> list[Any]:
    """The changes that people can read; a hash changes with what it is the hash of."""
    return [each for each in changed if each["name"] != HASH]


def _changed(speech: Speech, found: Json, changed: list[Any]) -> Markup:
    if changed:
        _n, values = speech.count, values_of(changed)
        text = _n("{count} value, see below", "{count} values, see below", len(values))
        if not values:
            text = speech.say(ONLY_OUTGOING)
        return Markup('<a href="#difference">{}</a>').format(text)
    return speech.say(FIRST_LOOK if found.get("first") else NOTHING_CHANGED)


def _agreed(speech: Speech, person: Person, found: Json, run: Json) -> Markup:
    """Who has agreed so far, in this request and at the run's other gates."""
    here = [d["by"] for d in found["decisions"] if d["decision"] == "approve"]
    carried = [one["user"] for one in found.get("carried", [])]
    before = [
        entry["by"]
        for entry in run["timeline"]
        if entry["kind"] == "approval" and entry["status"] == "approve"
    ]
    names = [person(user) for user in dict.fromkeys([*before, *carried, *here])]
    return speech.say(", ").join(names) if names else speech.say(NOBODY_YET)


def _final(speech: Speech, found: Json) -> Markup:
    final = [
        speech.word(effect["action"])
        for effect in found["packet"]["effects"]
        if effect["undo"] is None and effect["covers"] == "packet"
    ]
    return speech.say(", ").join(dict.fromkeys(final)) if final else speech.say(ALL_BACK)


def _if_nothing(speech: Speech, found: Json) -> Markup:
    if found["status"] != "open":
        return speech.say(SETTLED)
    parts = []
    breach = (found.get("sla") or {}).get("breach_at")
    if breach and found["escalation_level"] < 2:
        parts.append(speech.say(ESCALATES, moment=speech.when(breach)))
    if found["deadline"]:
        parts.append(speech.say(EXPIRES, moment=speech.day(found["deadline"])))
    return Markup("<br>").join(parts) if parts else speech.say(STAYS)


def _problem(refusal: Refused | None, locale: str) -> str:
    if refusal is None:
        return ""
    missing = refusal.code == "invalid_input"
    return sentence_of(type(refusal)("comment_required") if missing else refusal, locale)


def _now(run: Json) -> Any:
    """The run's own clock: a rehearsal's deadline is measured in its virtual time."""
    return moment_of(run["now"]) or clock.real_now()
