"""The one book of what registries and directories answered: sealed, dated, each a billed question.

An answer is never changed. A newer one of the same question takes its place where it is asked for.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.compliance.models import RegistryAnswer
from dealix.lanes.tenant_keys import TenantKeys
from dealix.records import audit
from dealix.store.ids import new_id
from dealix.store.session import Database

PURPOSE = "registry"
REAL = "real"


class AnswerBook:
    """Keeps answers under the tenant's key and finds them again."""

    def __init__(self, database: Database, keys: TenantKeys) -> None:
        self._database = database
        self._keys = keys

    def fresh(
        self,
        tenant_id: str,
        source: str,
        question: str,
        *,
        world: str = REAL,
        known_for: timedelta,
        unknown_for: timedelta = timedelta(0),
    ) -> RegistryAnswer | None:
        """The newest answer that still counts by the caller's clock.

        One that lists a company counts for `known_for`, one that lists none for `unknown_for`; with
        no such time it is passed over.
        """
        now = clock.now()
        asked = newest(source, question, world).where(RegistryAnswer.fetched_at > now - known_for)
        if not unknown_for:
            asked = asked.where(RegistryAnswer.known)
        with self._database.tenant(tenant_id) as session:
            row = session.execute(asked).scalar_one_or_none()
        if row is None or (not row.known and row.fetched_at <= now - unknown_for):
            return None
        return row

    def last(self, session: Session, source: str, question: str) -> RegistryAnswer | None:
        """The newest answer outside rehearsals, however old."""
        return session.execute(newest(source, question, REAL)).scalar_one_or_none()

    def find(self, tenant_id: str, answer_id: str) -> RegistryAnswer | None:
        """An answer by its ID, or None."""
        with self._database.tenant(tenant_id) as session:
            return session.get(RegistryAnswer, (tenant_id, answer_id))

    def text(self, row: RegistryAnswer) -> bytes | None:
        """What was answered; None when nothing is known under the question."""
        if row.sealed is None:
            return None
        return self._keys.open_named(PURPOSE, row.tenant_id, row.sealed)

    def keep(
        self,
        tenant_id: str,
        source: str,
        question: str,
        raw: bytes | None,
        facts: Mapping[str, Any],
        *,
        world: str = REAL,
    ) -> RegistryAnswer:
        """Keep an answer with its audit, which says `facts`; None: nothing is known."""
        answer = RegistryAnswer(
            tenant_id=tenant_id,
            id=new_id("reg"),
            source=source,
            number=question,
            world=world,
            fetched_at=clock.now(),
            known=raw is not None,
            sealed=None if raw is None else self._keys.seal_named(PURPOSE, tenant_id, raw),
        )
        chain = audit.MAIN if world == REAL else f"rehearsal:{world}"
        said = {"registry": source, **facts}
        with self._database.tenant(tenant_id) as session:
            session.add(answer)
            audit.append(session, "system", "registry.answered", answer.id, said, chain=chain)
        return answer


def newest(source: str, question: str, world: str) -> Select[RegistryAnswer]:
    """The newest answer to a question."""
    return (
        select(RegistryAnswer)
        .where(
            RegistryAnswer.source == source,
            RegistryAnswer.number == question,
            RegistryAnswer.world == world,
        )
        .order_by(RegistryAnswer.fetched_at.desc())
        .limit(1)
    )
