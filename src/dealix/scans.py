"""What a contradiction scan reads: papers, documents to search, what is in force; and for whom."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.compliance.checking import Inspector
from dealix.business.compliance.claims import Document
from dealix.business.compliance.flowing import flowing
from dealix.business.compliance.in_force import live_claims
from dealix.business.compliance.scanning import Reader, Reading
from dealix.business.knowledge.extracting import extracted
from dealix.business.knowledge.texts import hidden_from, knowledge_words
from dealix.business.papers.texts import clause_words, document_words
from dealix.trust.access.rights import may

if TYPE_CHECKING:
    from dealix.bootstrap import Services

PAPER, KNOWLEDGE = "document:", "knowledge:"
KNOWN = "kdoc_"


def scan_reader(made: "Services") -> Reader:
    """Reads everything that claims something, in one transaction."""
    inspector = Inspector(made.settings, made.secrets)

    def read(session: Session, wanted: Sequence[str]) -> Reading:
        papers = [one for one in wanted if not one.startswith(KNOWN)]
        known = [one for one in wanted if one.startswith(KNOWN)]
        words, unread = [*clause_words(session)], list[str]()
        if papers or not wanted:
            documents, unread = document_words(session, made.uploads, papers, pdf_pages)
            words = [*documents, *words]
        if known or not wanted:
            found = knowledge_words(session, known)
            words += found
            read_ones = {name.removeprefix(KNOWLEDGE) for name, *_ in found}
            unread += sorted(set(known) - read_ones)
        return Reading(
            [Document(name, text) for name, text, _ in words],
            {name: person for name, _, person in words if person is not None},
            unread,
            live_claims(inspector.live(session)),
        )

    return read


def withheld(session: Session, actor: Actor, sources: Collection[str]) -> frozenset[str]:
    """The sources whose words this person may not read: not quoted to them, whatever they say."""
    known = {one.removeprefix(KNOWLEDGE) for one in sources if one.startswith(KNOWLEDGE)}
    hidden = {f"{KNOWLEDGE}{one}" for one in hidden_from(session, actor, known)} if known else set()
    if not may(actor, "document.read"):
        hidden |= {one for one in sources if one.startswith(PAPER)}
    return frozenset(hidden)


def pdf_pages(content: bytes) -> list[tuple[int, str]]:
    """The pages of a PDF, each sentence on one line; raises as `knowledge.extracting` does."""
    return [(page.number or 1, flowing(page.text)) for page in extracted(content).pages]
