"""Drafts term sheets out of library and template, keeps them sealed, and compares them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy.orm import Session

from dealix.business.papers import comparing, library, repository, standard, writing
from dealix.business.papers.models import DraftedPaper
from dealix.business.papers.schemas import (
    TERM_SHEET,
    Change,
    ClauseChange,
    KeptPaper,
    Paper,
    PaperClause,
    Prevailing,
    TermSheetFacts,
)
from dealix.errors import NotFound
from dealix.records.canonical import digest
from dealix.store.ids import new_id
from dealix.store.objects import Objects
from dealix.trust.privacy import Vault


class PapersService:
    """Papers of every tenant; each call works inside the session's tenant."""

    def __init__(self, vault: Vault, objects: Objects) -> None:
        self.vault = vault
        self.objects = objects

    def term_sheet(
        self,
        session: Session,
        facts: TermSheetFacts,
        version: int = 1,
        changes: Mapping[str, Change] | None = None,
    ) -> Paper:
        """Version `version` of a term sheet; `changes` says by key what this run agreed on.

        The same facts, library and template give the same bytes.

        Raises:
            Conflict: `clause_not_confirmed` or `clause_library_empty`.
            InvalidInput: `clause_one_language`, `clause_no_fallback` or `clause_unknown`.
        """
        template, template_version, prevailing = self._template(session)
        clauses = writing.chosen(library.approved(session), facts, changes or {}, prevailing)
        mark = _digest(facts, version, clauses, template_version)
        return Paper(
            docx=writing.docx(template, facts, version, clauses, prevailing),
            pdf=writing.pdf(facts, version, clauses, mark),
            digest=mark,
            clauses=clauses,
            version=version,
            template_version=template_version,
            prevailing=prevailing,
        )

    def commit(self, session: Session, run_id: str, person_id: str, paper: Paper) -> dict[str, str]:
        """The commitments to both files (`docx`, `pdf`) by which packet and ledger know them.

        Committing again to the same paper answers the same digests.
        """
        hashes = {
            f"{TERM_SHEET}_docx": _sha256(paper.docx),
            f"{TERM_SHEET}_pdf": _sha256(paper.pdf),
        }
        made = self.vault.commit(session, person_id, f"{run_id}:paper", hashes)
        return {"docx": made[f"{TERM_SHEET}_docx"], "pdf": made[f"{TERM_SHEET}_pdf"]}

    def keep(self, session: Session, run_id: str, person_id: str, paper: Paper) -> KeptPaper:
        """Seal both files for the person whom they name and put the paper on record, once."""
        made = self.commit(session, run_id, person_id, paper)
        for row in repository.papers(session, run_id):
            if (row.docx_digest, row.pdf_digest) == (made["docx"], made["pdf"]):
                return _kept(row)
        row = repository.keep_paper(
            session,
            {
                "id": new_id("paper"),
                "run_id": run_id,
                "kind": TERM_SHEET,
                "version": paper.version,
                "template_version": paper.template_version,
                "person_id": person_id,
                "docx_digest": made["docx"],
                "docx_object": self._sealed(session, person_id, paper.docx),
                "pdf_digest": made["pdf"],
                "pdf_object": self._sealed(session, person_id, paper.pdf),
                "clauses": [asdict(clause) for clause in paper.clauses],
            },
        )
        return _kept(row)

    def of_run(self, session: Session, run_id: str) -> list[KeptPaper]:
        """The papers of a run, oldest first."""
        return [_kept(row) for row in repository.papers(session, run_id)]

    def files(self, session: Session, paper_id: str) -> tuple[bytes, bytes]:
        """DOCX and PDF of a kept paper in clear; `NotFound` once its person is erased."""
        row = self._row(session, paper_id)
        found = [
            self.vault.open(session, row.person_id, self.objects.get(name))
            for name in (row.docx_object, row.pdf_object)
        ]
        docx, pdf = found
        if docx is None or pdf is None:
            raise NotFound("not_found")
        return docx, pdf

    def compare(self, session: Session, paper_id: str, returned: bytes) -> list[ClauseChange]:
        """What a returned DOCX says otherwise than the paper that we sent, with our keys."""
        row = self._row(session, paper_id)
        keys = {str(clause["number"]): str(clause["key"]) for clause in row.clauses}
        return comparing.compare(self.files(session, paper_id)[0], returned, keys)

    def differences(
        self, old: Paper | Sequence[PaperClause], new: Paper | Sequence[PaperClause]
    ) -> list[ClauseChange]:
        """What one version says otherwise than another."""
        return comparing.differences(_clauses(old), _clauses(new))

    def clauses_of(self, session: Session, paper_id: str) -> list[PaperClause]:
        """The clauses of a kept paper; they name no person and stay after an erasure."""
        return [PaperClause(**clause) for clause in self._row(session, paper_id).clauses]

    def _row(self, session: Session, paper_id: str) -> DraftedPaper:
        row = repository.paper(session, paper_id)
        if row is None:
            raise NotFound("not_found")
        return row

    def _sealed(self, session: Session, person_id: str, clear: bytes) -> str:
        return self.objects.put(self.vault.seal(session, person_id, clear))

    def _template(self, session: Session) -> tuple[bytes, str, Prevailing]:
        """The template in force; the standard one for a company that has put in none."""
        row = repository.newest_template(session, TERM_SHEET)
        if row is None:
            return standard.template(), standard.STANDARD_VERSION, standard.PREVAILING
        prevailing: Prevailing = "en" if row.prevailing == "en" else "ar"
        return self.objects.get(row.sha256), f"{TERM_SHEET}-{row.version}", prevailing


def _digest(
    facts: TermSheetFacts, version: int, clauses: Sequence[PaperClause], template: str
) -> str:
    """Over what the paper says of the companies; the person is left out, so it proves nobody."""
    said = asdict(facts) | {"issued_at": facts.issued_at.isoformat()}
    said.pop("contact_name")
    return digest([said, version, template, [clause.digest for clause in clauses]])


def _clauses(paper: Paper | Sequence[PaperClause]) -> Sequence[PaperClause]:
    return paper.clauses if isinstance(paper, Paper) else paper


def _kept(row: DraftedPaper) -> KeptPaper:
    return KeptPaper(
        row.id, row.version, row.docx_digest, row.pdf_digest, row.template_version, row.clauses
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
