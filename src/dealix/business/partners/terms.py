"""The terms on offer, version by version: where each came from and what it changed."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.partners.models import Answer, Terms
from dealix.business.partners.schemas import PartnerTerms, TermsRevision
from dealix.errors import NotFound
from dealix.lanes.models import Run
from dealix.records.canonical import digest
from dealix.store.session import tenant_of
from dealix.validation import validated

COMMERCIAL = (
    "expected_revenue",
    "setup_cost",
    "revenue_share_percent",
    "currency",
    "exclusivity",
)
"""What the commercial owner looks at."""


def latest(session: Session, run_id: str) -> tuple[int, PartnerTerms]:
    """The version in force and its terms."""
    row = newest(session, run_id)
    return row.version, PartnerTerms.model_validate(row.body)


def newest(session: Session, run_id: str) -> Terms:
    """The version in force as it is stored."""
    query = select(Terms).where(Terms.run_id == run_id).order_by(Terms.version.desc()).limit(1)
    row = session.execute(query).scalar_one_or_none()
    if row is None:
        raise NotFound("not_found")
    return row


def latest_of(session: Session, run_ids: Iterable[str]) -> dict[str, tuple[int, PartnerTerms]]:
    """The version in force of each of these runs, and its terms."""
    query = select(Terms).where(Terms.run_id.in_(sorted(set(run_ids)))).order_by(Terms.version)
    rows = session.execute(query).scalars()
    return {row.run_id: (row.version, PartnerTerms.model_validate(row.body)) for row in rows}


def of_version(session: Session, run_id: str, version: int) -> PartnerTerms:
    """One version's terms."""
    return PartnerTerms.model_validate(row_of(session, run_id, version).body)


def row_of(session: Session, run_id: str, version: int) -> Terms:
    """One version as it is stored."""
    row = session.get(Terms, (tenant_of(session), run_id, version))
    if row is None:
        raise NotFound("not_found")
    return row


def is_answered(session: Session, run_id: str, version: int) -> bool:
    """Whether the partner has answered this version."""
    query = select(Answer.id).where(Answer.run_id == run_id, Answer.version == version)
    return session.execute(query).first() is not None


def history(session: Session, run_id: str) -> list[Terms]:
    """Every version, oldest first."""
    query = select(Terms).where(Terms.run_id == run_id).order_by(Terms.version)
    return list(session.execute(query).scalars())


def keep(session: Session, run: Run, terms: PartnerTerms, source: str, by: str) -> int:
    """Store the next version; the same terms as the present ones are no new version."""
    rows = history(session, run.id)
    body = terms.model_dump(mode="json")
    if rows and rows[-1].body == body:
        return rows[-1].version
    version = rows[-1].version + 1 if rows else 1
    session.execute(
        insert(Terms).values(
            tenant_id=tenant_of(session),
            run_id=run.id,
            version=version,
            body=body,
            source=source,
            made_by=by,
            made_at=clock.now() if clock.is_run_time() else run.now(),
        )
    )
    return version


def revised(present: PartnerTerms, given: Mapping[str, Any]) -> PartnerTerms:
    """The terms with what is named in `given` changed.

    Raises:
        InvalidInput: `invalid_input`, each wrong field named.
    """
    changes = validated(TermsRevision, given)
    named = changes.model_dump(exclude_none=True, mode="json")
    clauses = {**present.clauses, **named.pop("clauses", {})}
    return PartnerTerms.model_validate(
        {**present.model_dump(mode="json"), **named, "clauses": clauses}
    )


def commercial_part(terms: PartnerTerms) -> str:
    """The hash of what the commercial owner looks at."""
    body = terms.model_dump(mode="json")
    return digest({name: body[name] for name in COMMERCIAL})


def values_changed(before: PartnerTerms, after: PartnerTerms) -> list[dict[str, Any]]:
    """Each value that changed, before and after; what the clauses say is their paper's matter."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return [
        {"field": name, "before": old[name], "after": new[name]}
        for name in COMMERCIAL
        if old[name] != new[name]
    ]
