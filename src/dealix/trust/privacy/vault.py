"""The vault: the only place where personal values lie, each person's under a key of their own.

Everything else, histories and audit included, carries person IDs and salted commitments. Erasing
a person destroys the key: values, sealed files and the salts of commitments never open again, and
the digests that stay prove nothing about anybody. What was dead on disk goes with the next vacuum
(the table asks for it at once); copies in backups open only while a KEK of their time is kept, so
rotate the KEK and let backups run out by the retention that the tenant states.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.connectors.secrets import SecretStore
from dealix.records import audit
from dealix.store.ids import new_id
from dealix.store.session import Database, tenant_of
from dealix.trust.privacy.keys import PersonKeys
from dealix.trust.privacy.models import Commitment, PersonalField, PersonKey
from dealix.trust.privacy.sealing import (
    SALT_BYTES,
    blind,
    commitment_digest,
    decrypt,
    encrypt,
)

KEK_RING = "person.kek"
BLIND_KEY = "blind.index"


@dataclass(frozen=True)
class Committed:
    """A commitment as evidence shows it; `salt` and `value` only while the person is not erased."""

    id: str
    person_id: str
    subject: str
    field: str
    digest: str
    salt: bytes | None = None
    value: bytes | None = None


class Vault:
    """Personal values of every tenant; each call works inside the session's tenant."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets

    @cached_property
    def _keys(self) -> PersonKeys:
        return PersonKeys(self._secrets.keyring(KEK_RING))

    @cached_property
    def _blind_key(self) -> bytes:
        return self._secrets.get(BLIND_KEY).encode()

    def add(self, session: Session, person_id: str, values: Mapping[str, str]) -> None:
        """Keep or replace these fields of a person, who gets a key if there is none."""
        key, tenant = self._keys.ensure(session, person_id), tenant_of(session)
        for name in sorted(values):
            sealed = encrypt(key, values[name].encode(), "field", tenant, person_id, name)
            row = {"ciphertext": sealed, "updated_at": clock.real_now()}
            session.execute(
                upsert(PersonalField)
                .values(tenant_id=tenant, person_id=person_id, name=name, **row)
                .on_conflict_do_update(index_elements=["tenant_id", "person_id", "name"], set_=row)
            )

    def reveal(self, session: Session, person_id: str) -> dict[str, str]:
        """The person's fields in clear; empty when erased or unknown."""
        return self.reveal_many(session, [person_id])[person_id]

    def reveal_many(self, session: Session, person_ids: Iterable[str]) -> dict[str, dict[str, str]]:
        """The fields of several persons by person, in two queries; empty for who is erased."""
        wanted = sorted(set(person_ids))
        keys, tenant = self._keys.known(session, wanted), tenant_of(session)
        clear: dict[str, dict[str, str]] = {person_id: {} for person_id in wanted}
        rows = session.execute(
            select(PersonalField.person_id, PersonalField.name, PersonalField.ciphertext)
            .where(PersonalField.person_id.in_(keys))
            .order_by(PersonalField.person_id, PersonalField.name)
        )
        for person_id, name, sealed in rows:
            value = decrypt(keys[person_id], sealed, "field", tenant, person_id, name)
            clear[person_id][name] = value.decode()
        return clear

    def is_erased(self, session: Session, person_id: str) -> bool:
        """Whether the person was known and has been erased."""
        query = select(PersonKey.erased_at).where(PersonKey.person_id == person_id)
        return session.execute(query).scalar_one_or_none() is not None

    def commit(
        self, session: Session, person_id: str, subject: str, values: Mapping[str, str | bytes]
    ) -> dict[str, str]:
        """Commit to personal values, so that histories can carry their digests: field → digest.

        `subject` is a run's ID, alone or followed by `:` and a word. Committing to the same value
        again gives the same digest, so a step that is repeated changes nothing.
        """
        key = self._keys.ensure(session, person_id)
        known = {
            (found.field, found.value): found.digest
            for found in self._of_person(session, person_id, subject, key)
        }
        digests = {}
        for field in sorted(values):
            value = values[field]
            raw = value.encode() if isinstance(value, str) else value
            digests[field] = known.get((field, raw)) or self._commit_one(
                session, key, person_id, subject, field, raw
            )
        return digests

    def _commit_one(
        self, session: Session, key: bytes, person_id: str, subject: str, field: str, value: bytes
    ) -> str:
        salt, own_id, tenant = os.urandom(SALT_BYTES), new_id("commitment"), tenant_of(session)
        digest = commitment_digest(salt, value)
        opening = encrypt(key, salt + value, "commitment", tenant, person_id, own_id)
        session.execute(
            insert(Commitment).inline(),
            {
                "tenant_id": tenant,
                "id": own_id,
                "person_id": person_id,
                "subject": subject,
                "field": field,
                "digest": digest,
                "opening": opening,
                "created_at": clock.now(),
            },
        )
        return digest

    def commitments(self, session: Session, run_id: str) -> list[Committed]:
        """Every commitment made for a run, oldest first, opened where the person is not erased."""
        query = select(Commitment).where(
            or_(
                Commitment.subject == run_id,
                Commitment.subject.startswith(f"{run_id}:", autoescape=True),
            )
        )
        rows = session.execute(query.order_by(Commitment.id)).scalars().all()
        keys = self._keys.known(session, sorted({row.person_id for row in rows}))
        return [_opened(row, keys.get(row.person_id)) for row in rows]

    def _of_person(
        self, session: Session, person_id: str, subject: str, key: bytes
    ) -> list[Committed]:
        query = select(Commitment).where(
            Commitment.person_id == person_id, Commitment.subject == subject
        )
        return [_opened(row, key) for row in session.execute(query).scalars()]

    def seal(self, session: Session, person_id: str, clear: bytes) -> bytes:
        """A file under the person's key; it may lie anywhere. `Conflict` for an erased person."""
        key = self._keys.living(session, person_id)
        return encrypt(key, clear, "file", tenant_of(session), person_id)

    def open(self, session: Session, person_id: str, sealed: bytes) -> bytes | None:
        """What `seal` was given; None once the person is erased."""
        key = self._keys.known(session, [person_id]).get(person_id)
        if key is None:
            return None
        return decrypt(key, sealed, "file", tenant_of(session), person_id)

    def erase(
        self,
        session: Session,
        actor: Actor,
        person_id: str,
        because: Mapping[str, Any] | None = None,
    ) -> bool:
        """Destroy the person's key and values, with an audit record; False when done before.

        `because` goes into the record: words and references, no personal value.
        Whether the law or an open run asks to wait is the caller's decision. An unknown person is
        `NotFound`. Look-up values made by `blind_index` lie with their owners, who remove them.
        """
        if not self._keys.destroy(session, person_id):
            return False
        removed = session.execute(
            delete(PersonalField)
            .where(PersonalField.person_id == person_id)
            .returning(PersonalField.name)
        ).scalars()
        data = {"fields": sorted(removed), **(because or {})}
        audit.append(session, actor.user_id, "person.erased", person_id, data)
        return True

    def blind_index(self, value: str) -> str:
        """A look-up value (of an email, say) that only the holder of the key can compute."""
        return blind(self._blind_key, value)

    def rewrap_all(self, database: Database) -> int:
        """After a rotation of `person.kek`: see `PersonKeys.rewrap_all`."""
        return self._keys.rewrap_all(database)


def _opened(row: Commitment, key: bytes | None) -> Committed:
    salt = value = None
    if key is not None:
        place = ("commitment", row.tenant_id, row.person_id, row.id)
        clear = decrypt(key, row.opening, *place)
        salt, value = clear[:SALT_BYTES], clear[SALT_BYTES:]
    return Committed(row.id, row.person_id, row.subject, row.field, row.digest, salt, value)
