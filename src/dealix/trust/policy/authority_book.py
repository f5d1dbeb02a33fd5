"""Who approves what in a tenant: the active version of its table, its people, and its changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound
from dealix.records import audit
from dealix.store.locks import lock_named
from dealix.store.session import tenant_of
from dealix.trust.policy import staffing
from dealix.trust.policy.authority import ANY, Row, Slot, gates_of, parse, row_of
from dealix.trust.policy.authority_defaults import rows_for
from dealix.trust.policy.models import AuthorityTable
from dealix.trust.policy.ports import Directory, Person
from dealix.trust.policy.schemas import AuthorityFacts, GateFacts, PolicyQuestion

SHIPPED = "dealix"
"""Who proposes the first table of a tenant."""


KEPT = "authority"
"""Under it a session keeps the versions it was asked for: it forgets rows that nobody holds."""


@dataclass(frozen=True)
class Matter:
    """What is to be approved: the table finds its rows by these."""

    kind: str
    type: str
    amount: str = "0"
    exclusive: bool = False
    version: int | None = None
    """The version that binds the matter; the active one when nothing is said."""


@dataclass(frozen=True)
class OpenSlot:
    """A slot of a gate with the people who may fill it now."""

    name: str
    count: int
    eligible: tuple[str, ...]


class AuthorityBook:
    """Reads the table in force, finds the people it names, and lets two people change it."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._parsed: dict[tuple[str, int], tuple[list[Any], list[Row]]] = {}

    # -- who approves ------------------------------------------------------------------------

    def slots_for(
        self, session: Session, kind: str, gate: str, type_: str, amount: str = "0"
    ) -> list[Slot]:
        """The slots of one gate.

        Raises:
            InvalidInput: `unknown_partner_type`, `no_authority_row`, `negative_amount`.
        """
        _version, gates = self._gates(session, Matter(kind, type_, amount))
        return list(_slots_of(gates, gate, type_))

    def eligible(
        self, session: Session, slot: Slot, requester_id: str, taken: Iterable[str] = ()
    ) -> list[str]:
        """Who may fill one slot by itself: holders, or deputies where the role has nobody else."""
        people = self.directory.active_users(session)
        return list(staffing.alone(slot, people, requester_id, frozenset(taken)).eligible)

    def assert_staffed(
        self,
        session: Session,
        kind: str,
        type_: str,
        amount: str,
        requester_id: str,
        *,
        exclusive: bool = False,
    ) -> int:
        """Make sure that every gate of the run can be decided, one person a slot; its version.

        Raises:
            InvalidInput: `no_deputy` with slot and gate, and what `slots_for` raises.
        """
        version, gates = self._gates(session, Matter(kind, type_, amount, exclusive))
        staffing.staff(gates, self.directory.active_users(session), requester_id)
        return version

    def seats(
        self,
        session: Session,
        matter: Matter,
        gate: str,
        requester_id: str,
        filled: staffing.Filled = (),
    ) -> tuple[int, list[OpenSlot]]:
        """The table's version and the slots of a gate, each with who may fill it now.

        `filled` says who filled which slot of this run already; what was decided in an earlier
        round of this very gate does not count, since that round is void. Only people are named who
        leave the rest of the run decidable; when that has become impossible since the start
        (somebody left), whoever fits the slot by itself is named.
        """
        version, gates = self._gates(session, matter)
        people = self.directory.active_users(session)
        staffed = _staffed(gates, people, requester_id, filled)
        return version, [
            OpenSlot(slot.name, slot.count, staffed[gate, slot.name].eligible)
            for slot in _slots_of(gates, gate, matter.type)
        ]

    def row(self, session: Session, matter: Matter, gate: str) -> Row:
        """The row by which a gate is decided, with its band and what it asks of a decider.

        Raises:
            InvalidInput: `no_authority_row`, `negative_amount`.
        """
        rows = self._rows(session, matter)[1]
        return row_of(
            rows, matter.kind, gate, matter.type, matter.amount, exclusive=matter.exclusive
        )

    def asked_above(self, session: Session, matter: Matter, gate: str) -> str | None:
        """The amount above which a gate is asked at all; None where no row asks at it."""
        rows = self._rows(session, matter)[1]
        lowest = [
            row.amount_from or "0"
            for row in rows
            if (row.kind, row.gate) == (matter.kind, gate) and row.type in {matter.type, ANY}
        ]
        return min(lowest, key=Decimal, default=None)

    def decision_question(
        self,
        session: Session,
        actor: Actor,
        matter: Matter,
        gate: GateFacts,
        filled: staffing.Filled = (),
    ) -> PolicyQuestion:
        """May this person fill this slot of this gate? With the table's rows in the question.

        Of `gate` name, slot, requester and the escalated are read; the rest is looked up here.
        """
        version, gates = self._gates(session, matter)
        people = self.directory.active_users(session)
        staffed = _staffed(gates, people, gate.requester, filled)
        rows = tuple(
            {"gate": name, "slots": [slot.model_dump(mode="json") for slot in slots]}
            for name, slots in gates.items()
        )
        return PolicyQuestion(
            tenant=tenant_of(session),
            actor=actor,
            action="approval.decide",
            resource=f"{matter.kind}:{gate.name}",
            authority=AuthorityFacts(version, rows),
            gate=GateFacts(
                name=gate.name,
                slot=gate.slot,
                requester=gate.requester,
                taken=tuple(user for _, _, user in filled),
                relations=tuple(staffing.relations_of(people, gate.requester).items()),
                vacant=tuple(
                    name for (at, name), one in staffed.items() if at == gate.name and one.by_deputy
                ),
                escalated=gate.escalated,
            ),
        )

    # -- the table and its versions ----------------------------------------------------------

    def active(self, session: Session) -> AuthorityTable:
        """The version in force.

        Raises:
            NotFound: the tenant has no table yet.
        """
        query = select(AuthorityTable).where(AuthorityTable.status == "active")
        found = session.scalars(query).one_or_none()
        if found is None:
            raise NotFound("not_found")
        return found

    def versions(self, session: Session) -> list[AuthorityTable]:
        """Every version, newest first."""
        return list(session.scalars(select(AuthorityTable).order_by(AuthorityTable.version.desc())))

    def propose(self, session: Session, actor: Actor, rows: Iterable[Any]) -> int:
        """Draft a new version, which changes nothing until a second person activates it.

        Raises:
            InvalidInput: `invalid_input`, the rows that are wrong named.
        """
        parsed = parse(rows)
        version = self._insert(session, actor.user_id, parsed)
        data = {"version": version, "rows": len(parsed)}
        audit.append(session, actor.user_id, "authority.proposed", f"authority:{version}", data)
        return version

    def activate(self, session: Session, actor: Actor, version: int) -> AuthorityTable:
        """Put a draft into force and retire the version before it.

        Raises:
            NotEntitled: `same_person_activates`, or the system asks.
            Conflict: `authority_not_draft`, it is no draft, or older than the active one.
            NotFound: there is no such version.
        """
        _lock(session)
        draft = session.get(
            AuthorityTable,
            (tenant_of(session), version),
            with_for_update=True,
            populate_existing=True,
        )
        if draft is None:
            raise NotFound("not_found")
        if actor.user_id == draft.proposed_by or actor.kind != "person":
            raise NotEntitled("same_person_activates")
        query = select(AuthorityTable).where(AuthorityTable.status == "active")
        before = session.scalars(query).one_or_none()
        if draft.status != "draft" or (before is not None and before.version > version):
            raise Conflict("authority_not_draft", version=version)
        _put_in_force(session, draft, before, actor.user_id)
        data = {"version": version, "proposed_by": draft.proposed_by}
        audit.append(session, actor.user_id, "authority.activated", f"authority:{version}", data)
        return draft

    def install(self, session: Session, activated_by: str) -> int:
        """Give a new tenant the table that ships for it, once; answers the version in force."""
        _lock(session)
        query = select(AuthorityTable.version).where(AuthorityTable.status == "active")
        present = session.scalars(query).one_or_none()
        if present is not None:
            return present
        version = self._insert(session, SHIPPED, rows_for(tenant_of(session)))
        draft = session.get_one(AuthorityTable, (tenant_of(session), version))
        _put_in_force(session, draft, None, activated_by)
        data = {"version": version, "proposed_by": SHIPPED}
        audit.append(session, activated_by, "authority.activated", f"authority:{version}", data)
        return version

    # -- inside ------------------------------------------------------------------------------

    def _insert(self, session: Session, proposed_by: str, rows: Sequence[Row]) -> int:
        _lock(session)
        newest = session.scalar(select(func.max(AuthorityTable.version))) or 0
        session.add(
            AuthorityTable(
                tenant_id=tenant_of(session),
                version=newest + 1,
                status="draft",
                rows=[row.model_dump(mode="json") for row in rows],
                proposed_by=proposed_by,
                proposed_at=clock.real_now(),
            )
        )
        session.flush()
        return newest + 1

    def _gates(self, session: Session, matter: Matter) -> tuple[int, dict[str, tuple[Slot, ...]]]:
        version, rows = self._rows(session, matter)
        gates = gates_of(rows, matter.kind, matter.type, matter.amount, exclusive=matter.exclusive)
        return version, gates

    def _rows(self, session: Session, matter: Matter) -> tuple[int, list[Row]]:
        if matter.version is None:
            table = self.active(session)
        else:
            found = session.get(AuthorityTable, (tenant_of(session), matter.version))
            if found is None or found.status == "draft":
                raise NotFound("not_found")
            table = found
            session.info.setdefault(KEPT, set()).add(table)
        return table.version, self._parse(table)

    def _parse(self, table: AuthorityTable) -> list[Row]:
        """The rows of a version; parsed again only when they are not those of the last time."""
        key = (table.tenant_id, table.version)
        stored, parsed = self._parsed.get(key, (None, []))
        if stored != table.rows:
            parsed = [Row.model_validate(row) for row in table.rows]
            self._parsed[key] = (table.rows, parsed)
        return parsed


def _slots_of(gates: dict[str, tuple[Slot, ...]], gate: str, type_: str) -> tuple[Slot, ...]:
    if gate not in gates:
        raise InvalidInput("no_authority_row", gate=gate, type=type_)
    return gates[gate]


def _staffed(
    gates: dict[str, tuple[Slot, ...]],
    people: Sequence[Person],
    requester_id: str,
    filled: staffing.Filled,
) -> dict[staffing.Place, staffing.Staffed]:
    """Who may fill what; by each slot alone where the whole run can no longer be staffed."""
    try:
        return staffing.staff(gates, people, requester_id, filled)
    except InvalidInput:
        taken = frozenset(user for _, _, user in filled)
        return {
            (gate, slot.name): staffing.alone(slot, people, requester_id, taken)
            for gate, slots in gates.items()
            for slot in slots
        }


def _put_in_force(
    session: Session, draft: AuthorityTable, before: AuthorityTable | None, by: str
) -> None:
    now = clock.real_now()
    if before is not None:
        before.status, before.retired_at = "retired", now
        session.flush()  # one active version at a time, also for the index that keeps it so
    draft.status, draft.activated_by, draft.activated_at = "active", by, now
    session.flush()


def _lock(session: Session) -> None:
    """Changes of one tenant's table follow one another; readers do not wait."""
    lock_named(session, "authority")
