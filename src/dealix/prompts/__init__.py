"""Prompts as versioned files: `<id>.v<number>.md`. One that is in force is never edited.

A change is a file with the next number; `released.json` keeps the hash of each, and a test holds
the files to it. Every prompt is preceded by `rules.v<number>.md`, which says what holds for all.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dealix.errors import InvariantBroken

FOLDER = Path(__file__).parent
NAME = re.compile(r"([a-z][a-z0-9_]*)\.v(\d{1,4})\.md")
RULES = "rules"


@dataclass(frozen=True)
class Prompt:
    """A prompt as it is sent: its words, and the version that provenance names."""

    id: str
    version: str
    text: str


@cache
def prompt(prompt_id: str, folder: Path = FOLDER) -> Prompt:
    """The newest version of a prompt, behind the rules that hold for all.

    Raises:
        InvariantBroken: there is no such prompt.
    """
    rules, own = _newest(folder, RULES), _newest(folder, prompt_id)
    text = f"{rules.read_text('utf-8').strip()}\n\n{own.read_text('utf-8').strip()}\n"
    mark = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Prompt(prompt_id, f"{own.stem}+{rules.stem}@{mark}", text)


def hashes(folder: Path = FOLDER) -> dict[str, str]:
    """The SHA-256 of every prompt file, by its name."""
    files = sorted(each for each in folder.iterdir() if NAME.fullmatch(each.name))
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def _newest(folder: Path, prompt_id: str) -> Path:
    found = {
        int(match.group(2)): each
        for each in folder.iterdir()
        if (match := NAME.fullmatch(each.name)) and match.group(1) == prompt_id
    }
    if not found:
        raise InvariantBroken("invariant_broken", what=f"there is no prompt {prompt_id}")
    return found[max(found)]
