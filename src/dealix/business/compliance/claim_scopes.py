"""Reads of whom or what a sentence holds: of all, of all but some, or of one only."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dealix.business.compliance.claim_amounts import amounts_in
from dealix.business.compliance.claim_words import NEGATION, PERSONS, PROMISES

TIMES = r"(?:day|night|week|month|quarter|year|hour|minute|time|يوم|شهر|سنه|عام|ربع|ساعه|اسبوع|مره)"
ALL = re.compile(
    rf"\b(?:all|every|each)\b(?!\s+{TIMES}s?\b)"
    rf"|(?:^|(?<=[\s(،,]))[ولبف]?(?:جميع|كل|كافه)(?=\s)(?!\s+{TIMES})"
)
EXCEPT = re.compile(
    r"\b(?:except(?: for)?|excluding|apart from|other than|with the exception of|unless)\b"
    r"|باستثناء|فيما عدا|ما ?عدا|(?<=\s)(?:عدا|سوي)(?=\s)"
)
BUT = re.compile(r"(?<=\s)الا(?=\s)")
"""What follows is left out; after a negation it is the only one."""

ONLY = re.compile(
    r"\b(?:only|solely|exclusively)\b|\b(?:nobody|no one|none) but\b|(?<=\s)(?:فقط|حصرا|وحده)\b"
)
DENIED = re.compile(r"(?:^|\s)لا(?=\s)")
PARTLY = re.compile(r"\bnot (?:all|every|each)\b|ليس(?:ت)? (?:كل|جميع)")
WHOLLY = re.compile(r"\b(?:without|no) exceptions?\b|(?:بدون|دون|بلا) استثناء")
"""That there is no exception is said of all, and denies nothing."""

NEAR = 3
"""Words after it in which the thing that is left out stands."""

THINGS: dict[str, str] = {
    "data": r"\bdata\b|بيانات",
    "messages": r"\bmessages?\b|رسايل|الرسايل|رساله",
    "discounts": r"\bdiscounts?\b|الخصم|خصومات|الخصومات|خصم",
    "contracts": r"\b(?:contracts?|agreements?)\b|العقود|عقود|الاتفاقيات",
    "payments": r"\bpayments?\b|المدفوعات|مدفوعات",
    "documents": r"\b(?:documents?|files?)\b|المستندات|الوثايق|الملفات|ملفات",
    "backups": r"\bback(?: |-)?ups?\b|النسخ الاحتياطيه|نسخ احتياطيه",
    "logs": r"\blogs?\b|السجلات",
    "partners": r"\bpartner(?:s|ships?)?\b|الشركاء|الشراكات|شراكه",
    "refunds": r"\brefunds?\b|المبالغ المسترده|الاسترداد",
    "purchases": r"\bpurchases?\b|المشتريات",
    "accounts": r"\baccounts?\b|الحسابات|حسابات",
    "customers": r"\b(?:customers?|clients?)\b|العملاء|عملاء",
    "invoices": r"\binvoices?\b|الفواتير|فواتير",
    "reports": r"\breports?\b|التقارير|تقارير",
}
"""What a sentence may hold of."""

ACTS: dict[str, str] = {
    "approve": r"\bapprov\w+|\bauthori[sz]\w+|(?:^|\s)[يت]عتمد\w*|اعتماد|(?:^|\s)[يت]وافق\w*",
    "access": r"\baccess\w*|\bread\b|\bview\b|(?:^|\s)[يت]طلع|الاطلاع|الوصول",
    "sign": r"\bsigns?\b|(?:^|\s)[يت]وقع|توقيع",
}
"""What people may do."""

NEEDS: dict[str, str] = {
    "need_approval": r"(?:needs?|requires?|must have) (?:\w+ ){0,2}approval"
    r"|(?:تحتاج|يحتاج)(?: الي)? (?:موافقه|اعتماد)|(?:تتطلب|يتطلب) (?:موافقه|اعتماد)",
    "need_consent": r"(?:needs?|requires?|must have) (?:\w+ ){0,2}consent"
    r"|(?:تحتاج|يحتاج)(?: الي)? اذن|(?:تتطلب|يتطلب) اذن|لا (?:ترسل|تخرج) .*بدون اذن",
    **PROMISES,
}
"""What holds of things."""


@dataclass(frozen=True)
class Scope:
    """A subject, and of what of it the sentence holds: `all`, `except:logs` or `only:cfo`."""

    subject: str
    value: str


def scopes_in(sentence: str) -> Iterator[Scope]:
    """What a sentence in plain spelling says of who alone may, or of what holds without exception.

    A sentence with an amount speaks of a band, and one that says `not all` denies: neither is read.
    """
    if PARTLY.search(sentence) or amounts_in(sentence):
        return
    yield from _who(sentence)
    yield from _what(sentence)


def has_exception(sentence: str) -> bool:
    """Whether a promise of this sentence leaves something out."""
    of_all = ALL.search(sentence) is not None
    return EXCEPT.search(sentence) is not None or (of_all and BUT.search(sentence) is not None)


def said_of(text: str, table: Mapping[str, str]) -> list[str]:
    """The names of a table that a text has, in their place; no word is read as two of them."""
    found: list[tuple[int, str]] = []
    for name, pattern in table.items():
        match = re.search(pattern, text)
        if match:
            found.append((match.start(), name))
            text = re.sub(pattern, lambda one: " " * len(one[0]), text)
    return [name for _, name in sorted(found)]


def _who(sentence: str) -> Iterator[Scope]:
    """Only the CFO may approve refunds; every manager may."""
    act = next((name for name, pattern in ACTS.items() if re.search(pattern, sentence)), None)
    things = said_of(sentence, THINGS)
    if act is None or not things:
        return
    subject = f"who:{act}:{'+'.join(sorted(things))}"
    denied = DENIED.search(sentence)
    left = BUT.search(sentence, denied.end()) if denied else None
    persons = said_of(sentence[left.end() :] if left else sentence, PERSONS)
    if persons and (ONLY.search(sentence) or left):
        yield Scope(subject, f"only:{'+'.join(sorted(persons))}")
        return
    of_all = ALL.search(sentence)
    near = sentence[of_all.end() : of_all.end() + 40] if of_all else ""
    if of_all and not NEGATION.search(sentence) and _first(near) in PERSONS:
        yield Scope(subject, f"all:{_first(near)}")


def _what(sentence: str) -> Iterator[Scope]:
    """All discounts need approval; all but those of partners do."""
    of_all = ALL.search(sentence)
    if of_all is None or _first(sentence[of_all.end() : of_all.end() + 40]) not in THINGS:
        return
    of, rest, without = _left_out(WHOLLY.sub(" ", sentence))
    things = "+".join(sorted(said_of(of, THINGS)))
    for name, pattern in NEEDS.items():
        match = re.search(pattern, rest)
        if match and things and not NEGATION.search(rest[: match.start()]):
            yield Scope(f"what:{name}:{things}", f"except:{without}" if without else "all")


def _left_out(sentence: str) -> tuple[str, str, str]:
    """Where the things stand of which a sentence holds, what it says, and what it leaves out."""
    left = EXCEPT.search(sentence) or BUT.search(sentence)
    if left is None:
        return sentence, sentence, ""
    head, tail = sentence[: left.start()], sentence[left.end() :]
    words = " ".join(tail.split()[:NEAR])
    without = "+".join(sorted(said_of(words, THINGS))) or words
    if said_of(head, THINGS):
        return head, head + tail, without
    after = tail[max((one.start() for one in ALL.finditer(tail)), default=len(tail)) :]
    return after, after, without


def _first(text: str) -> str:
    """The thing or the person that a text names first; empty where it names none."""
    return next(iter(said_of(text, {**PERSONS, **THINGS})), "")
