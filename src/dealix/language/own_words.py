"""Keeps of a message what its sender wrote: what they quote of ours is not their word."""

import re

_QUOTE = re.compile(r"-{3,}|_{5,}|On .*wrote:$|From: |من: |.*كتب.*:$")
_HEAD = 300
"""Characters of a line that say who is quoted."""


def own_lines(text: str) -> list[str]:
    """The lines above the first quoted one."""
    own: list[str] = []
    for line in text.splitlines():
        if line.lstrip().startswith(">") or _QUOTE.match(line[:_HEAD].strip()):
            break
        own.append(line)
    return own
