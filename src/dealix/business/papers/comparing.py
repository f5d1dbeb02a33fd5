"""Compares what came back with what we sent, clause by clause and word by word, tracked or not."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from dealix.business.papers.opening import BODY, Parts
from dealix.business.papers.reading import PREAMBLE, Language, Read, asides, clauses, tidy
from dealix.business.papers.schemas import ClauseChange, PaperClause, WordChange
from dealix.errors import InvalidInput

WORD = re.compile(r"\w+(?:[.,/:'-]\w+)*|[^\w\s]", re.UNICODE)
SAME_CLAUSE = 0.45
LONGEST_BODY = 3_000_000
"""Bytes of a document's text with its marks: some hundred pages, compared within seconds."""
LANGUAGES: tuple[Language, ...] = ("ar", "en")


def compare(
    sent: bytes, returned: bytes, keys: Mapping[str, str] | None = None
) -> list[ClauseChange]:
    """What `returned` says otherwise than `sent`; nothing when both say the same.

    `keys` names the clauses of `sent` by their numbers. A returned file that is no DOCX or is
    hostile is `InvalidInput` or `TooLarge` as `opening.Parts` says; one whose text no person would
    write is `docx_too_long`.
    """
    ours, theirs = Parts(sent), Parts(returned)
    if theirs.size(BODY) > LONGEST_BODY:
        raise InvalidInput("docx_too_long")
    old, new = clauses(ours, "now"), clauses(theirs, "now")
    before = {clause.number: clause for clause in clauses(theirs, "before")}
    found = [
        replace(one, key=(keys or {}).get(one.number or ""))
        for one in (*_clauses(old, new, before), *_hidden(ours, theirs))
    ]
    return sorted(found, key=_place)


def differences(old: Sequence[PaperClause], new: Sequence[PaperClause]) -> list[ClauseChange]:
    """What one version of a paper says otherwise than another, by the clauses' keys."""
    was = {clause.key: clause for clause in old}
    now = {clause.key: clause for clause in new}
    found = []
    for key in (*was, *(key for key in now if key not in was)):
        before, after = was.get(key), now.get(key)
        if before and after and before.digest == after.digest:
            if before.number != after.number:
                found.append(ClauseChange("renumbered", before.number, after.number, key))
            continue
        change = _change(
            _read_of(before) if before else None, _read_of(after) if after else None, "all"
        )
        found.append(replace(change, key=key))
    return sorted(found, key=_place)


def _clauses(
    old: Sequence[Read], new: Sequence[Read], before: Mapping[str, Read]
) -> Iterator[ClauseChange]:
    pairs = _pairs(old, new)
    taken = {id(found) for _, found in pairs if found is not None}
    for clause, found in pairs:
        if found is None:
            yield _change(clause, None, _marked(clause, None, before))
        elif any(clause.text(each) != found.text(each) for each in LANGUAGES):
            yield _change(clause, found, _marked(clause, found, before))
        elif clause.number != found.number:
            yield ClauseChange("renumbered", clause.number, found.number)
    for found in new:
        if id(found) not in taken and found.whole.strip():
            yield _change(None, found, _marked(None, found, before))


def _pairs(old: Sequence[Read], new: Sequence[Read]) -> list[tuple[Read, Read | None]]:
    """Each clause of ours with the one that it became, by likeness first and number second."""
    scored = sorted(
        (
            (_likeness(ours, theirs), number, place)
            for number, ours in enumerate(old)
            for place, theirs in enumerate(new)
            if (ours.number == PREAMBLE) == (theirs.number == PREAMBLE)
        ),
        reverse=True,
    )
    became: dict[int, int] = {}
    for score, number, place in scored:
        if score >= SAME_CLAUSE and number not in became and place not in became.values():
            became[number] = place
    return [
        (ours, new[became[number]] if number in became else None)
        for number, ours in enumerate(old)
        if ours.whole.strip() or number in became
    ]


def _likeness(ours: Read, theirs: Read) -> float:
    if ours.number == theirs.number == PREAMBLE:
        return 2.0
    best = max(
        SequenceMatcher(None, _words(ours.text(each)), _words(theirs.text(each))).ratio()
        for each in LANGUAGES
    )
    return best + (0.1 if ours.number == theirs.number and best > 0.2 else 0)


def _change(old: Read | None, new: Read | None, marked: str) -> ClauseChange:
    one = old or new
    if one is None:
        raise ValueError("a change is of something")
    kind = "added" if old is None else "removed" if new is None else "changed"
    texts = {
        each: words(old.text(each) if old else "", new.text(each) if new else "")
        for each in LANGUAGES
    }
    return ClauseChange(
        kind=kind,  # type: ignore[arg-type]
        number=old.number if old else None,
        number_now=new.number if new else None,
        ar=texts["ar"],
        en=texts["en"],
        marked=marked,  # type: ignore[arg-type]
        where="preamble" if one.number == PREAMBLE else "clause",
        titles=tuple(one.lines[each][0] for each in LANGUAGES if one.lines[each]),
    )


def _marked(ours: Read | None, theirs: Read | None, before: Mapping[str, Read]) -> str:
    """Whether rejecting the tracked changes would give back what we sent: all, some or none."""
    number = theirs.number if theirs else ours.number if ours else PREAMBLE
    rejected = before.get(number)
    wanted = ours.whole.strip() if ours else ""
    undone = rejected.whole.strip() if rejected else ""
    if wanted == undone:
        return "all"
    now = theirs.whole.strip() if theirs else ""
    return "none" if undone == now else "some"


def words(old: str, new: str) -> tuple[WordChange, ...]:
    """Word by word what stayed, went and came; nothing where both are equal."""
    if old == new:
        return ()
    before, after = _words(old), _words(new)
    found: list[WordChange] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        if before[a:b] == after[c:d]:
            found.append(WordChange("same", _joined(before[a:b])))
            continue
        if a < b:
            found.append(WordChange("gone", _joined(before[a:b])))
        if c < d:
            found.append(WordChange("come", _joined(after[c:d])))
    return tuple(found)


def _words(text: str) -> list[str]:
    return WORD.findall(text)


def _joined(parts: Sequence[str]) -> str:
    out = ""
    for part in parts:
        glued = not out or (len(part) == 1 and not part.isalnum() and part in ".,;:!?)]}%٪،؛؟'\"")
        out += part if glued else f" {part}"
    return out


def _hidden(ours: Parts, theirs: Parts) -> Iterator[ClauseChange]:
    """Text beside the clauses that we did not send, each place named."""
    known = {(one.where, one.text) for one in asides(ours)}
    for one in asides(theirs):
        if (one.where, one.text) not in known:
            come = (WordChange("come", one.text),)
            arabic = any("\u0600" <= letter <= "\u08ff" for letter in one.text)
            yield ClauseChange(
                "hidden", None, None, ar=come if arabic else (), en=() if arabic else come,
                where=one.where,
            )  # fmt: skip


def _read_of(clause: PaperClause) -> Read:
    texts: dict[Language, list[str]] = {
        "ar": [tidy(clause.title_ar), *map(tidy, clause.ar.split("\n"))],
        "en": [tidy(clause.title_en), *map(tidy, clause.en.split("\n"))],
    }
    return Read(clause.number, texts)


def _place(change: ClauseChange) -> tuple[int, int]:
    number = change.number or change.number_now
    if change.kind == "hidden":
        return 2, 0
    return (1, int(number)) if number and number.isdigit() else (0, 0)
