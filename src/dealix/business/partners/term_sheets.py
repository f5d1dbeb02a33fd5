"""The term sheets of partner approvals: what goes into them, and which one is under review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from dealix.business.papers import writing
from dealix.business.papers.schemas import (
    DOCX,
    PDF,
    TERM_SHEET,
    Change,
    ClauseChange,
    KeptPaper,
    Negotiated,
    TermSheetFacts,
)
from dealix.business.papers.service import PapersService
from dealix.business.partners import repository, terms
from dealix.business.partners.models import Terms
from dealix.business.partners.schemas import ClauseWording, PartnerTerms
from dealix.errors import NotFound
from dealix.lanes.models import Run
from dealix.records.canonical import digest
from dealix.trust.access.directory import company_names
from dealix.trust.outbound.effects import Enclosure
from dealix.trust.privacy import Vault

FORMS = {"docx": DOCX, "pdf": PDF}
"""The forms in which a term sheet goes out, by suffix."""


@dataclass(frozen=True)
class Fetched:
    """A paper as somebody looks at it or takes it away."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class TermSheets:
    """Term sheets of every tenant; each call works inside the session's tenant."""

    vault: Vault
    papers: PapersService

    def draft(self, session: Session, run: Run) -> KeptPaper:
        """The version in force on paper, written now unless exactly it lies here.

        What the partner has answered stays as they read it, whatever the library says since.

        Raises:
            Conflict, InvalidInput: what `PapersService.term_sheet` says.
        """
        row = terms.newest(session, run.id)
        if terms.is_answered(session, run.id, row.version):
            return self.newest(session, run.id)
        facts, changes = self._facts(session, run, row), _changes(row)
        person = repository.partner(session, run.input["partner_id"]).contact_person_id
        return self.papers.draft(session, run.id, person, facts, row.version, changes)

    def standing(self, session: Session, run: Run) -> KeptPaper | None:
        """The paper on record that says what would be drafted now; None when none does.

        Raises as `draft` does.
        """
        row = terms.newest(session, run.id)
        facts = self._facts(session, run, row)
        return self.papers.standing(session, run.id, facts, row.version, _changes(row))

    def newest(self, session: Session, run_id: str) -> KeptPaper:
        """The paper that was drafted last: the one under review, and then the one that went out."""
        kept = self.papers.of_run(session, run_id)
        if not kept:
            raise NotFound("not_found")
        return kept[-1]

    def of_version(self, session: Session, run_id: str, version: int) -> KeptPaper | None:
        """The last paper of one version of the terms; None where none was drafted."""
        kept = [one for one in self.papers.of_run(session, run_id) if one.version == version]
        return kept[-1] if kept else None

    def changes(self, session: Session, run_id: str, version: int) -> list[ClauseChange]:
        """What the paper of this version says otherwise than the one of the version before.

        Until it is written, what was agreed for it is compared.
        """
        old = self.of_version(session, run_id, version - 1)
        if old is None:
            return []
        new = self.of_version(session, run_id, version)
        if new is None:
            agreed = _negotiated(terms.of_version(session, run_id, version).clauses)
            return self.papers.differences(old.wording, writing.reworded(old.wording, agreed))
        return self.papers.differences(old.wording, new.wording)

    def proposed(
        self, session: Session, run_id: str, version: int, clauses: Mapping[str, ClauseWording]
    ) -> list[ClauseChange]:
        """What these clauses would change in the paper of this version."""
        paper = self.of_version(session, run_id, version)
        if paper is None or not clauses:
            return []
        meant = writing.reworded(paper.wording, _negotiated(clauses))
        return self.papers.differences(paper.wording, meant)

    def file(self, session: Session, kept: KeptPaper, form: str) -> bytes:
        """The paper in one of `FORMS`; `NotFound` once its contact is erased."""
        docx, pdf = self.papers.files(session, kept.id)
        return docx if form == "docx" else pdf

    def enclosures(
        self, session: Session, reference: str, kept: KeptPaper
    ) -> tuple[Enclosure, ...]:
        """Both files as a mail carries them."""
        both = dict(zip(FORMS, self.papers.files(session, kept.id), strict=True))
        return tuple(
            Enclosure(
                name=file_name(reference, kept.version, form),
                media_type=FORMS[form],
                content=both[form],
            )
            for form in ("pdf", "docx")
        )

    def text(self, session: Session, run: Run, kept: KeptPaper) -> str:
        """The paper as plain text, Arabic first."""
        row = terms.row_of(session, run.id, kept.version)
        facts = self._facts(session, run, row)
        both = (
            writing.text(facts, kept.version, kept.wording, "ar"),
            writing.text(facts, kept.version, kept.wording, "en"),
        )
        return "\n\n".join(both)

    def document(self, session: Session, run: Run) -> dict[str, str]:
        """The paper under review as a packet names it: by the commitments to text and files."""
        kept = self.newest(session, run.id)
        person = repository.partner(session, run.input["partner_id"]).contact_person_id
        text = self.text(session, run, kept)
        made = self.vault.commit(session, person, f"{run.id}:draft", {"draft": text})
        return {
            "kind": TERM_SHEET,
            "version": str(kept.version),
            "digest": made["draft"],
            "docx": kept.docx_digest,
            "pdf": kept.pdf_digest,
            "template": kept.template_version,
        }

    def _facts(self, session: Session, run: Run, row: Terms) -> TermSheetFacts:
        present = PartnerTerms.model_validate(row.body)
        partner = repository.partner(session, run.input["partner_id"])
        company, company_ar = company_names(session)
        clear = self.vault.reveal(session, partner.contact_person_id)
        return TermSheetFacts(
            reference=reference_of(run),
            company=company,
            company_ar=company_ar,
            partner=partner.name,
            partner_ar=partner.name_ar,
            registration_number=partner.registration_number,
            partner_type=partner.partner_type,
            exclusive=present.exclusivity,
            share_percent=f"{present.revenue_share_percent.normalize():f}",
            expected_revenue=f"{Decimal(present.expected_revenue):,.2f}",
            currency=present.currency,
            contact_name=clear.get("name", ""),
            issued_at=row.made_at,
            practice=run.practice,
        )


def reference_of(run: Run) -> str:
    """The reference by which both sides know these terms."""
    return f"TS-{run.id[-8:].upper()}"


def file_name(reference: str, version: int, form: str) -> str:
    """What a file is called where it goes."""
    return f"{reference}-v{version}.{form}"


def legal_part(kept: KeptPaper) -> str:
    """The hash of what counsel looks at: the template, each clause and what was agreed in it."""
    clauses = [
        # What a value fills in is the commercial owner's matter, unless the wording is our own.
        [one.key, one.source, one.digest if one.source == "negotiated" else one.clause_version]
        for one in kept.wording
    ]
    return digest({"template": kept.template_version, "clauses": clauses})


def said(changes: Sequence[ClauseChange]) -> list[dict[str, object]]:
    """Changes of clauses as packets and pages carry them."""
    return [
        {
            "kind": one.kind,
            "key": one.key,
            "number": one.number_now or one.number,
            "marked": one.marked,
            "where": one.where,
            "titles": list(one.titles),
            "ar": [[word.op, word.text] for word in one.ar],
            "en": [[word.op, word.text] for word in one.en],
        }
        for one in changes
    ]


def _changes(row: Terms) -> dict[str, Change]:
    present = PartnerTerms.model_validate(row.body)
    return dict(_negotiated(present.clauses))


def _negotiated(clauses: Mapping[str, ClauseWording]) -> dict[str, Negotiated]:
    return {key: Negotiated(one.ar, one.en) for key, one in sorted(clauses.items())}
