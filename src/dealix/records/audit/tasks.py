"""The short task of the audit: one insert in the caller's transaction, which waits for nobody."""

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.declaring import part, task
from dealix.observability import metrics
from dealix.records.audit.chain import storable
from dealix.records.audit.models import AuditRecord
from dealix.store.ids import new_id
from dealix.store.session import tenant_of


@task(name="audit_write")
class WriteAudit:
    """Every deed of every lane and door is written here, with the change that it belongs to."""

    def run(self, session: Session, chain: str, said: Mapping[str, Any]) -> str:
        """Append; sealing and chaining follow behind. Answers the record's ID."""
        began = time.perf_counter()
        record_id = self.append_record(session, chain, said)
        metrics.short_task("audit_write", "done", time.perf_counter() - began)
        return record_id

    @part("append_record", method="upsert", final=True)
    def append_record(self, session: Session, chain: str, said: Mapping[str, Any]) -> str:
        """One row, under an ID of its own; nothing ever changes it."""
        record_id = new_id("audit")
        row = {"tenant_id": tenant_of(session), "id": record_id, "chain": chain, **said}
        row |= {"data": storable(dict(said["data"])), "at": clock.now()}
        session.execute(insert(AuditRecord).inline(), row)
        return record_id
