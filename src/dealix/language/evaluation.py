"""Measures labels against labels: accuracy, macro-F1, per label, and what surer answers gain."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

STEPS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)


@dataclass(frozen=True)
class OfLabel:
    """How one label fared; the three figures lie between 0 and 1."""

    label: str
    precision: float
    recall: float
    f1: float
    lines: int


@dataclass(frozen=True)
class Coverage:
    """Accuracy on the surest part of the lines, and the confidence from which they are it."""

    coverage: float
    accuracy: float
    least_confidence: float


@dataclass(frozen=True)
class Measured:
    """What answers are worth on labelled lines; macro-F1 is over the labels of the lines."""

    lines: int
    accuracy: float
    macro_f1: float
    labels: list[OfLabel]
    curve: list[Coverage]
    confusion: dict[str, dict[str, int]]

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def measure(wanted: Sequence[str], given: Sequence[str], sure: Sequence[float]) -> Measured:
    """Compare given labels, each with its confidence, with the wanted ones."""
    right = [one == other for one, other in zip(wanted, given, strict=True)]
    labels = [_of_label(label, wanted, given) for label in sorted(set(wanted))]
    confusion: dict[str, dict[str, int]] = {}
    for one, other in zip(wanted, given, strict=True):
        row = confusion.setdefault(one, {})
        row[other] = row.get(other, 0) + 1
    return Measured(
        lines=len(wanted),
        accuracy=_share(sum(right), len(right)),
        macro_f1=round(_share(sum(each.f1 for each in labels), len(labels)), 4),
        labels=labels,
        curve=_curve(right, sure),
        confusion=dict(sorted(confusion.items())),
    )


def _of_label(label: str, wanted: Sequence[str], given: Sequence[str]) -> OfLabel:
    pairs = list(zip(wanted, given, strict=True))
    hit = sum(one == other == label for one, other in pairs)
    precision = _share(hit, sum(other == label for _, other in pairs))
    recall = _share(hit, sum(one == label for one, _ in pairs))
    f1 = round(2 * precision * recall / (precision + recall), 4) if hit else 0.0
    return OfLabel(label, precision, recall, f1, sum(one == label for one, _ in pairs))


def _curve(right: Sequence[bool], sure: Sequence[float]) -> list[Coverage]:
    order = sorted(range(len(right)), key=lambda place: -sure[place])
    curve: list[Coverage] = []
    for step in STEPS:
        part = order[: max(1, round(step * len(order)))] if order else []
        if part:
            accuracy = _share(sum(right[place] for place in part), len(part))
            curve.append(Coverage(step, accuracy, round(float(sure[part[-1]]), 4)))
    return curve


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0
