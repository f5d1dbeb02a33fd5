"""The rules of the clause library: what a change makes stale, and how a clause's places fill."""

import re
from collections.abc import Mapping
from typing import Literal

from babel.numbers import get_currency_name

from dealix.business.papers.schemas import Prevailing, TermSheetFacts, Wording
from dealix.errors import InvalidInput

Status = Literal["approved", "draft", "stale_ar", "stale_en"]
PLACE = re.compile(r"\{([a-z_]+)\}")
BRACE = re.compile(r"[{}]")
PLACES = frozenset(
    {
        "company",
        "partner",
        "registration_number",
        "partner_type",
        "exclusivity",
        "share_percent",
        "expected_revenue",
        "currency",
        "reference",
        "prevailing",
    }
)
"""What a clause may name. No person is among them, so a clause's digest says nothing of anybody."""

TYPES: dict[str, tuple[str, str]] = {
    "referral": ("إحالة", "referral"),
    "distribution": ("توزيع", "distribution"),
    "technology": ("تقنية", "technology"),
    "strategic": ("استراتيجية", "strategic"),
    "government": ("جهة حكومية", "government"),
}
LANGUAGES: dict[Prevailing, tuple[str, str]] = {
    "ar": ("العربي", "Arabic"),
    "en": ("الإنجليزي", "English"),
}
EXCLUSIVE = {True: ("حصرية", "exclusive"), False: ("غير حصرية", "non-exclusive")}


def side(wording: Wording, language: Prevailing) -> tuple[str, str, str]:
    """Everything that a wording says in one language."""
    if language == "ar":
        return wording.title_ar, wording.ar, wording.fallback_ar
    return wording.title_en, wording.en, wording.fallback_en


def status_of(now: Wording, approved: Wording | None) -> Status:
    """How a clause stands against what legal confirmed last: the untouched language is stale."""
    if approved is None:
        return "draft"
    arabic, english = (side(now, each) != side(approved, each) for each in ("ar", "en"))
    if arabic and english:
        return "draft"
    if arabic:
        return "stale_en"
    return "stale_ar" if english else "approved"


def check_places(wording: Wording) -> None:
    """Refuse a place that nothing fills, a stray brace, and languages that name other places."""
    for arabic, english in ((wording.ar, wording.en), (wording.fallback_ar, wording.fallback_en)):
        if bool(arabic) != bool(english):
            raise InvalidInput("clause_one_language")
        for text in (arabic, english):
            unknown = set(PLACE.findall(text)) - PLACES
            if unknown or BRACE.search(PLACE.sub("", text)):
                raise InvalidInput("clause_place", place=", ".join(sorted(unknown)) or "{ }")
        if set(PLACE.findall(arabic)) != set(PLACE.findall(english)):
            raise InvalidInput("clause_places_differ")


def values(facts: TermSheetFacts, language: Prevailing, prevailing: Prevailing) -> dict[str, str]:
    """What fills the places of a clause in one language."""
    place = 0 if language == "ar" else 1
    arabic = language == "ar"
    return {
        "company": facts.company_ar if arabic else facts.company,
        "partner": facts.partner_ar if arabic else facts.partner,
        "registration_number": facts.registration_number,
        "partner_type": TYPES[facts.partner_type][place],
        "exclusivity": EXCLUSIVE[facts.exclusive][place],
        "share_percent": facts.share_percent,
        "expected_revenue": facts.expected_revenue,
        "currency": get_currency_name(facts.currency, locale="ar") if arabic else facts.currency,
        "reference": facts.reference,
        "prevailing": LANGUAGES[prevailing][place],
    }


def filled(text: str, given: Mapping[str, str]) -> str:
    """A text with its places filled; values are put in as they are and are not read again."""
    return PLACE.sub(lambda found: given[found[1]], text)
