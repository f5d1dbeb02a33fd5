"""Lines of a printed page as sentences: a PDF ends a line where its paper ends, not its writer."""

import re

from dealix.business.compliance.claims import LONGEST_LINE
from dealix.language.scripts import script_of

FULL = 0.7
"""The share of the page's longest line from which on a line may go on in the next."""

ENDS = tuple(".!?؟:;؛|")
BEGINS = re.compile(r"[-•*|#]|\d{1,3}[.)]\s|[([]?[a-zأ-ي]\)\s")


def flowing(page: str) -> str:
    """The page with each sentence on the line on which it begins; every line keeps its number."""
    lines = [line.strip() for line in page.split("\n")]
    longest = max(map(len, lines), default=0)
    found: list[str] = []
    last, before = -1, ""
    for number, line in enumerate(lines):
        whole = f"{found[last]} {line}" if last >= 0 else line
        if last >= 0 and _goes_on(before, line, longest) and len(whole) <= LONGEST_LINE:
            found[last] = whole
            found.append("")
        else:
            found.append(line)
            last = number
        before = line
    return "\n".join(found)


def _goes_on(before: str, line: str, longest: int) -> bool:
    """Whether a line that ended goes on in this one."""
    full = len(before) >= FULL * longest and not before.endswith(ENDS)
    return full and bool(line) and not BEGINS.match(line) and script_of(before) == script_of(line)
