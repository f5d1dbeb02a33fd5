"""Compares claims pair by pair: where two places say what cannot both hold."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from dealix.business.compliance.claims import Claim

ConflictKind = Literal["factual", "temporal", "scope", "policy"]
Severity = Literal["high", "medium", "low"]
GRAVE = frozenset(
    {
        "encrypted_at_rest",
        "encrypted_in_transit",
        "stays_in_kingdom",
        "shared_with_third_parties",
        "sent_without_consent",
    }
)
"""Promises whose breach is one of the law's."""
MOST = 500


@dataclass(frozen=True)
class Conflict:
    """Two quotations that do not both hold, of what kind that is, and how much it matters."""

    a: Claim
    b: Claim
    kind: ConflictKind
    severity: Severity
    rule: str


def conflicts_of(claims: Iterable[Claim]) -> list[Conflict]:
    """Every pair that contradicts, the gravest first; the same two places once."""
    by_subject: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_subject[claim.subject].append(claim)
    found = {
        (one.a.source, one.a.line, one.b.source, one.b.line, one.rule): one
        for group in by_subject.values()
        for one in _of_subject(group)
    }
    order = {"high": 0, "medium": 1, "low": 2}
    ranked = sorted(found.values(), key=lambda one: (order[one.severity], one.a.line, one.b.line))
    return ranked[:MOST]


def _of_subject(group: Sequence[Claim]) -> Iterator[Conflict]:
    for a, b in combinations(group, 2):
        if a.value == b.value or (a.source, a.line) == (b.source, b.line):
            continue
        if "limit" in {a.kind, b.kind}:
            yield from _against_limit(a, b)
        elif a.kind == b.kind:
            yield from _alike(a, b)


def _against_limit(a: Claim, b: Claim) -> Iterator[Conflict]:
    """A member of a class against what the class allows."""
    limit, member = (a, b) if a.kind == "limit" else (b, a)
    if member.kind == "limit":
        yield Conflict(a, b, "scope", "medium", "two_limits")
    elif isinstance(limit.value, bool):
        yield Conflict(limit, member, "policy", "high", "class_forbids_outside")
    elif isinstance(member.value, float) and member.value > float(limit.value):
        yield Conflict(limit, member, "temporal", "medium", "longer_than_its_class")


def _alike(a: Claim, b: Claim) -> Iterator[Conflict]:
    """Two claims of one kind about one subject, with different values."""
    if a.kind == "promise" and ":" not in a.subject:
        severity: Severity = "high" if a.subject in GRAVE else "medium"
        yield Conflict(a, b, "policy", severity, "promised_and_denied")
    elif a.kind == "duration" and not a.subject.endswith(":longest"):
        yield Conflict(a, b, "temporal", "medium", "different_times")
    elif a.kind == "number":
        yield Conflict(a, b, "factual", "medium", "different_numbers")
    elif a.kind == "count" and " " in a.subject:
        yield Conflict(a, b, "factual", "low", "different_counts")
    elif a.kind == "day":
        yield Conflict(a, b, "temporal", "medium", "different_days")
    elif a.kind == "field":
        yield Conflict(a, b, "factual", "low", "different_values")
