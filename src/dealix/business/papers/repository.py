"""Queries of clauses, templates, drafted papers and uploads."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.papers.models import (
    Clause,
    ClauseVersion,
    DraftedPaper,
    PaperTemplate,
    Upload,
    UploadUse,
)
from dealix.business.papers.schemas import Wording
from dealix.store.session import tenant_of


def clause(session: Session, key: str, *, lock: bool = False) -> Clause | None:
    """One clause of the tenant."""
    query = select(Clause).where(Clause.key == key)
    return session.scalar(query.with_for_update() if lock else query)


def clauses(session: Session) -> list[Clause]:
    """The library in the order of the paper."""
    return list(session.scalars(select(Clause).order_by(Clause.position, Clause.key)))


def wordings(session: Session) -> dict[tuple[str, int], Wording]:
    """Every wording by clause and version."""
    rows = session.scalars(select(ClauseVersion))
    return {(row.key, row.version): Wording.model_validate(row.wording) for row in rows}


def wording(session: Session, key: str, version: int | None) -> Wording | None:
    """One wording; nothing where there is no such version."""
    query = select(ClauseVersion.wording).where(
        ClauseVersion.key == key, ClauseVersion.version == version
    )
    found = session.scalar(query)
    return None if found is None else Wording.model_validate(found)


def keep_wording(session: Session, key: str, version: int, text: Wording, user_id: str) -> None:
    """Store a new wording for good."""
    session.add(
        ClauseVersion(
            tenant_id=tenant_of(session),
            key=key,
            version=version,
            wording=text.model_dump(),
            changed_by=user_id,
            changed_at=clock.now(),
        )
    )
    session.flush()


def newest_template(session: Session, kind: str) -> PaperTemplate | None:
    """The template in force."""
    query = select(PaperTemplate).where(PaperTemplate.kind == kind)
    return session.scalar(query.order_by(PaperTemplate.version.desc()).limit(1))


def templates(session: Session, kind: str) -> list[PaperTemplate]:
    """Every version of a template, the newest first."""
    query = select(PaperTemplate).where(PaperTemplate.kind == kind)
    return list(session.scalars(query.order_by(PaperTemplate.version.desc())))


def template(session: Session, kind: str, version: int) -> PaperTemplate | None:
    """One version of a template."""
    return session.get(PaperTemplate, (tenant_of(session), kind, version))


def keep_paper(session: Session, values: dict[str, Any]) -> DraftedPaper:
    """Store a paper once per content; answers the row that was there first."""
    session.execute(
        insert(DraftedPaper)
        .values(tenant_id=tenant_of(session), created_at=clock.now(), **values)
        .on_conflict_do_nothing()
    )
    query = select(DraftedPaper).where(
        DraftedPaper.run_id == values["run_id"],
        DraftedPaper.kind == values["kind"],
        DraftedPaper.docx_digest == values["docx_digest"],
        DraftedPaper.pdf_digest == values["pdf_digest"],
    )
    return session.execute(query).scalar_one()


def papers(session: Session, run_id: str) -> list[DraftedPaper]:
    """The papers of a run, oldest first."""
    query = select(DraftedPaper).where(DraftedPaper.run_id == run_id)
    return list(session.scalars(query.order_by(DraftedPaper.created_at, DraftedPaper.id)))


def paper(session: Session, paper_id: str) -> DraftedPaper | None:
    """One paper of the tenant."""
    return session.get(DraftedPaper, (tenant_of(session), paper_id))


def upload(session: Session, upload_id: str) -> Upload | None:
    """One upload of the tenant."""
    return session.get(Upload, (tenant_of(session), upload_id))


def newest_uploads(session: Session, wanted: Sequence[str], limit: int) -> list[Upload]:
    """These uploads, or all of the tenant's, the newest first."""
    query = select(Upload).order_by(Upload.created_at.desc(), Upload.id).limit(limit)
    if wanted:
        query = query.where(Upload.id.in_(sorted(wanted)))
    return list(session.scalars(query))


def upload_of(session: Session, sha256: str, person_id: str | None) -> Upload | None:
    """The newest upload with this content, of this person where one is named."""
    query = select(Upload).where(Upload.sha256 == sha256).order_by(Upload.created_at.desc())
    if person_id is not None:
        query = query.where(Upload.person_id == person_id)
    return session.scalar(query.limit(1))


def use_upload(session: Session, run_id: str, row: Upload, kind: str, digest: str) -> None:
    """Say that a run took an upload up; again is harmless."""
    session.execute(
        insert(UploadUse)
        .values(
            tenant_id=tenant_of(session),
            run_id=run_id,
            upload_id=row.id,
            kind=kind,
            digest=digest,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )


def uploads_of_run(session: Session, run_id: str) -> list[tuple[UploadUse, Upload]]:
    """What a run took up, oldest first."""
    query = (
        select(UploadUse, Upload)
        .join(Upload, Upload.id == UploadUse.upload_id)
        .where(UploadUse.run_id == run_id)
        .order_by(UploadUse.created_at, UploadUse.upload_id)
    )
    return [(use, row) for use, row in session.execute(query)]
