"""Cases: what only a person can settle, opened once per subject and round, settled once."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.records import audit
from dealix.records.models import Case
from dealix.records.run_notes import note
from dealix.store.ids import new_id
from dealix.store.session import tenant_of


def open_case(
    session: Session,
    *,
    run_id: str | None,
    kind: str,
    subject: str,
    step: str,
    reason: str | None,
    at: datetime,
    chain: str = "main",
) -> str:
    """Open a case, or answer the one that is open already for this subject. Answers its ID."""
    existing = open_case_of(session, kind, subject)
    if existing is not None:
        return existing
    rounds = session.execute(
        select(func.count()).select_from(Case).where(Case.kind == kind, Case.subject == subject)
    ).scalar_one()
    case = Case(
        tenant_id=tenant_of(session),
        id=new_id("case"),
        run_id=run_id,
        kind=kind,
        subject=subject,
        step=step,
        reason=reason,
        round=rounds + 1,
        status="open",
        opened_at=at,
    )
    session.add(case)
    data = {"case": case.id, "kind": kind, "key": subject, "step": step, "reason": reason}
    if run_id is None:
        audit.append(session, "system", "case.opened", case.id, data, chain)
    else:
        note(session, "system", "case.opened", run_id, data, chain=chain)
    session.flush()
    return case.id


def open_case_of(session: Session, kind: str, subject: str) -> str | None:
    """The ID of the open case of this kind on this subject."""
    return session.execute(
        select(Case.id).where(Case.kind == kind, Case.subject == subject, Case.status == "open")
    ).scalar_one_or_none()


def open_cases(session: Session, run_id: str) -> int:
    """How many cases of a run are open."""
    return session.execute(
        select(func.count()).select_from(Case).where(Case.run_id == run_id, Case.status == "open")
    ).scalar_one()


def settle(session: Session, kind: str, subject: str, resolution: str, *, by: str) -> str | None:
    """Resolve the open case on a subject, because the answer came by itself."""
    case_id = open_case_of(session, kind, subject)
    if case_id is None:
        return None
    case = session.get_one(Case, (tenant_of(session), case_id), with_for_update=True)
    case.status, case.resolution = "resolved", resolution
    case.resolved_by, case.resolved_at = by, clock.real_now()
    return case_id
