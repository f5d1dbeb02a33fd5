"""Keys of persons: made once, wrapped under a key-encryption key, rewrapped, destroyed."""

import secrets as random

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.connectors.secrets import Keyring
from dealix.errors import Conflict, NotFound
from dealix.store.session import Database, tenant_of
from dealix.trust.privacy.models import PersonKey
from dealix.trust.privacy.sealing import KEY_BYTES, decrypt, encrypt

BATCH = 200


class PersonKeys:
    """Data keys of the persons of one tenant, out of a ring of key-encryption keys."""

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring

    def ensure(self, session: Session, person_id: str) -> bytes:
        """The person's key, made when there is none; an erased person gets none again."""
        kek_id, _ = self._ring.current()
        fresh = random.token_bytes(KEY_BYTES)
        tenant = tenant_of(session)
        session.execute(
            insert(PersonKey)
            .values(
                tenant_id=tenant,
                person_id=person_id,
                kek_id=kek_id,
                wrapped_key=self._wrap(tenant, person_id, kek_id, fresh),
                created_at=clock.real_now(),
            )
            .on_conflict_do_nothing()
        )
        return self.living(session, person_id)

    def living(self, session: Session, person_id: str) -> bytes:
        """The key, held against an erasure until this transaction ends.

        An erased person is `Conflict` `person_erased`, an unknown one `NotFound`.
        """
        row = session.execute(
            select(PersonKey.kek_id, PersonKey.wrapped_key)
            .where(PersonKey.person_id == person_id)
            .with_for_update(read=True)
        ).first()
        if row is None:
            raise NotFound("not_found")
        if row.wrapped_key is None:
            raise Conflict("person_erased")
        return self._unwrap(tenant_of(session), person_id, row.kek_id, row.wrapped_key)

    def known(self, session: Session, person_ids: list[str]) -> dict[str, bytes]:
        """The keys of those persons who have one now, by person."""
        rows = session.execute(
            select(PersonKey.person_id, PersonKey.kek_id, PersonKey.wrapped_key).where(
                PersonKey.person_id.in_(person_ids), PersonKey.wrapped_key.is_not(None)
            )
        )
        tenant = tenant_of(session)
        return {
            row.person_id: self._unwrap(tenant, row.person_id, row.kek_id, row.wrapped_key)
            for row in rows
        }

    def destroy(self, session: Session, person_id: str) -> bool:
        """Take the key away for good; False when it was gone before, `NotFound` when unknown."""
        row = session.execute(
            select(PersonKey.erased_at).where(PersonKey.person_id == person_id).with_for_update()
        ).first()
        if row is None:
            raise NotFound("not_found")
        if row.erased_at is not None:
            return False
        session.execute(
            update(PersonKey)
            .where(PersonKey.person_id == person_id)
            .values(wrapped_key=None, erased_at=clock.real_now())
        )
        return True

    def rewrap(self, session: Session, limit: int = BATCH) -> int:
        """Put keys of this tenant that lie under an older KEK under the current one."""
        kek_id, _ = self._ring.current()
        rows = session.execute(
            select(PersonKey.person_id, PersonKey.kek_id, PersonKey.wrapped_key)
            .where(PersonKey.wrapped_key.is_not(None), PersonKey.kek_id != kek_id)
            .order_by(PersonKey.person_id)
            .limit(limit)
            .with_for_update()
        ).all()
        tenant = tenant_of(session)
        for row in rows:
            key = self._unwrap(tenant, row.person_id, row.kek_id, row.wrapped_key)
            session.execute(
                update(PersonKey)
                .where(PersonKey.person_id == row.person_id)
                .values(kek_id=kek_id, wrapped_key=self._wrap(tenant, row.person_id, kek_id, key))
            )
        return len(rows)

    def rewrap_all(self, database: Database) -> int:
        """Rewrap every tenant's keys after a rotation; then the old KEK may leave the ring.

        Data keys and ciphertexts stay as they are. Safe to run at any time, also twice at once.
        """
        kek_id, _ = self._ring.current()
        with database.nobody() as session:
            tenants = session.execute(
                text("SELECT tenant_id FROM lookup_stale_key_tenants(:kek)"), {"kek": kek_id}
            ).scalars().all()  # fmt: skip
        total = 0
        for tenant in tenants:
            while True:
                with database.tenant(tenant) as session:
                    done = self.rewrap(session)
                total += done
                if done < BATCH:
                    break
        return total

    def _wrap(self, tenant: str, person_id: str, kek_id: str, key: bytes) -> bytes:
        return encrypt(self._ring.key(kek_id), key, "person key", tenant, person_id, kek_id)

    def _unwrap(self, tenant: str, person_id: str, kek_id: str, wrapped: bytes) -> bytes:
        return decrypt(self._ring.key(kek_id), wrapped, "person key", tenant, person_id, kek_id)
