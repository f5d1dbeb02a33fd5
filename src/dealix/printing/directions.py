"""Keeps numbers, names and identifiers in their own direction inside a line of the other one."""

import re
import unicodedata

LEFT_TO_RIGHT = "\u2066"
FIRST_STRONG = "\u2068"
POP = "\u2069"
OPENERS = frozenset("\u2066\u2067\u2068")

MISLEADING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\ufeff]")
ISOLATES = re.compile(r"[\u2066-\u2069]")
FOREIGN = re.compile(
    r"(?:[+<(\[≥≤±≈$€#~] ?)*[A-Za-z0-9](?:[^\u0590-\u08ff\u2066-\u2069\n،؛؟]*[A-Za-z0-9%>)\]])?"
)
"""A run of Latin letters, digits and what stands between them: a phone number, a date, a name."""

NEUTRAL = frozenset({"NSM", "ES", "ET", "CS", "WS", "ON"})
RIGHTWARD = NEUTRAL | {"L", "EN"}
LEFTWARD = NEUTRAL | {"R", "AL"}
"""Classes of letters that stand together without a change of direction in a line of that one."""

PAIRS = {"(": ")", "[": "]", "<": ">"}
SEPARATORS = str.maketrans({"\u066b": ".", "\u066c": ","})


def one_way(text: str, *, rightward: bool) -> bool:
    """Whether a line of this direction holds `text` as one run, as most lines do."""
    if text.isascii() and rightward:
        return True
    return (RIGHTWARD if rightward else LEFTWARD).issuperset(map(unicodedata.bidirectional, text))


def clean(text: str) -> str:
    """`text` without the characters that only mislead a reader: overrides, marks, controls."""
    return ISOLATES.sub("", MISLEADING.sub("", text))


def ltr(text: object) -> str:
    """A value that reads from left to right wherever it stands: a number, a date, an address."""
    return f"{LEFT_TO_RIGHT}{clean(str(text))}{POP}"


def isolated(text: object) -> str:
    """A value in the direction of its own first letter, which leaks to neither side.

    One without a letter reads from left to right, as figures do.
    """
    plain = clean(str(text))
    begin = FIRST_STRONG if any(letter.isalpha() for letter in plain) else LEFT_TO_RIGHT
    return f"{begin}{plain}{POP}"


def western(text: str) -> str:
    """`text` with one kind of digits: Eastern Arabic and Persian ones become Latin ones."""
    if text.isascii():
        return text
    digits = "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text
    )
    return re.sub(r"(?<=\d)[\u066b\u066c](?=\d)", lambda m: m[0].translate(SEPARATORS), digits)


def steady(text: str) -> str:
    """A line of right-to-left text whose numbers, dates and references cannot turn around.

    What its author has isolated already stays as it is; overrides and marks are taken out.
    """
    parts, depth, begin = [], 0, 0
    text = MISLEADING.sub("", text)
    for place, letter in enumerate(text):
        if letter in OPENERS:
            if depth == 0:
                parts.append(_apart(text[begin:place]))
                begin = place
            depth += 1
        elif letter == POP and depth:
            depth -= 1
            if depth == 0:
                parts.append(text[begin : place + 1])
                begin = place + 1
    rest = text[begin:]
    parts.append(rest + POP * depth if depth else _apart(rest))
    return "".join(parts)


def _apart(text: str) -> str:
    return FOREIGN.sub(_run, text)


def _run(found: re.Match[str]) -> str:
    """The run between isolates; a bracket without its other half stays outside."""
    run, before, after = found[0], "", ""
    while run and run[0] in PAIRS and run.count(run[0]) > run.count(PAIRS[run[0]]):
        before, run = before + run[0], run[1:]
    for opener, closer in PAIRS.items():
        while run.endswith(closer) and run.count(closer) > run.count(opener):
            after, run = closer + after, run[:-1]
    return f"{before}{LEFT_TO_RIGHT}{run}{POP}{after}"


def balanced(lines: list[str]) -> list[str]:
    """Lines cut out of one text: an isolate that a cut goes through is closed and opened again."""
    out, open_ = [], ""
    for line in lines:
        whole = open_ + line
        stack: list[str] = []
        for letter in whole:
            if letter in OPENERS:
                stack.append(letter)
            elif letter == POP and stack:
                stack.pop()
        open_ = "".join(stack)
        out.append(whole + POP * len(stack))
    return out
