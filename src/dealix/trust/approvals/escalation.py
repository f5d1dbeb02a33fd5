"""Whom a request that nobody answers reaches: its deciders, their managers, then an executive."""

from collections.abc import Sequence

from dealix.trust.policy.ports import Person

EXECUTIVE_ROLES = ("ceo", "cfo", "cto", "svp")


def reached(
    level: int, asked: Sequence[str], people: Sequence[Person], barred: frozenset[str]
) -> list[str]:
    """User IDs for level 1 (who may decide), 2 (their managers), 3 (the first executive).

    `barred` are those who asked, or who have decided in this run already: they could not help.
    """
    known = {person.user_id: person for person in people}
    silent = [user for user in asked if user in known and user not in barred]
    if level == 1:
        return silent
    if level == 2:
        managers = {known[user].manager_id for user in silent}
        return sorted(one for one in managers if one in known and one not in barred)
    return _executive(people, barred)


def _executive(people: Sequence[Person], barred: frozenset[str]) -> list[str]:
    for role in EXECUTIVE_ROLES:
        found = sorted(p.user_id for p in people if role in p.roles and p.user_id not in barred)
        if found:
            return found[:1]
    return []
