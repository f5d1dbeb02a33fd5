"""Compares claims pair by pair: where two places say what cannot both hold."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, islice
from typing import Literal

from dealix.business.compliance.claims import Claim, Value

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
ROUNDING = 0.02
"""How far a month may be from thirty days, or a year from its weeks, and be the same length."""
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
        for one in islice(_of_subject(group), MOST)
    }
    order = {"high": 0, "medium": 1, "low": 2}
    ranked = sorted(found.values(), key=lambda one: (order[one.severity], one.a.line, one.b.line))
    return ranked[:MOST]


def _of_subject(group: Sequence[Claim]) -> Iterator[Conflict]:
    for a, b in combinations(_once(group), 2):
        if _same(a, b) or (a.source, a.line) == (b.source, b.line):
            continue
        if "limit" in {a.kind, b.kind}:
            yield from _against_limit(a, b)
        elif a.kind == b.kind:
            yield from _alike(a, b)


def _once(group: Sequence[Claim]) -> Sequence[Claim]:
    """What a source says again is said once; each member of a class stands for itself."""
    if any(claim.kind == "limit" for claim in group):
        return group
    first: dict[tuple[str, str, Value], Claim] = {}
    for claim in group:
        first.setdefault((claim.kind, claim.source, claim.value), claim)
    return list(first.values())


def _same(a: Claim, b: Claim) -> bool:
    """Whether two values are one, however each was written."""
    if a.value == b.value or a.unit == b.unit or a.kind != b.kind:
        return a.value == b.value
    if a.kind == "duration":
        one, other = float(a.value), float(b.value)
        return abs(one - other) <= ROUNDING * max(one, other)
    if a.kind == "day":
        return abs(date.fromisoformat(str(a.value)) - date.fromisoformat(str(b.value))).days <= 1
    return False


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
    elif a.kind == "hours":
        yield Conflict(a, b, "temporal", "medium", "different_hours")
    elif a.kind == "scope":
        yield from _of_scope(a, b)
    elif a.kind == "amount":
        yield Conflict(a, b, "factual", "medium", "different_amounts")
    elif a.kind == "number":
        yield Conflict(a, b, "factual", "medium", "different_numbers")
    elif a.kind == "count" and " " in a.subject:
        yield Conflict(a, b, "factual", "low", "different_counts")
    elif a.kind == "day":
        yield Conflict(a, b, "temporal", "medium", "different_days")
    elif a.kind == "field":
        yield Conflict(a, b, "factual", "low", "different_values")


def _of_scope(a: Claim, b: Claim) -> Iterator[Conflict]:
    """One holds of all and the other not, or somebody alone may what others may too."""
    said = {str(claim.value).partition(":")[0] for claim in (a, b)}
    if not a.subject.startswith("who:"):
        yield Conflict(a, b, "scope", "medium", "all_and_exception")
    elif "only" in said:
        yield Conflict(a, b, "scope", "medium", "only_and_others")
