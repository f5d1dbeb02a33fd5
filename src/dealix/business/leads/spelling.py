"""Finds one key for the spellings of a name in Arabic and in Latin letters, and compares two.

A word becomes its consonants, which both scripts write, with the vowels between them beside. The
consonants are the key; the vowels must not contradict (`Salam` is سلام and not سليم). A business
word is translated by a table, since nobody spells it in the other script.
"""

import re
from dataclasses import dataclass

from dealix.language.normal import plain

LONGEST = 200
_ARABIC = {
    "ب": "b", "پ": "b", "ت": "t", "ط": "t", "ث": "t", "ج": "j", "چ": "c", "ح": "h", "ه": "h",
    "خ": "x", "د": "d", "ض": "d", "ذ": "d", "ر": "r", "ز": "z", "ظ": "z", "س": "s", "ص": "s",
    "ش": "c", "غ": "g", "ف": "f", "ڤ": "f", "ق": "k", "ك": "k", "گ": "j", "ل": "l", "م": "m",
    "ن": "n",
}  # fmt: skip
_LATIN = {
    "sh": "c", "ch": "c", "kh": "x", "gh": "g", "th": "t", "dh": "d", "ph": "f", "ck": "k",
    "b": "b", "c": "k", "d": "d", "f": "f", "g": "j", "h": "h", "j": "j", "k": "k", "l": "l",
    "m": "m", "n": "n", "p": "b", "q": "k", "r": "r", "s": "s", "t": "t", "v": "f", "x": "ks",
    "z": "z",
}  # fmt: skip
_VOWELS = {
    "ا": "a", "و": "u", "ي": "i", "ee": "i", "oo": "u", "ou": "u", "a": "a", "e": "ai",
    "i": "i", "o": "u", "u": "u", "w": "u", "y": "i",
}  # fmt: skip
_SOUND = re.compile("|".join(sorted({*_ARABIC, *_LATIN, *_VOWELS}, key=len, reverse=True)))
_SERVANT = re.compile(r"\babd[ -]?(?:[aeu][lrnsdtz][ -]?)?(?=[a-z]{3})|\bعبد ?ال")
_ARTICLE = re.compile(r"^(?:(?:ال|لل|وال)(?=\w{2})|(?:al|el)-?(?=\w{2})|a(sh|[sndrtz])-(?=\1))")
_APART = re.compile(r"\b(?:al|el|ال)[ -]+(?=\w{2})")
_ENDINGS = {"ah": "a", "ه": "a", "ي": "e"}
"""What stands at a word's end: ta marbuta, and a ya that may be an alef."""
_ENDING = re.compile(r"(?:ah|ه|ي)$")
_NAME = re.compile(r"[\w-]+")
_LINKS = frozenset({"بن", "بنت", "ابن", "bin", "bint", "ibn", "the", "of", "for", "and", "و"})
_FORMS = frozenset(
    {
        *("شركه", "شركات", "موسسه", "محدوده", "مساهمه", "مقفله", "شخص", "واحد", "ذات", "مسووليه"),
        *("company", "co", "ltd", "limited", "llc", "wll", "inc", "corp", "corporation", "plc"),
        *("est", "establishment", "jsc", "cjsc", "fze", "fzco", "spc", "ذ", "م"),
    }
)
_CONCEPTS = {
    word: f"#{concept}"
    for concept, words in {
        "trading": "trading trade commercial تجاره تجاريه",
        "contracting": "contracting contractors مقاولات",
        "services": "services service خدمات",
        "logistics": "logistics logistic لوجستيه لوجستيات لوجستي",
        "technology": "technology technologies tech tec تقنيه تقنيات تكنولوجيا",
        "industrial": "industrial industries industry صناعيه صناعات صناعه",
        "holding": "holding holdings قابضه",
        "group": "group مجموعه",
        "retail": "retail تجزئه تجزيه",
        "foods": "foods food اغذيه غذائيه غذاييه",
        "medical": "medical طبيه",
        "estate": "realestate عقاريه عقارات عقار",
        "development": "development تطوير تنميه",
        "investment": "investment investments استثمار استثماريه",
        "transport": "transport transportation نقل نقليات",
        "consulting": "consulting consultancy استشارات استشاريه",
        "bank": "bank بنك مصرف",
        "factory": "factory مصنع",
        "national": "national وطنيه",
        "international": "international عالميه دوليه",
        "energy": "energy طاقه",
        "systems": "systems انظمه نظم",
    }.items()
    for word in words.split()
}


@dataclass(frozen=True)
class Word:
    """A word as both scripts have it: `bones` are its consonants, `between` what stands around."""

    bones: str
    between: tuple[frozenset[str], ...]

    def fits(self, other: "Word") -> bool:
        """Whether both can be spellings of one word; a vowel that is not written fits any."""
        if self.bones != other.bones:
            return False
        pairs = zip(self.between, other.between, strict=True)
        return all(not one or not two or one & two for one, two in pairs)


def words_of(name: str) -> list[Word]:
    """The words of a name, in an order that does not depend on the script."""
    text = plain(name[:LONGEST], dashes=True).replace("real estate", "realestate")
    text = _APART.sub(lambda found: found.group().strip(" -"), _SERVANT.sub(_joined, text))
    parts = (_ARTICLE.sub("", part.strip("-")) for part in _NAME.findall(text))
    kept = [part for part in parts if part and part not in _LINKS and part not in _FORMS]
    words = [word for part in kept if (word := _word(part)).bones]
    return sorted(words, key=lambda word: (word.bones, sorted(map(sorted, word.between))))


def key_of(name: str) -> str | None:
    """What all spellings of a name share; None for one that says too little to compare."""
    bones = [word.bones for word in words_of(name)]
    said = sum(len(each) for each in bones if not each.startswith("#"))
    return " ".join(bones) if said > 1 else None


def same(one: str, other: str) -> bool:
    """Whether two spellings, in whichever script, can be of one name."""
    ours, theirs = words_of(one), words_of(other)
    if len(ours) != len(theirs) or key_of(one) is None:
        return False
    left = list(theirs)
    for word in ours:
        found = next((each for each in left if word.fits(each)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _joined(found: re.Match[str]) -> str:
    return "عبد" if found.group().startswith("ع") else "abd"


def _word(part: str) -> Word:
    bare = part.replace("-", "")
    concept = _CONCEPTS.get(bare) or _CONCEPTS.get(f"ل{bare}")  # the article has taken its lam
    if concept is not None:
        return Word(concept, ())
    bones, between = "", [set[str]()]
    for sound in _SOUND.findall(_ENDING.sub(lambda found: _ENDINGS[found.group()], part)):
        if sound in _VOWELS:
            between[-1] |= set(_VOWELS[sound])
        for bone in _ARABIC.get(sound) or _LATIN.get(sound) or "":
            if bones.endswith(bone) and not between[-1]:
                continue
            bones += bone
            between.append(set())
    digits = "".join(char for char in part if char.isdigit())
    return Word(bones + digits, tuple(frozenset(each) for each in between))
