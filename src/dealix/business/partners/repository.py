"""Queries of partners and of the typed outputs about them."""

import hashlib
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.partners.models import DecisionOutput, Partner
from dealix.errors import NotFound
from dealix.records.canonical import canonical
from dealix.store.session import tenant_of

Output = TypeVar("Output", bound=BaseModel)


def partner(session: Session, partner_id: str) -> Partner:
    """One partner of the tenant."""
    found = session.get(Partner, (tenant_of(session), partner_id))
    if found is None:
        raise NotFound("not_found")
    return found


def partners(session: Session, partner_ids: Iterable[str]) -> list[Partner]:
    """Several partners of the tenant, those that there are."""
    query = select(Partner).where(Partner.id.in_(sorted(set(partner_ids))))
    return list(session.execute(query).scalars())


def keep_output(session: Session, run_id: str, output: BaseModel) -> str:
    """Store a typed output of a run, replacing an earlier one. Answers its SHA-256."""
    body = output.model_dump(mode="json")
    digest = hashlib.sha256(canonical(body)).hexdigest()
    values = {"body": body, "sha256": digest, "created_at": clock.now()}
    session.execute(
        insert(DecisionOutput)
        .values(
            tenant_id=tenant_of(session),
            run_id=run_id,
            schema_name=type(output).__name__,
            **values,
        )
        .on_conflict_do_update(index_elements=["tenant_id", "run_id", "schema_name"], set_=values)
    )
    return digest


def outputs(session: Session, run_id: str) -> dict[str, dict[str, Any]]:
    """The typed outputs of a run by schema."""
    query = select(DecisionOutput).where(DecisionOutput.run_id == run_id)
    return {row.schema_name: row.body for row in session.execute(query).scalars()}


def output(session: Session, run_id: str, schema: type[Output]) -> Output | None:
    """One typed output of a run, or None when it has none of this schema."""
    found = session.get(DecisionOutput, (tenant_of(session), run_id, schema.__name__))
    return schema.model_validate(found.body) if found is not None else None
