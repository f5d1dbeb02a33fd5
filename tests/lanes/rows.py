"""A stored run for tests that need no engine."""

from typing import Any

from sqlalchemy import text

from dealix.store.session import Database

TENANT = "rawabi-sa"


def stored_run(database: Database, run: str, tenant: str = TENANT, **changed: Any) -> str:
    """Store a run's row, live and running unless `changed` says otherwise. Answers its ID."""
    row = {
        "tenant_id": tenant,
        "id": run,
        "workflow": "w",
        "lane": "durable",
        "key": run,
        "input_hash": "h",
        "input": "{}",
        "status": "running",
        "started_by": "u",
        "rehearsal": False,
        "chain": "main",
        "requested_at": "2027-03-01T08:00:00Z",
        "started_at": "2027-03-01T08:00:00Z",
        "engine_id": f"{tenant}/w/{run}",
        **changed,
    }
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    with database.tenant(tenant) as session:
        session.execute(text(f"INSERT INTO runs ({names}) VALUES ({values})"), row)
    return run
