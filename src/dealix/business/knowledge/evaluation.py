"""Measures a search on labelled questions: recall@1, @5, @10, mean reciprocal rank, time."""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from dealix.business.knowledge.schemas import Passage
from dealix.language.normal import plain

DEPTHS = (1, 5, 10)
NAME = 80
"""Characters up to which `relevant` is a name of something; what is longer is a text itself."""


@dataclass(frozen=True)
class Labelled:
    """A question and what answers it: names of passages or documents, or texts."""

    query: str
    relevant: tuple[str, ...]


@dataclass(frozen=True)
class LabelledFile:
    """The questions of a file, and the passages that it brings along by their names."""

    questions: list[Labelled]
    passages: dict[str, str] = field(default_factory=dict)

    @property
    def names_only(self) -> bool:
        """Whether everything relevant is named and stands elsewhere: in a running stack."""
        named = [each for one in self.questions for each in one.relevant]
        return not self.passages and all(len(each) <= NAME for each in named)

    def corpus(self) -> dict[str, str]:
        """The passages to search: those of the file, else every relevant text once."""
        texts = [
            each
            for one in self.questions
            for each in one.relevant
            if each not in self.passages and (not self.passages or len(each) > NAME)
        ]
        return self.passages | {text: text for text in texts}


@dataclass(frozen=True)
class Measured:
    """What a search is worth on labelled questions; times in milliseconds."""

    queries: int
    recall_at_1: float
    recall_at_5: float
    recall_at_10: float
    mrr: float
    p50_ms: float
    p95_ms: float

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def read(lines: Iterable[str]) -> LabelledFile:
    """A file of JSON lines: `{query, relevant}`, and `{id, text}` for passages it brings along.

    Raises:
        ValueError: a line is neither; the message says which.
    """
    questions, passages = list[Labelled](), dict[str, str]()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _row(line)
        if isinstance(row, Labelled):
            questions.append(row)
        elif row is not None:
            passages[row[0]] = row[1]
        else:
            raise ValueError(f"line {number} is neither {{query, relevant}} nor {{id, text}}")
    return LabelledFile(questions, passages)


def _row(line: str) -> Labelled | tuple[str, str] | None:
    try:
        given = json.loads(line)
    except ValueError:
        return None
    if not isinstance(given, dict):
        return None
    if isinstance(given.get("id"), str) and isinstance(given.get("text"), str):
        return given["id"], given["text"]
    told: Any = given.get("relevant")
    wanted: Any = [told] if isinstance(told, str) else told
    fit = isinstance(wanted, list) and bool(wanted) and all(isinstance(e, str) for e in wanted)
    if not fit or not isinstance(given.get("query"), str):
        return None
    return Labelled(given["query"], tuple(dict.fromkeys(wanted)))


def measure(
    questions: Sequence[Labelled], ask: Callable[[str], list[Passage]], *, whole: bool = False
) -> Measured:
    """Ask every question. `whole` counts each document once, whichever of its passages is found."""
    found: dict[int, list[float]] = {depth: [] for depth in DEPTHS}
    reciprocal, times = list[float](), list[float]()
    for one in questions:
        began = time.perf_counter()
        passages = ask(one.query)
        times.append((time.perf_counter() - began) * 1000)
        if whole:
            passages = list({each.source.id: each for each in reversed(passages)}.values())[::-1]
        ranks = [_rank(wanted, passages) for wanted in one.relevant]
        for depth in DEPTHS:
            hits = sum(rank is not None and rank <= depth for rank in ranks)
            found[depth].append(hits / min(depth, len(ranks)))
        best = min((rank for rank in ranks if rank is not None), default=None)
        reciprocal.append(1 / best if best else 0.0)
    times.sort()
    return Measured(
        queries=len(questions),
        recall_at_1=_mean(found[1]),
        recall_at_5=_mean(found[5]),
        recall_at_10=_mean(found[10]),
        mrr=_mean(reciprocal),
        p50_ms=round(times[len(times) // 2], 1) if times else 0.0,
        p95_ms=round(times[int(len(times) * 0.95)], 1) if times else 0.0,
    )


def _rank(wanted: str, passages: Sequence[Passage]) -> int | None:
    """At which place a wanted thing is found, from 1: by its name, or as the text it is."""
    spelled = plain(wanted)
    for place, one in enumerate(passages, start=1):
        if wanted in (one.id, one.source.id, one.source.title):
            return place
        text = plain(one.text)
        if len(wanted) > NAME and (spelled in text or text in spelled):
            return place
    return None


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
