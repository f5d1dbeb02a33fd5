"""Tries a template before it is put in force: what comes out of it, and what it lacks."""

import re
from dataclasses import dataclass, replace

from dealix.business.papers import signing, writing
from dealix.business.papers.opening import BODY, Parts
from dealix.business.papers.reading import Read, W, clauses
from dealix.business.papers.sample import SAMPLE
from dealix.business.papers.schemas import PaperClause, Prevailing, TermSheetFacts
from dealix.errors import InvalidInput

NEEDED = (
    *("reference", "version", "date_ar", "date_en"),
    *("company_ar", "company", "partner_ar", "partner", "registration_number"),
    *("clauses.number", "clauses.title_ar", "clauses.title_en", "clauses.ar", "clauses.en"),
)
"""Places without which a paper would not say who agrees on what, or since when."""

OPTIONAL = ("contact_name", "signing", "prevailing_ar", "prevailing_en")
"""Places that a template may leave out; `signing` are the lines where both parties sign."""

UNASKED = ("prevailing_ar", "prevailing_en")
"""Nobody is told that these are left out: a clause of the library says it."""

TOLD = ("header", "footer", "footnotes", "endnotes")
PROBE: TermSheetFacts = replace(
    SAMPLE,
    reference="PROBE-REFERENCE",
    company="Probed Company Ltd",
    company_ar="شركة المسبار المجربة",
    partner="Probed Partner Ltd",
    partner_ar="شريك المسبار المجرب",
    registration_number="7000000871",
    contact_name="Probed Contact",
)
VERSION = 6543
CLAUSES = tuple(
    PaperClause(
        number=number,
        key=f"probe_{number}",
        title_ar=f"عنوان تجريبي {arabic}",
        title_en=f"Probed title {english}",
        ar=f"نص تجريبي {arabic} للبند.",
        en=f"Probed text {english} of the clause.",
        digest="",
    )
    for number, arabic, english in (("871", "أول", "one"), ("872", "ثان", "two"))
)


@dataclass(frozen=True)
class Tried:
    """What a template that may be put in force leaves out of `OPTIONAL`, where it matters."""

    unused: tuple[str, ...]


def tried(template: bytes, prevailing: Prevailing) -> Tried:
    """Fill a template with a paper that nobody made, and look for all of it.

    Raises:
        InvalidInput: `not_a_docx` and what else `opening.Parts` says; `template_unusable`, nothing
            comes out; `template_misses`, each place that is needed and absent is named;
            `template_unreadable`, its clauses would not be found when the paper comes back.
        TooLarge: more than 20 MB.
    """
    Parts(template)
    parts = Parts(writing.docx(template, PROBE, VERSION, CLAUSES, prevailing))
    text = _text(parts)
    wanted = _wanted(prevailing)
    absent = [name for name, values in wanted.items() if not all(value in text for value in values)]
    missing = [name for name in NEEDED if name in absent]
    if missing:
        raise InvalidInput("template_misses", places=", ".join(missing))
    if not _found_again(parts):
        raise InvalidInput("template_unreadable")
    return Tried(tuple(name for name in OPTIONAL if name in absent and name not in UNASKED))


def _wanted(prevailing: Prevailing) -> dict[str, list[str]]:
    """What each place is filled with; a place of clauses with something of each clause."""
    given = writing.context(PROBE, VERSION, CLAUSES, prevailing)
    wanted = {
        name: [str(given[name])]
        for name in (*NEEDED, *OPTIONAL)
        if "." not in name and name != "signing"
    }
    for name in ("number", "title_ar", "title_en", "ar", "en"):
        wanted[f"clauses.{name}"] = [getattr(clause, name) for clause in CLAUSES]
    lines = [line for one in signing.LINES.values() for line in one.values()]
    return wanted | {"signing": [text for line in lines for text in line]}


def _text(parts: Parts) -> str:
    """Everything that a reader of the paper sees, a line a paragraph, its spaces made even."""
    trees = [parts.tree(BODY), *parts.of(*TOLD)]
    lines = (
        "".join(text.text or "" for text in paragraph.iter(W + "t"))
        for tree in trees
        for paragraph in tree.iter(W + "p")
    )
    return "\n".join(re.sub(r"\s+", " ", line) for line in lines)


def _found_again(parts: Parts) -> bool:
    """Whether both languages of each clause stand under its number for whoever compares."""
    found = {one.number: one for one in clauses(parts, "now")}
    return all(_holds(found.get(clause.number), clause) for clause in CLAUSES)


def _holds(read: Read | None, clause: PaperClause) -> bool:
    return read is not None and clause.ar in read.text("ar") and clause.en in read.text("en")
