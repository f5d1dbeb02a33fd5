"""Words by which dialects are known: a lexicon of six of them, and the few that are only Saudi."""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dealix.language.normal import plain, words_only

_ALONE = (
    *(
        "ابغي",
        "ابغى",
        "أبغى",
        "ابغاه",
        "ابغاها",
        "ابغاك",
        "ابغاكم",
        "مابغي",
        "نبغي",
        "تبغي",
        "يبغي",
    ),
    *("دحين", "ذحين", "دحينه", "ذلحين", "دوبي", "دوبك", "دوبه", "وشو", "وشهو", "وشهي", "وش ذا"),
    *("وش ذي", "وش السواه", "علامك", "علامكم", "منيب", "ماهوب", "منتب", "طفشت", "طفشان"),
    *("طفشانه", "بزران", "البزران", "بعزك", "هرجه", "هرجتك", "تهرج", "اهرج", "الله يرجك", "ازهلها"),
    *(
        "يا بعد حيي",
        "مره مره",
        "حلو مره",
        "مره حلو",
        "مره غالي",
        "غالي مره",
        "مره غاليه",
        "اش تبغي",
    ),
    *("وراك ما", "وراك زعلان", "حنا نبغي", "ياواد", "ابغا", "مرره", "فين رايح يا واد"),
)
_MARK = re.compile(
    r"(?<!\w)(?:"
    + "|".join(sorted({plain(word) for word in _ALONE}, key=len, reverse=True))
    + r")(?!\w)"
)


def saudi_marks(spelled: str) -> list[str]:
    """The words of a spelled text (see `normal.plain`) that only Saudis use, as far as we know."""
    return _MARK.findall(spelled)


MARKERS = Path(__file__).parent / "markers.json"
WORTH, MOST = 0.12, 2.0
"""What one marker word adds to its dialect's score, and how many count at most.

The lexicon is the only part of the model that no source of training rows has coloured: it helps
where lines come from elsewhere. Both numbers were chosen on sources held out one by one.
"""


def marked(words: str, labels: tuple[str, ...]) -> NDArray[np.float32]:
    """What the marker words among spelled words add to each label; shared ones add their part."""
    known, parts = markers(), words.split()
    hits = dict.fromkeys(labels, 0.0)
    for at, word in enumerate(parts):
        pair = f"{word} {parts[at + 1]}" if at + 1 < len(parts) else ""
        for dialects in (known.get(word, ()), known.get(pair, ())):
            for label in dialects:
                hits[label] += 1.0 / len(dialects)
    return np.array([WORTH * min(hits[label], MOST) for label in labels], dtype=np.float32)


@cache
def markers() -> dict[str, tuple[str, ...]]:
    """The dialects of each marker word, or of two words together."""
    told = json.loads(MARKERS.read_text(encoding="utf-8"))
    known: dict[str, tuple[str, ...]] = {}
    for label, forms in told.items():
        for form in sorted({words_only(each, 50) for each in forms.split("|")}):
            known[form] = (*known.get(form, ()), label)
    return known
