"""Which columns a list of leads may have, by the names that people give them in either language."""

from collections.abc import Mapping
from typing import get_args

from dealix.business.leads.schemas import Budget, Country, Currency, Industry, Timing
from dealix.i18n import translate
from dealix.i18n.words import WORDS
from dealix.language.normal import plain

COLUMNS: dict[str, tuple[str, ...]] = {
    "company.name": (
        *("company", "company name", "company name in english", "organisation", "organization"),
        *("الشركة", "اسم الشركة", "اسم الشركة بالإنجليزية", "المنشأة", "اسم المنشأة"),
    ),
    "company.name_ar": (
        *("company name in arabic", "company arabic", "company name ar", "arabic name"),
        *("اسم الشركة بالعربية", "الاسم العربي", "اسم المنشأة بالعربية"),
    ),
    "company.country": ("country", "الدولة", "البلد"),
    "company.registration_number": (
        *("commercial registration", "registration number", "registration", "cr", "cr number"),
        *("السجل التجاري", "رقم السجل التجاري", "رقم السجل", "الرقم الموحد"),
    ),
    "company.industry": ("industry", "sector", "القطاع", "النشاط"),
    "company.employees": ("employees", "number of employees", "عدد الموظفين", "الموظفون"),
    "company.website": ("website", "site", "الموقع", "الموقع الإلكتروني"),
    "contact.name": (
        *("contact", "contact name", "name", "full name", "person"),
        *("الاسم", "الاسم الكامل", "جهة الاتصال", "اسم جهة الاتصال"),
    ),
    "contact.email": ("email", "e-mail", "contact email", "البريد", "البريد الإلكتروني", "الإيميل"),
    "contact.phone": (
        *("phone", "mobile", "whatsapp", "contact phone", "phone number", "mobile number"),
        *("الهاتف", "الجوال", "رقم الهاتف", "رقم الجوال", "واتساب"),
    ),
    "contact.job_title": ("job title", "title", "position", "المسمى الوظيفي", "الوظيفة"),
    "contact.locale": ("language", "contact language", "اللغة"),
    "budget": ("budget", "الميزانية"),
    "budget_amount": ("budget amount", "amount", "مبلغ الميزانية", "المبلغ"),
    "currency": ("currency", "العملة"),
    "timing": ("timing", "when they want to buy", "موعد الشراء", "متى يريدون الشراء"),
    "key": ("key", "reference", "external id", "المفتاح", "المرجع"),
}
"""Each field of a lead with the names of its columns, beside the one that is shown."""

LONGEST = 200
"""Characters of a name that are compared."""
NEEDED = ("company.name", "contact.name")
NUMERIC = frozenset(
    {"company.registration_number", "company.employees", "contact.phone", "budget_amount"}
)
GROUPED = frozenset({"company.employees", "budget_amount"})
"""Numbers that people write with a mark between the thousands."""

CHOICES: dict[str, tuple[str, ...]] = {
    "company.country": get_args(Country),
    "company.industry": get_args(Industry),
    "contact.locale": ("ar", "en"),
    "budget": get_args(Budget),
    "currency": get_args(Currency),
    "timing": get_args(Timing),
}
ALSO: dict[str, dict[str, tuple[str, ...]]] = {
    "company.country": {
        "SA": ("saudi", "ksa", "saudi arabia", "السعودية", "المملكة العربية السعودية"),
        "AE": ("uae", "emirates", "united arab emirates", "الإمارات"),
        "BH": ("bahrain", "البحرين"),
        "KW": ("kuwait", "الكويت"),
        "QA": ("qatar", "قطر"),
        "OM": ("oman", "عمان", "عُمان"),
    },
    "company.industry": {"technology": ("تقنية", "it", "tech")},
    "contact.locale": {"ar": ("arabic", "العربية", "عربي"), "en": ("english", "الإنجليزية")},
    "currency": {"SAR": ("riyal", "ريال", "ريال سعودي"), "AED": ("dirham", "درهم")},
}


def name_of(field: str, locale: str) -> str:
    """The name by which people know a field's column; a field that is no column keeps its own."""
    known = WORDS.get(f"column.{field}")
    return translate(locale, known) if known else field


def _folded(text: str) -> str:
    """A name in one spelling, of Arabic words without their article."""
    words = plain(text[:LONGEST].replace("_", " ").replace("-", " ")).split()
    return " ".join(word.removeprefix("ال") or word for word in words)


def _choices(field: str) -> dict[str, str]:
    """A field's answers by what people write for each: its key, or its words in a language."""
    found: dict[str, str] = {}
    for key in CHOICES[field]:
        words = (translate(locale, WORDS[key]) for locale in ("ar", "en") if key in WORDS)
        for said in (key, *words, *ALSO.get(field, {}).get(key, ())):
            found[_folded(said)] = key
    return found


_FIELD_OF: Mapping[str, str] = {
    _folded(said): field
    for field, names in COLUMNS.items()
    for said in (field, *names, *(name_of(field, locale) for locale in ("ar", "en")))
}
_CHOICE_OF: Mapping[str, Mapping[str, str]] = {field: _choices(field) for field in CHOICES}


def field_of(header: str) -> str | None:
    """The field that a column of this name fills; None for one that is not taken in."""
    return _FIELD_OF.get(_folded(header))


def shown(locale: str) -> list[tuple[str, bool]]:
    """The name of each column in this language, and whether a list needs it."""
    return [(name_of(field, locale), field in NEEDED) for field in COLUMNS]


def value_of(field: str, cell: str) -> str:
    """A cell as the field takes it: the key of a choice, Latin digits; else as it was written."""
    if field in CHOICES:
        return _CHOICE_OF[field].get(_folded(cell), cell)
    if field not in NUMERIC:
        return cell
    digits = "".join(str(int(c)) if c.isdecimal() else c for c in cell).replace("٫", ".")
    return digits.replace(",", "").replace("٬", "") if field in GROUPED else digits
