"""Whom a request that nobody answers reaches: its deciders, their managers, then an executive."""

from collections.abc import Sequence

from dealix.trust.policy.ports import Person
from dealix.trust.policy.staffing import line_above

EXECUTIVE_ROLES = ("ceo", "cfo", "cto", "svp")


def reached(
    level: int, asked: Sequence[str], people: Sequence[Person], barred: frozenset[str]
) -> list[str]:
    """User IDs for level 1 (who may decide), 2 (their managers), 3 (the first executive).

    `barred` are those who asked, or who have decided in this run already: they could not help. Past
    a manager who is barred it goes to theirs, and where no line leads to anybody to an executive.
    """
    known = {person.user_id: person for person in people}
    silent = [user for user in asked if user in known and user not in barred]
    if level == 1:
        return silent
    lines = (line_above(known, user) for user in silent)
    firsts = (next((p for p in line if p.user_id not in barred), None) for line in lines)
    above = sorted({one.user_id for one in firsts if one is not None})
    if level == 2 and above:
        return above
    return _executive(people, barred if level > 2 else barred | set(asked))


def _executive(people: Sequence[Person], barred: frozenset[str]) -> list[str]:
    for role in EXECUTIVE_ROLES:
        found = sorted(p.user_id for p in people if role in p.roles and p.user_id not in barred)
        if found:
            return found[:1]
    return []
