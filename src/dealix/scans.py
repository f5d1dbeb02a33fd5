"""What a contradiction scan reads: documents and clauses of the company, and this installation."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from dealix.business.compliance.claims import Document
from dealix.business.compliance.flowing import flowing
from dealix.business.compliance.scanning import Reader, Reading, live_claims
from dealix.business.knowledge.extracting import extracted
from dealix.business.papers.texts import clause_words, document_words

if TYPE_CHECKING:
    from dealix.bootstrap import Services


def scan_reader(made: "Services") -> Reader:
    """Reads everything that claims something, in one transaction."""

    def read(session: Session, wanted: Sequence[str]) -> Reading:
        documents, unread = document_words(session, made.uploads, wanted, pdf_pages)
        words = [*documents, *clause_words(session)]
        return Reading(
            [Document(name, text) for name, text, _ in words],
            {name: person for name, _, person in words if person is not None},
            unread,
            live_claims(made.settings),
        )

    return read


def pdf_pages(content: bytes) -> list[tuple[int, str]]:
    """The pages of a PDF, each sentence on one line; raises as `knowledge.extracting` does."""
    return [(page.number or 1, flowing(page.text)) for page in extracted(content).pages]
