"""Whose personal data are held, of what kinds and where; and the erasing of a person, looked twice.

Only identifiers and kinds are told; names are revealed to those entitled, which is audited.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.errors import Conflict, InvalidInput, NotFound
from dealix.lanes.models import Run
from dealix.records import audit
from dealix.records.canonical import digest, stamp
from dealix.store.session import Database, tenant_of
from dealix.trust.privacy.models import Commitment, PersonalField, PersonKey
from dealix.trust.privacy.vault import Vault

REASONS = ("person_asked", "consent_withdrawn", "purpose_ended", "authority_ordered")
"""Why a person is erased; the words of the audit, since a free text could name somebody."""
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:#-]{0,59}")
NAMES = ("name", "name_ar")


class Owner(Protocol):
    """Another part that holds something of persons, such as accounts."""

    def of_persons(
        self, session: Session, person_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        """What it holds of these persons, by person."""
        ...

    def forget(self, session: Session, person_id: str) -> Mapping[str, Any]:
        """Remove what would find the person again; raises where they may not be erased yet."""
        ...


@dataclass(frozen=True)
class Register:
    """The persons of the vault as a company's keepers of privacy see them.

    `forgetting` are the parts that keep something in clear beside what a person's key seals.
    """

    database: Database
    vault: Vault
    permit: Callable[[Actor, str], None]
    accounts: Owner
    forgetting: Sequence[Callable[[Session, str], Mapping[str, Any]]] = ()

    def persons(
        self, actor: Actor, *, limit: int = 50, before: str | None = None, reveal: bool = False
    ) -> list[dict[str, Any]]:
        """Persons, newest first, each with what is held; `before` a person goes on there."""
        self.permit(actor, "privacy.read")
        query = select(PersonKey).order_by(PersonKey.person_id.desc()).limit(limit)
        if before is not None:
            query = query.where(PersonKey.person_id < before)
        with self.database.tenant(actor.tenant_id) as session:
            rows = session.execute(query).scalars().all()
            return self._revealed(session, actor, self._held(session, rows), reveal=reveal)

    def get(self, actor: Actor, person_id: str, *, reveal: bool = False) -> dict[str, Any]:
        """What is held of one person; `held` is what an erasure must name, so that it was seen."""
        self.permit(actor, "privacy.read")
        with self.database.tenant(actor.tenant_id) as session:
            held = self._held(session, [_key(session, person_id)])
            return self._revealed(session, actor, held, reveal=reveal)[0]

    def erase(
        self, actor: Actor, person_id: str, reason: str, held: str, reference: str | None = None
    ) -> dict[str, Any]:
        """Destroy a person's key for good, once somebody has looked at what is held.

        Raises:
            InvalidInput: the reason is none of `REASONS`, the reference is no reference.
            Conflict: `person_erased`, `held_changed` since the look, `person_active`.
        """
        self.permit(actor, "privacy.erase")
        _check(reason, reference)
        with self.database.tenant(actor.tenant_id) as session:
            seen = self._held(session, [_key(session, person_id, lock=True)])[0]
            if seen["erased_at"] is not None:
                raise Conflict("person_erased")
            if seen["held"] != held:
                raise Conflict("held_changed", held=seen["held"])
            forgotten = self.accounts.forget(session, person_id)
            because = {"reason": reason, "reference": reference, "open_runs": seen["open_runs"]}
            for forget in self.forgetting:
                forgotten = {**forgotten, **forget(session, person_id)}
            self.vault.erase(session, actor, person_id, {**because, **forgotten})
            return self._held(session, [_key(session, person_id)])[0]

    def _held(self, session: Session, keys: Sequence[PersonKey]) -> list[dict[str, Any]]:
        ids = [key.person_id for key in keys]
        fields, runs = _fields(session, ids), _runs(session, ids)
        accounts = self.accounts.of_persons(session, ids)
        live = _live(session, {run for several in runs.values() for run in several})
        return [
            _view(key, fields[key.person_id], runs[key.person_id], accounts, live) for key in keys
        ]

    def _revealed(
        self, session: Session, actor: Actor, held: list[dict[str, Any]], *, reveal: bool
    ) -> list[dict[str, Any]]:
        """The same with names, for who may see them; that somebody looked is audited."""
        if not reveal:
            return held
        self.permit(actor, "privacy.reveal")
        known = self.vault.reveal_many(session, [each["person_id"] for each in held])
        subject = held[0]["person_id"] if len(held) == 1 else "persons"
        audit.append(session, actor.user_id, "person.revealed", subject, {"count": len(held)})
        return [
            {**each, **{name: known[each["person_id"]].get(name) for name in NAMES}}
            for each in held
        ]


def _view(
    key: PersonKey,
    fields: Sequence[str],
    runs: Sequence[str],
    accounts: Mapping[str, Mapping[str, Any]],
    live: set[str],
) -> dict[str, Any]:
    account = accounts.get(key.person_id)
    found: dict[str, Any] = {
        "person_id": key.person_id,
        "since": stamp(key.created_at),
        "erased_at": stamp(key.erased_at) if key.erased_at else None,
        "fields": list(fields),
        "runs": list(runs),
        "open_runs": [run for run in runs if run in live],
        "account": dict(account) if account else None,
    }
    return {**found, "held": digest({name: found[name] for name in COMPARED})}


COMPARED = ("person_id", "erased_at", "fields", "open_runs", "account")


def _fields(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    query = select(PersonalField.person_id, PersonalField.name).order_by(PersonalField.name)
    return _grouped(ids, session.execute(query.where(PersonalField.person_id.in_(ids))).all())


def _runs(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    """The runs whose histories carry commitments to a person's values."""
    run_id = func.split_part(Commitment.subject, ":", 1).label("run_id")
    query = select(Commitment.person_id, run_id).distinct().order_by(run_id)
    return _grouped(ids, session.execute(query.where(Commitment.person_id.in_(ids))).all())


def _live(session: Session, run_ids: set[str]) -> set[str]:
    query = select(Run.id).where(Run.id.in_(sorted(run_ids)), Run.ended_at.is_(None))
    return set(session.execute(query).scalars())


def _grouped(ids: Sequence[str], rows: Iterable[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {person_id: [] for person_id in ids}
    for person_id, value in rows:
        found[person_id].append(value)
    return found


def _key(session: Session, person_id: str, *, lock: bool = False) -> PersonKey:
    place = (tenant_of(session), person_id)
    key = session.get(PersonKey, place, with_for_update=lock, populate_existing=True)
    if key is None:
        raise NotFound("not_found")
    return key


def _check(reason: str, reference: str | None) -> None:
    if reason not in REASONS:
        raise InvalidInput("invalid_input", errors=[{"field": "reason", "type": "enum"}])
    if reference is not None and not REFERENCE.fullmatch(reference):
        error = {"field": "reference", "type": "string_pattern_mismatch"}
        raise InvalidInput("invalid_input", errors=[error])
