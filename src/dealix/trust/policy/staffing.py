"""Who can fill which slot when one person fills one slot per run: a bipartite matching.

Each seat takes an ordinary candidate where the rest can still be staffed, earlier gates first; a
deputy steps in only where it cannot. Whoever is then eligible for a slot leaves the rest fillable.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dealix.errors import InvalidInput
from dealix.trust.policy.authority import Slot
from dealix.trust.policy.ports import Person

Place = tuple[str, str]
"""A gate and the name of one of its slots."""
Filled = Sequence[tuple[str, str, str]]
"""Who has already filled what in this run: gate, slot, user."""


@dataclass(frozen=True)
class Candidates:
    """Who may fill a slot: ordinarily, and as a deputy."""

    primary: frozenset[str]
    deputies: frozenset[str]


RELATIONS = ("manager", "managers_manager")


@dataclass(frozen=True)
class Staffed:
    """Who may fill a slot now; `by_deputy` when some of its seats are left to deputies."""

    eligible: tuple[str, ...]
    by_deputy: bool


@dataclass
class _Seat:
    place: Place
    candidates: Candidates
    allowed: frozenset[str] = field(default_factory=frozenset)
    by_deputy: bool = False


def relations_of(people: Sequence[Person], requester_id: str) -> dict[str, str]:
    """Who stands in which relation to the requester, active people only."""
    line = line_above({person.user_id: person for person in people}, requester_id)
    return {name: above.user_id for name, above in zip(RELATIONS, line, strict=False)}


def line_above(known: Mapping[str, Person], user_id: str) -> Iterator[Person]:
    """Somebody's manager, then theirs, up to the first who has none or was named before."""
    passed, person = {user_id}, known.get(user_id)
    while person is not None:
        person = known.get(person.manager_id or "")
        if person is None or person.user_id in passed:
            return
        passed.add(person.user_id)
        yield person


def candidates_for(
    slot: Slot, people: Sequence[Person], requester_id: str, taken: frozenset[str] = frozenset()
) -> Candidates:
    """Who holds the role or relation, and who is a deputy; never the requester, never the taken."""
    out = taken | {requester_id}
    if slot.relation is not None:
        holder = relations_of(people, requester_id).get(slot.relation)
        primary = frozenset({holder} if holder else ()) - out
    else:
        primary = _holders(people, slot.roles) - out
    return Candidates(primary, _holders(people, slot.deputy_roles) - out - primary)


def staff(
    gates: Mapping[str, Sequence[Slot]],
    people: Sequence[Person],
    requester_id: str,
    filled: Filled = (),
) -> dict[Place, Staffed]:
    """Who may fill each slot of the run, so that every other open slot can be filled too.

    Raises:
        InvalidInput: `no_deputy`, naming the first slot and gate that nobody can fill.
    """
    seats = _seats(gates, people, requester_id, filled)
    for seat in seats:
        seat.allowed = seat.candidates.primary | seat.candidates.deputies
    _refuse_unless_complete(seats)
    for seat in seats:
        everybody = seat.allowed
        seat.allowed = seat.candidates.primary
        if _unmatched(seats) is not None:
            seat.allowed, seat.by_deputy = everybody - seat.candidates.primary, True
    return {place: _staffed(place, seats) for place in _places(gates)}


def alone(
    slot: Slot, people: Sequence[Person], requester_id: str, taken: frozenset[str] = frozenset()
) -> Staffed:
    """Who may fill one slot by itself: holders, or deputies where the role has nobody else."""
    found = candidates_for(slot, people, requester_id, taken)
    return Staffed(tuple(sorted(found.primary or found.deputies)), not found.primary)


def _seats(
    gates: Mapping[str, Sequence[Slot]], people: Sequence[Person], requester_id: str, filled: Filled
) -> list[_Seat]:
    """One seat for each person that is still to decide."""
    taken = frozenset(user for _, _, user in filled)
    seats: list[_Seat] = []
    for gate, slots in gates.items():
        for slot in slots:
            done = sum((gate, slot.name) == (at, name) for at, name, _ in filled)
            candidates = candidates_for(slot, people, requester_id, taken)
            open_seats = max(slot.count - done, 0)
            seats += [_Seat((gate, slot.name), candidates) for _ in range(open_seats)]
    return seats


def _refuse_unless_complete(seats: Sequence[_Seat]) -> None:
    missing = _unmatched(seats)
    if missing is not None:
        gate, slot = missing.place
        raise InvalidInput("no_deputy", slot=slot, gate=gate)


def _unmatched(seats: Sequence[_Seat]) -> _Seat | None:
    """The first seat for which nobody is left, or nothing when all can be filled at once."""
    holder: dict[str, int] = {}
    for number, seat in enumerate(seats):
        if not _place(number, seats, holder, set()):
            return seat
    return None


def _place(number: int, seats: Sequence[_Seat], holder: dict[str, int], tried: set[str]) -> bool:
    """Seat one more, moving others along where that makes room (an augmenting path)."""
    for person in sorted(seats[number].allowed):
        if person in tried:
            continue
        tried.add(person)
        other = holder.get(person)
        if other is None or _place(other, seats, holder, tried):
            holder[person] = number
            return True
    return False


def _staffed(place: Place, seats: Sequence[_Seat]) -> Staffed:
    """Everybody who may take one of the slot's seats without leaving another one empty."""
    here = [seat for seat in seats if seat.place == place]
    eligible: set[str] = set()
    for seat in here:
        allowed = seat.allowed
        for person in allowed - eligible:
            seat.allowed = frozenset({person})
            if _unmatched(seats) is None:
                eligible.add(person)
        seat.allowed = allowed
    return Staffed(tuple(sorted(eligible)), any(seat.by_deputy for seat in here))


def _places(gates: Mapping[str, Sequence[Slot]]) -> list[Place]:
    return [(gate, slot.name) for gate, slots in gates.items() for slot in slots]


def _holders(people: Sequence[Person], roles: Sequence[str]) -> frozenset[str]:
    wanted = frozenset(roles)
    return frozenset(person.user_id for person in people if wanted & person.roles)
