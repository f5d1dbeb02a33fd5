"""Says in which script a text is written, and whether Arabic letters hold another language."""

import re
import unicodedata
from typing import Literal

from dealix.language.normal import LONGEST

Script = Literal["arabic", "latin", "other_script", "none"]

_ARABIC = re.compile(
    r"[\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]"
)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\uff21-\uff3a\uff41-\uff5a]")
_OWN = frozenset("ٹڈڑںہےۓژۂۀټډړږښڼېۍێۆڕڵۋۇۈڃڅ")
"""Letters of Urdu, Persian, Pashto, Kurdish or Uighur that no Arabic dialect is written with.

`چ`, `گ` and `پ` do not count, since Iraq and the Gulf write sounds of their own with them, and
neither do `ھ` and `ە`, which some Arabic keyboards give for `ه`.
"""
_PERSIAN_LETTERS = frozenset("کیپچگ")
_FUNCTION_WORDS = frozenset(
    (
        *("است", "هستم", "هستیم", "هست", "نیستم", "نیست", "که", "این", "برای", "خوب", "می", "شما"),
        *("با", "چه", "چیست", "باشد", "خواهم", "لطفا", "میخواهم", "نمی", "کنید", "کنم", "دارم"),
        *("دارید", "ندارم", "سلام", "ممنون", "خیلی", "چطور", "چطوری", "قیمت", "بفرستید", "کیا"),
        *("میں", "نہیں", "کے", "کی", "کو", "سے"),
    )
)
ENOUGH = 2
"""How many of its own letters make another language: one may be decoration."""


def script_of(text: str) -> Script:
    """The script in which most letters of a text are written."""
    head = text[:LONGEST]
    arabic, latin = len(_ARABIC.findall(head)), len(_LATIN.findall(head))
    if arabic == latin == 0:
        letters = any(unicodedata.category(char).startswith("L") for char in head)
        return "other_script" if letters else "none"
    others = 0
    if arabic + latin < len(head) // 3:
        others = sum(unicodedata.category(char).startswith("L") for char in head) - arabic - latin
    if others > arabic + latin:
        return "other_script"
    return "arabic" if arabic * 2 >= latin else "latin"


def is_not_arabic(text: str) -> bool:
    """Whether Arabic letters write Urdu, Persian, Pashto, Kurdish: by letters of their own.

    Two of them decide; the letters that Arabs borrow do with two Persian or Urdu words beside them.
    """
    head = text[:LONGEST]
    if sum(char in _OWN for char in head) >= ENOUGH:
        return True
    if not any(char in _PERSIAN_LETTERS for char in head):
        return False
    return len(_FUNCTION_WORDS.intersection(re.findall(r"\w+", head))) >= ENOUGH
