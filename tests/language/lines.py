"""The labelled lines that no model has learnt from, and how long a call takes."""

import json
import statistics
import time
from pathlib import Path

HERE = Path(__file__).parent
TRAINING = HERE.parents[1] / "src" / "dealix" / "language" / "training"
SHARED = HERE.parents[2].parent / "shared"


def rows(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def milliseconds(call, texts) -> float:
    """The 95th percentile, after one warm call; the better of two rounds on a shared machine."""
    call(texts[0])

    def once() -> float:
        took = []
        for text in texts:
            began = time.perf_counter()
            call(text)
            took.append((time.perf_counter() - began) * 1000)
        return statistics.quantiles(took, n=20)[-1] if len(took) > 1 else took[0]

    return min(once() for _ in range(2))


HOSTILE = {
    "empty": "",
    "blank": " \n\t ",
    "one letter": "ا",
    "one digit": "٣",
    "emoji": "😂😂👍🏽❤️",
    "nul": "\0\0",
    "bidi": "\u202e\u2066\u200f",
    "surrogate": "\ud800 نص \udfff",
    "controls": "\x01\x02\x1b[31m",
    "combining": "ا" + "\u064b" * 5000,
    "long arabic": "والله ما أدري وش أقول " * 5000,
    "long word": "ا" * 100_000,
    "long latin": "a" * 100_000,
    "long digits": "1" * 100_000,
    "long spaces": " " * 100_000,
    "long emoji": "😀" * 100_000,
    "mixed": "hello مرحبا שלום 你好 привет",
    "punctuation": "؟!؟!…،؛" * 2000,
}
