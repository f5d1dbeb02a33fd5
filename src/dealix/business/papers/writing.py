"""Writes a term sheet: clauses chosen and filled, then the company's DOCX template and a PDF."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from docxtpl import DocxTemplate
from jinja2 import TemplateError, TemplateSyntaxError, UndefinedError

from dealix.business.papers import signing
from dealix.business.papers.clauses import LANGUAGES, filled, values
from dealix.business.papers.filling import Places
from dealix.business.papers.packing import plain_zip
from dealix.business.papers.schemas import (
    Change,
    Negotiated,
    PaperClause,
    Prevailing,
    TermSheetFacts,
    Wording,
)
from dealix.business.papers.stamping import stamped
from dealix.errors import InvalidInput
from dealix.i18n.formats import show_date
from dealix.printing import (
    Block,
    Clauses,
    Facts,
    Heading,
    ParallelClause,
    Space,
    isolated,
    printed,
)
from dealix.printing import Paper as Printed
from dealix.records.canonical import digest

REASON = 120
ZONE = ZoneInfo("Asia/Riyadh")
FORM = "writing-3"
"""Changes with whatever this module draws otherwise: then no older paper is taken for the same."""
PRACTICE = ("للتدريب – غير صالح", "Practice – not valid")
"""Stands on every page of a paper that was made in practice."""
AGREED = ("بند متفق عليه", "Agreed clause")
"""The title of a clause that the library does not know and that nobody gave one."""
TITLE = ("مذكرة شروط الشراكة", "Partnership term sheet")


def chosen(
    library: Sequence[tuple[str, int, Wording]],
    facts: TermSheetFacts,
    changes: Mapping[str, Change],
    prevailing: Prevailing,
) -> list[PaperClause]:
    """The clauses of a paper under their numbers: the library's, as this run has changed them."""
    given = {each: values(facts, each, prevailing) for each in ("ar", "en")}
    made: list[PaperClause] = []
    known = {key for key, _, _ in library}
    for key, version, wording in library:
        change = changes.get(key)
        if change != "leave_out":
            made.append(_clause(str(len(made) + 1), key, version, wording, change, given))
    for key, change in changes.items():
        if key not in known and isinstance(change, Negotiated):
            made.append(_clause(str(len(made) + 1), key, None, None, change, given))
    return made


def _clause(
    number: str,
    key: str,
    version: int | None,
    wording: Wording | None,
    change: Change | None,
    given: Mapping[str, Mapping[str, str]],
) -> PaperClause:
    if isinstance(change, Negotiated):
        if not (change.ar.strip() and change.en.strip()):
            raise InvalidInput("clause_one_language")
        ar, en = change.ar, change.en
        titles = (
            change.title_ar or (wording.title_ar if wording else AGREED[0]),
            change.title_en or (wording.title_en if wording else AGREED[1]),
        )
        return _said(number, key, titles, (ar, en), "negotiated", version)
    if wording is None:
        raise InvalidInput("clause_unknown", clause=key)
    if change == "fallback" and not wording.fallback_ar:
        raise InvalidInput("clause_no_fallback", clause=key)
    fallback = change == "fallback"
    ar, en = (wording.fallback_ar, wording.fallback_en) if fallback else (wording.ar, wording.en)
    texts = filled(ar, given["ar"]), filled(en, given["en"])
    titles = wording.title_ar, wording.title_en
    return _said(number, key, titles, texts, "fallback" if fallback else "library", version)


def _said(
    number: str,
    key: str,
    titles: tuple[str, str],
    texts: tuple[str, str],
    source: str,
    version: int | None,
) -> PaperClause:
    return PaperClause(
        number=number,
        key=key,
        title_ar=titles[0],
        title_en=titles[1],
        ar=texts[0],
        en=texts[1],
        digest=digest([*titles, *texts]),
        source=source,  # type: ignore[arg-type]
        clause_version=version,
    )


def reworded(
    clauses: Sequence[PaperClause], changes: Mapping[str, Negotiated]
) -> list[PaperClause]:
    """The clauses of a paper with these worded as somebody proposes; a new one comes last."""
    made = [
        _said(one.number, one.key, titles, (new.ar, new.en), "negotiated", one.clause_version)
        if (new := changes.get(one.key)) and (titles := (one.title_ar, one.title_en))
        else one
        for one in clauses
    ]
    known = {one.key for one in clauses}
    for key, new in sorted(changes.items()):
        if key not in known:
            number = str(len(made) + 1)
            made.append(_said(number, key, AGREED, (new.ar, new.en), "negotiated", None))
    return made


def docx(
    template: bytes,
    facts: TermSheetFacts,
    version: int,
    clauses: Sequence[PaperClause],
    prevailing: Prevailing,
) -> bytes:
    """The paper by the company's template, which runs in a sandbox: it is a company's own file.

    Raises:
        InvalidInput: `template_unusable`, it names something that no term sheet has.
    """
    made = DocxTemplate(io.BytesIO(template))
    try:
        made.render(context(facts, version, clauses, prevailing), jinja_env=Places())
    except (UndefinedError, TemplateSyntaxError) as wrong:
        raise InvalidInput("template_unusable", reason=(wrong.message or "")[:REASON]) from None
    except (TemplateError, TypeError, ValueError, OverflowError) as wrong:
        raise InvalidInput("template_unusable", reason=type(wrong).__name__) from None
    properties = made.docx.core_properties
    properties.title = f"{TITLE[1]} {facts.reference}"
    properties.author = properties.last_modified_by = facts.company
    properties.created = properties.modified = facts.issued_at.replace(microsecond=0, tzinfo=None)
    buffer = io.BytesIO()
    made.save(buffer)
    content = buffer.getvalue()
    return plain_zip(stamped(content, PRACTICE) if facts.practice else content)


def context(
    facts: TermSheetFacts, version: int, clauses: Sequence[PaperClause], prevailing: Prevailing
) -> dict[str, object]:
    """What a template may name."""
    return {
        "title_ar": f"{TITLE[0]} — {facts.reference}",
        "title_en": f"{TITLE[1]} — {facts.reference}",
        "reference": facts.reference,
        "version": version,
        "company": facts.company,
        "company_ar": facts.company_ar,
        "partner": facts.partner,
        "partner_ar": facts.partner_ar,
        "registration_number": facts.registration_number,
        "contact_name": facts.contact_name,
        "date_ar": _day("ar", facts.issued_at),
        "date_en": _day("en", facts.issued_at),
        "prevailing_ar": LANGUAGES[prevailing][0],
        "prevailing_en": LANGUAGES[prevailing][1],
        "signing": [
            {"heading_ar": heading[0], "heading_en": heading[1], "lines": _lines(party)}
            for party, names in _parties(facts).items()
            for heading in (signing.headings(party, names),)
        ],
        "clauses": [
            {
                "number": one.number,
                "title_ar": one.title_ar,
                "title_en": one.title_en,
                "ar": one.ar,
                "en": one.en,
            }
            for one in clauses
        ],
    }


def _lines(party: signing.Party) -> list[dict[str, str]]:
    return [{"ar": arabic, "en": english} for arabic, english in signing.LINES[party].values()]


def text(
    facts: TermSheetFacts, version: int, clauses: Sequence[PaperClause], language: Prevailing
) -> str:
    """The same content in one language as plain text, for readers whom no PDF serves."""
    arabic = language == "ar"
    named = f"الإصدار {version}" if arabic else f"version {version}"
    parties = (facts.company_ar, facts.partner_ar) if arabic else (facts.company, facts.partner)
    joined = f"بين: {parties[0]} و{parties[1]}" if arabic else f"Between: {' and '.join(parties)}"
    head = [f"{TITLE[0 if arabic else 1]} — {facts.reference} — {named}", joined]
    said = [
        f"{one.number}. {one.title_ar}: {one.ar}"
        if arabic
        else f"{one.number}. {one.title_en}: {one.en}"
        for one in clauses
    ]
    return "\n".join([*head, *said])


def pdf(facts: TermSheetFacts, version: int, clauses: Sequence[PaperClause], mark: str) -> bytes:
    """The same content as PDF, in letters that copy out whole."""
    blocks: tuple[Block, ...] = (
        Heading(f"{TITLE[0]} — {facts.reference}", 1, "ar"),
        Heading(f"{TITLE[1]} — {facts.reference}", 2, "en"),
        Space(2),
        Facts(
            (
                ("بين · Between", _both(facts.company_ar, facts.company)),
                ("و · And", _both(facts.partner_ar, facts.partner)),
                ("السجل التجاري · Registration", facts.registration_number),
                ("عناية · Attention", facts.contact_name),
                (
                    "التاريخ · Date",
                    _both(_day("ar", facts.issued_at), _day("en", facts.issued_at)),
                ),
                ("الإصدار · Version", str(version)),
            ),
            "ar",
        ),
        Space(2),
        Clauses(
            tuple(
                ParallelClause(one.number, one.title_ar, one.title_en, one.ar, one.en)
                for one in clauses
            )
        ),
        *signing.printed_lines(_parties(facts)),
    )
    return printed(
        Printed(
            title=f"{TITLE[1]} {facts.reference}",
            locale="ar",
            created_at=facts.issued_at,
            blocks=blocks,
            sender=_both(facts.company_ar, facts.company),
            reference=f"{facts.reference} / {version}",
            mark=mark,
            face="naskh",
            stamp=PRACTICE if facts.practice else None,
        )
    )


def _parties(facts: TermSheetFacts) -> dict[signing.Party, signing.Both]:
    return {
        "partner": (facts.partner_ar, facts.partner),
        "company": (facts.company_ar, facts.company),
    }


def _day(locale: str, moment: datetime) -> str:
    return show_date(locale, moment, ZONE)


def _both(arabic: str, english: str) -> str:
    return f"{isolated(arabic)} · {isolated(english)}"
