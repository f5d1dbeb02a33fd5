"""A run's row as it begins: stored once for each key, with what its business and its lane need."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import Conflict
from dealix.lanes import leases, run_book
from dealix.lanes.kinds import Beginning, WorkflowKind
from dealix.lanes.models import Run
from dealix.lanes.pipelines import MEDIUM
from dealix.records.run_notes import note
from dealix.store.locks import lock_named
from dealix.store.session import tenant_of


@dataclass(frozen=True)
class Asked:
    """A start as somebody asked for it: checked, with the hash of its input and its key.

    `behalf`: whose run it is, where the system starts it by itself.
    """

    kind: WorkflowKind
    checked: BaseModel
    digest: str
    key: str | None
    start: Beginning
    behalf: str | None = None


def store(session: Session, actor: Actor, asked: Asked) -> tuple[Run, bool]:
    """The run's row, with what its business needs, in the caller's transaction."""
    kind, key, start = asked.kind, asked.key, asked.start
    found = by_key(session, kind.key, key, asked.digest)
    if found is not None:
        return found, False
    now = clock.real_now()
    begins = start.at or now
    run_id, rehearsal = start.run_id, start.rehearsal
    prepared = kind.prepare(session, actor, asked.checked, start)
    values = {
        "tenant_id": tenant_of(session),
        "id": run_id,
        "workflow": kind.key,
        "lane": kind.lane,
        "key": key or run_id,
        "input_hash": asked.digest,
        "input": prepared.input,
        "status": "running",
        "started_by": asked.behalf or actor.user_id,
        "rehearsal": rehearsal,
        "practice": start.practice,
        "chain": f"rehearsal:{run_id}" if rehearsal else "main",
        "requested_at": now,
        "started_at": begins,
        "skipped": begins - now,
        "deadline": prepared.deadline or (begins + kind.longest if kind.longest else None),
        "engine_id": f"{tenant_of(session)}/{kind.key}/{run_id}",
        # A pipeline's engine is the row of its lease, so that it has begun with this commit.
        "engine_started_at": now if kind.lane == MEDIUM else None,
    }
    session.execute(insert(Run).values(**values))
    run = run_book.get(session, run_id, lock=True)
    prepared.after(session, run)
    data = {"workflow": kind.key, "input": asked.digest, "rehearsal": rehearsal}
    data |= {"practice": True} if start.practice else {}
    note(session, actor.user_id, "run.started", run_id, data, chain=run.chain)
    if kind.lane == MEDIUM:
        leases.open_lease(session, run_id)
    return run, True


def by_key(session: Session, workflow: str, key: str | None, digest: str) -> Run | None:
    """The run that this key has started, if it has.

    Raises:
        Conflict: `key_reused` where it started a run with another input.
    """
    if key is None:
        return None
    # Two starts with one key wait for one another here, so that the second finds the first.
    lock_named(session, "run", workflow, key)
    run = session.execute(
        select(Run).where(Run.workflow == workflow, Run.key == key)
    ).scalar_one_or_none()
    if run is not None and run.input_hash != digest:
        raise Conflict("key_reused")
    return run


def as_text(given: Mapping[str, Any], *of_the_start: object) -> str:
    """The input as one text, by which a repeated key is told from a reused one."""
    whole = [dict(given), *of_the_start]
    return json.dumps(whole, sort_keys=True, ensure_ascii=False, default=str)
