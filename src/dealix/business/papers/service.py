"""Drafts term sheets out of library and template, keeps them sealed, and compares them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

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
from dealix.records.canonical import canonical, digest
from dealix.store.ids import new_id
from dealix.store.objects import Objects
from dealix.trust.privacy import Vault

MADE_OF = "term_sheet_made_of"
"""The field under which a person's vault commits to everything that went into a paper."""


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
            Conflict: `clause_stale`, `clause_not_confirmed` or `clause_library_empty`.
            InvalidInput: `clause_one_language`, `clause_no_fallback`, `clause_unknown` or
                `template_unusable`.
        """
        return self._written(self._composed(session, facts, version, changes or {}))

    def draft(
        self,
        session: Session,
        run_id: str,
        person_id: str,
        facts: TermSheetFacts,
        version: int,
        changes: Mapping[str, Change],
    ) -> KeptPaper:
        """A run's term sheet on record: the one that says just this, else written and kept now.

        Raises as `term_sheet` does.
        """
        composed = self._composed(session, facts, version, changes)
        known = self._known(session, run_id, composed)
        return known or self.keep(session, run_id, person_id, self._written(composed))

    def standing(
        self,
        session: Session,
        run_id: str,
        facts: TermSheetFacts,
        version: int,
        changes: Mapping[str, Change],
    ) -> KeptPaper | None:
        """The paper on record that says what would be drafted now; None when none does.

        Raises as `term_sheet` does.
        """
        return self._known(session, run_id, self._composed(session, facts, version, changes))

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
        subject, content = f"{run_id}:paper", {MADE_OF: paper.made_of}
        made_of = self.vault.commit(session, person_id, subject, content)[MADE_OF]
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
                "made_of": made_of,
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

    def _row(self, session: Session, paper_id: str) -> DraftedPaper:
        row = repository.paper(session, paper_id)
        if row is None:
            raise NotFound("not_found")
        return row

    def _sealed(self, session: Session, person_id: str, clear: bytes) -> str:
        return self.objects.put(self.vault.seal(session, person_id, clear))

    def _composed(
        self,
        session: Session,
        facts: TermSheetFacts,
        version: int,
        changes: Mapping[str, Change],
    ) -> "Composed":
        template = _template(session)
        clauses = writing.chosen(library.confirmed(session), facts, changes, template.prevailing)
        return Composed(facts, version, clauses, template)

    def _known(self, session: Session, run_id: str, composed: "Composed") -> KeptPaper | None:
        known = {
            one.digest
            for one in self.vault.commitments(session, run_id)
            if one.field == MADE_OF and one.value == composed.made_of
        }
        rows = repository.papers(session, run_id) if known else []
        return next((_kept(row) for row in rows if row.made_of in known), None)

    def _written(self, composed: "Composed") -> Paper:
        facts, version, clauses = composed.facts, composed.version, composed.clauses
        template = composed.template
        content = self.objects.get(template.sha256) if template.sha256 else standard.template()
        return Paper(
            docx=writing.docx(content, facts, version, clauses, template.prevailing),
            pdf=writing.pdf(facts, version, clauses, composed.digest),
            digest=composed.digest,
            clauses=clauses,
            version=version,
            template_version=template.version,
            prevailing=template.prevailing,
            made_of=composed.made_of,
        )


@dataclass(frozen=True)
class Template:
    """A template by its version; `sha256` finds its file, None is the standard one."""

    version: str
    prevailing: Prevailing
    sha256: str | None


@dataclass(frozen=True)
class Composed:
    """What a term sheet would be made of, before it is written."""

    facts: TermSheetFacts
    version: int
    clauses: Sequence[PaperClause]
    template: Template

    @property
    def digest(self) -> str:
        """Over what it says of the companies; the person is left out, so it proves nobody."""
        said = self._said()
        said.pop("contact_name")
        clauses = [clause.digest for clause in self.clauses]
        return digest([said, self.version, self.template.version, clauses])

    @property
    def made_of(self) -> bytes:
        """Everything that its bytes depend on."""
        clauses = [asdict(clause) for clause in self.clauses]
        template = asdict(self.template)
        return canonical([self._said(), self.version, template, clauses, writing.FORM])

    def _said(self) -> dict[str, Any]:
        return asdict(self.facts) | {"issued_at": self.facts.issued_at.isoformat()}


def _template(session: Session) -> Template:
    """The template in force; the standard one for a company that has put in none."""
    row = repository.newest_template(session, TERM_SHEET)
    if row is None:
        return Template(standard.STANDARD_VERSION, standard.PREVAILING, None)
    prevailing: Prevailing = "en" if row.prevailing == "en" else "ar"
    return Template(f"{TERM_SHEET}-{row.version}", prevailing, row.sha256)


def _clauses(paper: Paper | Sequence[PaperClause]) -> Sequence[PaperClause]:
    return paper.clauses if isinstance(paper, Paper) else paper


def _kept(row: DraftedPaper) -> KeptPaper:
    return KeptPaper(
        row.id, row.version, row.docx_digest, row.pdf_digest, row.template_version, row.clauses
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
