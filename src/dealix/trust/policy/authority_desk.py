"""The authority table for the doors: read, draft, compare, put into force by a second person."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound
from dealix.store.session import Database, tenant_of
from dealix.trust.policy.authority import Row, parse
from dealix.trust.policy.authority_book import AuthorityBook
from dealix.trust.policy.models import AuthorityTable

Change = Literal["added", "removed", "changed"]
PLACE = ("kind", "gate", "type", "exclusivity")
"""By what two versions' rows are recognised as the same row; several bands by their order."""


@dataclass(frozen=True)
class AuthorityDesk:
    """Every door's way to the table; `activators(roles)` says whether these roles may activate."""

    database: Database
    book: AuthorityBook
    permit: Callable[[Actor, str], None]
    activators: Callable[[frozenset[str]], bool]

    def overview(self, actor: Actor) -> dict[str, Any]:
        """The version in force with its rows, and every version with who made it what it is."""
        self.permit(actor, "authority.read")
        with self.database.tenant(actor.tenant_id) as session:
            active = self.book.active(session)
            versions = [summary(table) for table in self.book.versions(session)]
            return {**whole(active), "versions": versions}

    def get(self, actor: Actor, version: int) -> dict[str, Any]:
        """One version with its rows, and in what it differs from the one in force."""
        self.permit(actor, "authority.read")
        with self.database.tenant(actor.tenant_id) as session:
            active, table = self.book.active(session), self._find(session, version)
            changes = differences(active.rows, table.rows)
            return {**whole(table), "against": active.version, "differences": changes}

    def propose(self, actor: Actor, rows: Iterable[Any]) -> dict[str, Any]:
        """Draft a new version; it changes nothing until a second person puts it into force.

        Raises:
            InvalidInput: `invalid_input` with each wrong row named; `rows_unchanged`.
            Conflict: `no_second_person`, nobody but the one who asks could activate it.
        """
        self.permit(actor, "authority.propose")
        parsed = parse(rows)
        with self.database.tenant(actor.tenant_id) as session:
            self._second_person(session, actor)
            drafted = [row.model_dump(mode="json") for row in parsed]
            if not differences(self.book.active(session).rows, drafted):
                raise InvalidInput("rows_unchanged")
            version = self.book.propose(session, actor, parsed)
        return self.get(actor, version)

    def activate(self, actor: Actor, version: int) -> dict[str, Any]:
        """Put somebody else's draft into force; open requests keep the version they have.

        Raises:
            NotEntitled: `same_person_activates`.
            Conflict: `authority_not_draft`.
        """
        self.permit(actor, "authority.activate")
        with self.database.tenant(actor.tenant_id) as session:
            self._not_of_one_hand(session, actor.user_id, self._find(session, version).proposed_by)
            self.book.activate(session, actor, version)
        return self.get(actor, version)

    def _second_person(self, session: Session, actor: Actor) -> None:
        people = self.book.directory.active_users(session)
        others = [person for person in people if person.user_id != actor.user_id]
        if not any(self.activators(person.roles) for person in others):
            raise Conflict("no_second_person")

    def _not_of_one_hand(self, session: Session, one: str, other: str) -> None:
        """Who keeps accounts could make the second person: that is none."""
        given_by = self.book.directory.given_by
        if given_by(session, one) == other or given_by(session, other) == one:
            raise NotEntitled("same_person_activates")

    @staticmethod
    def _find(session: Session, version: int) -> AuthorityTable:
        table = session.get(AuthorityTable, (tenant_of(session), version))
        if table is None:
            raise NotFound("not_found")
        return table


def summary(table: AuthorityTable) -> dict[str, Any]:
    """A version in a list."""
    return {
        "version": table.version,
        "status": table.status,
        "rows_count": len(table.rows),
        "proposed_by": table.proposed_by,
        "proposed_at": table.proposed_at.isoformat(),
        "activated_by": table.activated_by,
        "activated_at": table.activated_at.isoformat() if table.activated_at else None,
        "retired_at": table.retired_at.isoformat() if table.retired_at else None,
    }


def whole(table: AuthorityTable) -> dict[str, Any]:
    """A version with its rows, in their order."""
    rows = [Row.model_validate(row).model_dump(mode="json") for row in table.rows]
    return {**summary(table), "rows": rows}


def differences(before: Sequence[Any], after: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows that were added, removed or changed, recognised by what they are about."""
    old, new = _by_place(before), _by_place(after)
    found = []
    for place in dict.fromkeys((*old, *new)):
        was, now = old.get(place), new.get(place)
        if was == now:
            continue
        change: Change = "added" if was is None else "removed" if now is None else "changed"
        found.append({"change": change, "before": was, "after": now})
    return found


def _by_place(rows: Sequence[Any]) -> dict[tuple[str, ...], dict[str, Any]]:
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for given in rows:
        row = Row.model_validate(given).model_dump(mode="json")
        place, number = tuple(str(row[name]) for name in PLACE), 1
        while (*place, str(number)) in found:
            number += 1
        found[(*place, str(number))] = row
    return found
