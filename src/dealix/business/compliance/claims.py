"""Reads claims out of documents by rules: amounts, days, owners, states, promises, scopes, classes.

Arabic and English alike, line by line, each with its quotation. A claim says about which subject it
speaks and of which kind it is; two that agree in both can contradict each other.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from dealix.business.compliance.claim_amounts import Amount, amounts_in, hours_in, measured
from dealix.business.compliance.claim_dates import days_in
from dealix.business.compliance.claim_scopes import WHOLLY, has_exception, said_of, scopes_in
from dealix.business.compliance.claim_words import (
    ABOVE,
    COUNT,
    DEADLINE_OF,
    FIELDS,
    HOURS,
    INSIDE,
    MEASURED,
    NEGATION,
    OUTSIDE,
    PERSONS,
    PRIORITIES,
    PROMISES,
    QUALIFIERS,
    TOPICS,
    UP_TO,
)
from dealix.language.normal import plain

ClaimKind = Literal[
    "number", "amount", "duration", "hours", "day", "field", "promise", "scope", "count", "limit"
]
Value = str | float | bool
LIVE = "setting:"
"""What the source of a claim begins with that no paper makes: it says what is in force."""

LONGEST_LINE = 600
MOST_LINES = 20_000
HEADING = re.compile(r"^#{1,6}\s+(.*)$")
BARE_HEADING = re.compile(r"^([^.:：;،,!?؟|\d]{3,60})$")
NUMBERED = re.compile(r"^#{2,6}\s+\d+[.)]\s")
CELL = re.compile(r"(?<!\\)\|")
LABEL = re.compile(r"^[\s>|*•-]*([^:：|]{3,60}?)\s*(?:[:：]|\|)\s*(.+)$")
SENTENCES = re.compile(r"[.;!?؟؛](?:\s|$)")
PARTS = re.compile(r"[,،]\s|\s(?:and|while|but)\s|\sاما\s")
SAYS_ITS_OWN = {"payment_terms": {"payments"}, "backup": {"backups"}}
"""Topics whose very words would be taken for what they are about."""
PLURAL = re.compile(r"\b(minutes|hours|days|weeks|months)\b")
RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")


@dataclass(frozen=True)
class Document:
    """A text with the name under which it is quoted."""

    name: str
    text: str


@dataclass(frozen=True)
class Claim:
    """What one place says of one subject; `value` is comparable with others of its kind.

    `unit` is the word or the calendar that the value was written with: where two differ, what is
    the same may differ by rounding.
    """

    source: str
    line: int
    quote: str
    kind: ClaimKind
    subject: str
    value: Value
    unit: str = ""


@dataclass(frozen=True)
class _Line:
    source: str
    number: int
    quote: str
    text: str
    heading: str
    title: str

    def claim(self, kind: ClaimKind, subject: str, value: Value, unit: str = "") -> Claim:
        return Claim(self.source, self.number, self.quote, kind, subject, value, unit)

    @property
    def sentences(self) -> list[str]:
        return SENTENCES.split(self.text)


def claims_of(document: Document) -> list[Claim]:
    """Every claim that the rules find in a document, in the order of its lines."""
    lines = list(_lines(document))
    found = [claim for line in lines for claim in _said(line)]
    return [*found, *_listed(lines), *_classes(lines)]


def _lines(document: Document) -> Iterator[_Line]:
    """The lines that say something, each under its heading and the document's first one.

    Where no line is marked as a heading, a short one without an end or a value is taken for one.
    """
    heading, title = "", ""
    raws = document.text.splitlines()[:MOST_LINES]
    marked = any(HEADING.match(raw.strip()) for raw in raws)
    for number, raw in enumerate(raws, 1):
        quote = raw.strip()[:LONGEST_LINE]
        found = HEADING.match(quote) if marked else BARE_HEADING.match(quote)
        heading = _spelled(found[1]) if found else heading
        title = title or heading
        if quote:
            yield _Line(document.name, number, quote, _spelled(quote), heading, title)


def _spelled(text: str) -> str:
    return plain(text.replace("*", "").replace("`", ""), dashes=True).strip()


def _said(line: _Line) -> Iterator[Claim]:
    yield from _fields(line)
    yield from _labelled(line)
    for sentence in line.sentences:
        yield from _promises(line, sentence)
        yield from _quantities(line, sentence)
        yield from _hours(line, sentence)
        yield from _deadlines(line, sentence)
        for scope in scopes_in(sentence):
            yield line.claim("scope", scope.subject, scope.value)
    for number, phrase in COUNT.findall(line.text):
        yield line.claim("count", _phrase(phrase), float(number))


def _promises(line: _Line, sentence: str) -> Iterator[Claim]:
    """A promise with an exception says nothing of what it leaves out: only its scope is read."""
    if has_exception(sentence):
        return
    for name, pattern in PROMISES.items():
        found = re.search(pattern, sentence)
        if found:
            before = WHOLLY.sub("", sentence[max(0, found.start() - 40) : found.start()])
            yield line.claim("promise", name, NEGATION.search(before) is None)


def _quantities(line: _Line, sentence: str) -> Iterator[Claim]:
    """One amount of each measure; several of one are read part by part, or not at all."""
    topic = next((name for name, pattern in TOPICS.items() if re.search(pattern, sentence)), None)
    amounts = amounts_in(sentence) if topic else []
    if topic is None or not amounts:
        return
    many = {one.measure for one in amounts if _differs(one, amounts)}
    for amount in amounts:
        if amount.measure not in many:
            yield _of_topic(line, topic, sentence, amount)
    for part in PARTS.split(sentence) if many else []:
        inside = [one for one in amounts_in(part) if one.measure in many]
        if len(inside) == 1:
            yield _of_topic(line, topic, part, inside[0])


def _differs(one: Amount, others: Iterable[Amount]) -> bool:
    return any(one.measure == each.measure and one.value != each.value for each in others)


def _of_topic(line: _Line, topic: str, said: str, amount: Amount) -> Claim:
    """An amount under its topic, with what tells of which one it is."""
    of = [name for name, pattern in QUALIFIERS.items() if re.search(pattern, said)]
    of = [name for name in of if name not in SAYS_ITS_OWN.get(topic, set())]
    measure, value = amount.measure, amount.value
    if topic == "discount_limit":
        of = said_of(said, PERSONS)
        of += _bound(said[: amount.starts]) if of else []
    elif topic == "approval_time":
        of = [name for name, pattern in PRIORITIES.items() if re.search(pattern, said)]
        measure, value = _worked(amount)
    kind = _kind_of(measure)
    return line.claim(kind, f"{topic}:{'+'.join(of) or 'all'}:{measure}", value, amount.unit)


def _bound(before: str) -> list[str]:
    """Whether an amount ends what somebody decides or begins it, by the last word before it."""
    places = [(found.start(), "up_to") for found in UP_TO.finditer(before)]
    places += [(found.start(), "above") for found in ABOVE.finditer(before)]
    return [max(places)[1]] if places else []


def _worked(amount: Amount) -> tuple[str, float]:
    """The time of an approval is working time, however it is written: a day has eight hours."""
    if amount.measure != "seconds":
        return amount.measure, amount.value
    days, rest = divmod(amount.value, 86400)
    return "working", days * 8 * 3600 + rest


def _kind_of(measure: str) -> ClaimKind:
    if measure in {"seconds", "working"}:
        return "duration"
    return "amount" if measure.isupper() else "number"


def _hours(line: _Line, sentence: str) -> Iterator[Claim]:
    for topic, pattern in HOURS.items():
        span = hours_in(sentence) if re.search(pattern, sentence) else None
        if span is not None:
            of = "ramadan" if re.search(QUALIFIERS["ramadan"], sentence) else "all"
            yield line.claim("hours", f"{topic}:{of}", span)
            return


def _deadlines(line: _Line, sentence: str) -> Iterator[Claim]:
    """The day that a sentence names as the deadline of something."""
    for day in days_in(sentence):
        found = DEADLINE_OF.search(sentence[: day.starts])
        if found:
            subject = f"{found['what'] or found['ar']} of {found['of'] or found['for']}"
            yield line.claim("day", subject, day.day.isoformat(), _calendar(hijri=day.hijri))


def _fields(line: _Line) -> Iterator[Claim]:
    for name, pattern in FIELDS.items():
        found = re.search(rf"(?:^|[\s>|*-])(?:{pattern})\s*([:：|])\s*([^|]+)", line.text)
        if found is None or not line.heading:
            continue
        subject = f"{line.heading}:{name}"
        day = next(iter(days_in(found[2])), None)
        if day is not None:
            yield line.claim("day", subject, day.day.isoformat(), _calendar(hijri=day.hijri))
        elif found[1] != "|":
            yield line.claim("field", subject, found[2].strip(" -."))


def _labelled(line: _Line) -> Iterator[Claim]:
    """An amount or a day after a label that names a measure, under the same title and heading."""
    found = LABEL.match(line.text)
    if found is None or not line.heading or not MEASURED.search(found[1]):
        return
    label, said = found[1].strip(), found[2]
    if any(re.search(pattern, label) for pattern in [*TOPICS.values(), *FIELDS.values()]):
        return
    days, amounts = days_in(said), amounts_in(said)
    place = f"{line.title}>{line.heading}>{label}"
    if len(days) == 1:
        day = days[0]
        yield line.claim("day", place, day.day.isoformat(), _calendar(hijri=day.hijri))
    elif len(amounts) == 1:
        [one] = amounts
        yield line.claim(_kind_of(one.measure), f"{place}:{one.measure}", one.value, one.unit)


def _calendar(*, hijri: bool) -> str:
    return "hijri" if hijri else "gregorian"


def _listed(lines: Iterable[_Line]) -> Iterator[Claim]:
    """How many numbered parts a chapter has, as what its title names, in brackets too."""
    chapter: _Line | None = None
    parts = 0
    for line in lines:
        if NUMBERED.match(line.quote):
            parts += 1
        elif re.match(r"^#{1,2}\s", line.quote):
            yield from _counted(chapter, parts)
            chapter, parts = line, 0
    yield from _counted(chapter, parts)


def _counted(chapter: _Line | None, parts: int) -> Iterator[Claim]:
    if chapter is not None and parts > 1:
        title = chapter.text.lstrip("# ")
        for phrase in re.findall(r"\(([^)]*)\)", title) or [title]:
            yield chapter.claim("count", _phrase(phrase), float(parts))


@dataclass(frozen=True)
class _Row:
    line: _Line
    cells: dict[str, str]
    name: str


def _rows(lines: Iterable[_Line]) -> Iterator[_Row]:
    header: list[str] = []
    for line in lines:
        if "|" not in line.text or RULE.match(line.text):
            header = [] if "|" not in line.text else header
            continue
        cells = [cell.strip() for cell in CELL.split(line.text.strip("|"))]
        if not header:
            header = cells
            continue
        yield _Row(line, dict(zip(header, cells, strict=False)), cells[0])


def _classes(lines: list[_Line]) -> Iterator[Claim]:
    """A table of classes says what belongs to each; a table under a class's title, what does.

    The subject is the class with what is limited: a limit's claim and a member's claim share it.
    """
    rows = list(_rows(lines))
    limits = [row for row in rows if "criteria" in row.cells or "المعايير" in row.cells]
    for row in limits:
        criteria = row.cells.get("criteria") or row.cells.get("المعايير") or ""
        longest = _longest(criteria)
        if longest is not None:
            yield row.line.claim("limit", f"{row.name}:longest", longest)
        if re.search(r"no external i/o|internal services", criteria):
            yield row.line.claim("limit", f"{row.name}:outside", False)
    names = [row.name for row in limits]
    for row in rows:
        of = next((name for name in names if name in row.line.heading), None)
        if of is not None and row not in limits:
            yield from _member(row, of)


def _member(row: _Row, of: str) -> Iterator[Claim]:
    length = _longest(row.cells.get("duration", ""))
    if length is not None:
        yield row.line.claim("duration", f"{of}:longest", length)
    said = row.cells.get("external i/o") or row.cells.get("steps") or ""
    if OUTSIDE.search(said) and not INSIDE.search(said):
        yield row.line.claim("promise", f"{of}:outside", True)


def _longest(text: str) -> float | None:
    """The longest time that a text names, in seconds; a plural without a number is two of it."""
    amounts = amounts_in(text, ranges=True)
    found = [one.value for one in amounts if one.measure == "seconds"]
    named = [2 * measured("1", unit)[1] for unit in PLURAL.findall(text)]
    return max(found or named, default=None)


def _phrase(words: str) -> str:
    """A noun phrase as a subject: without its plural."""
    return " ".join(word.removesuffix("s") for word in words.split())
