"""From rows to records and links, as sealing, verifying and reading all need them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select

from dealix.records.audit.models import AuditRecord, AuditSeal
from dealix.records.audit.schemas import Entry, Link, Record, moment

RECORD = (
    AuditRecord.tenant_id,
    AuditRecord.id,
    AuditRecord.chain,
    AuditRecord.actor_id,
    AuditRecord.action,
    AuditRecord.subject,
    AuditRecord.data,
    AuditRecord.at,
    AuditRecord.recorded_at,
)
SEAL = (
    AuditSeal.tenant_id,
    AuditSeal.chain,
    AuditSeal.seq,
    AuditSeal.record_id,
    AuditSeal.record_digest,
    AuditSeal.prev_hash,
    AuditSeal.hash,
    AuditSeal.sealed_at,
)
OF_RECORD = and_(
    AuditSeal.tenant_id == AuditRecord.tenant_id, AuditSeal.record_id == AuditRecord.id
)
UNSEALED = not_(exists(select(AuditSeal.seq).where(OF_RECORD).correlate(AuditRecord)))


def of_run(run_id: str) -> ColumnElement[bool]:
    """Records about a run: it is their subject, or their data names it as `run_id`."""
    named = and_(
        AuditRecord.data.has_key("run_id"),
        AuditRecord.data["run_id"].astext == run_id,
    )
    return or_(AuditRecord.subject == run_id, named)


def record_of(values: Sequence[Any]) -> Record:
    """The record of the columns `RECORD`."""
    tenant_id, key, chain, actor_id, action, subject, data, at, recorded_at = values
    return Record.model_construct(
        tenant_id=tenant_id,
        id=key,
        chain=chain,
        actor_id=actor_id,
        action=action,
        subject=subject,
        data=data,
        at=moment(at),
        recorded_at=moment(recorded_at),
    )


def link_of(values: Sequence[Any]) -> Link:
    """The link of the columns `SEAL`."""
    *said, sealed_at = values
    names = ("tenant_id", "chain", "seq", "record_id", "record_digest", "prev_hash", "hash")
    return Link.model_construct(
        **dict(zip(names, said, strict=True)),
        sealed_at=moment(sealed_at),
    )


def entry_of(values: Sequence[Any]) -> Entry:
    """The entry of the columns `SEAL` and `RECORD` of an outer join: either side may be absent."""
    seal, record = values[: len(SEAL)], values[len(SEAL) :]
    return Entry.model_construct(
        link=link_of(seal) if seal[0] is not None else None,
        record=record_of(record) if record[0] is not None else None,
    )
