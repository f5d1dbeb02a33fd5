"""Deeds to audit, and the hands of someone who owns the tables and switches their triggers off."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from dealix.records import audit
from dealix.store.session import Database

TENANT, OTHER = "rawabi-sa", "rawabi-ae"


def deed(database: Database, number: int, tenant: str = TENANT, chain: str = audit.MAIN) -> str:
    with database.tenant(tenant) as session:
        return audit.append(
            session, "user_1", "thing.done", f"thing_{number}", {"number": number}, chain
        )


def deeds(database: Database, count: int, tenant: str = TENANT) -> list[str]:
    return [deed(database, number, tenant) for number in range(count)]


def sealed(database: Database, tenant: str = TENANT, chain: str = audit.MAIN) -> int:
    with database.tenant(tenant) as session:
        return audit.seal(session, chain)


def verified(database: Database, tenant: str = TENANT, **options: Any) -> audit.Verification:
    with database.tenant(tenant) as session:
        return audit.verify(session, **options)


@contextmanager
def triggers_off(owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    """What no role of ours may do in production and an intruder might."""
    tables = ("audit_records", "audit_seals")
    with psycopg.connect(owner_url) as connection:
        for table in tables:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield connection
        for table in tables:
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
