"""Hears by rule that a machine answered: by the headers of a mail, or by what such answers say."""

import re
from collections.abc import Mapping

from dealix.language.normal import plain

_TOLD = 4_000
_AUTOMATIC = re.compile(
    r"\b(?:auto(?:matic|mated|matically)?[ -]?(?:generated )?(?:reply|response|responder|answer)"
    r"|autoreply|automatically generated|automated message|automatic message)\b"
    r"|\bout of (?:the )?(?:ofice|office|offce)\b(?! hours| space)|(?:^|\s)ooo(?:\s|$)"
    r"|\b(?:i am|i'm|im|currently|she is|he is|will be)\s+(?:\w+\s+){0,2}on\s+(?:\w+\s+)?"
    r"(?:leave|vacation|holiday)\b"
    r"|\b(?:annual|sick|maternity|paternity|parental|study|compassionate) leave\b"
    r"|\blimited (?:access to|internet|connectivity|e-?mail)\b|\bno access to (?:my )?e-?mails?\b"
    r"|\bthis (?:mailbox|inbox|e-?mail address) is not monitored\b"
    r"|رد (?:الي|تلقايي|اوتوماتيكي)|رساله (?:اليه|تلقاييه|الكترونيه تلقاييه)|خارج المكتب"
    r"|خارج (?:اوقات|ساعات) (?:العمل|الدوام)"
    r"|(?:^|\s)(?:في |ب)?ا?جازه? (?:سنويه|مرضيه|امومه|ابوه|زواج|رسميه)"
    r"|(?:انا|حاليا|اني) (?:في |ب)ا?جازه?|مكاتبنا مغلقه|المكتب مغلق بمناسبه"
)
_ASKED_BACK = re.compile(r"[?؟]")


def is_automatic(headers: Mapping[str, str]) -> bool:
    """Whether the headers of a mail say that no person wrote it (RFC 3834 and its forerunners)."""
    given = {name.lower(): value.strip().lower() for name, value in headers.items()}
    if given.get("auto-submitted", "no") != "no":
        return True
    if given.get("precedence") in {"auto_reply", "auto-reply", "junk"}:
        return True
    return any(name in given for name in ("x-autoreply", "x-autorespond", "x-auto-reply-from"))


def says_absent(text: str) -> bool:
    """Whether a text says what automatic answers and absent people say; a question says it not."""
    told = plain(text[:_TOLD], dashes=True)
    found = _AUTOMATIC.search(told)
    if found is None:
        return False
    clause = re.split(r"[\n.!]", told[found.end() :], maxsplit=1)[0]
    return not (_ASKED_BACK.search(clause) and len(told) < 200)
