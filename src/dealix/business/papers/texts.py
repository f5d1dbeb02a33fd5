"""The words of the company's papers for who reads them: its clauses, and documents brought in."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from dealix.business.papers import repository
from dealix.business.papers.opening import Parts
from dealix.business.papers.reading import paragraphs
from dealix.business.papers.schemas import DOCX
from dealix.business.papers.uploads import UploadService
from dealix.errors import InvalidInput, TooLarge

MOST = 200
Pages = Callable[[bytes], Sequence[tuple[int, str]]]
"""Reads a PDF: its pages with their numbers; raises `InvalidInput` where there is no text in it."""

Words = tuple[str, str, str | None]
"""A name, a text, and under whose key its words lie, where they are anybody's."""


def clause_words(session: Session) -> list[Words]:
    """Every clause that legal has confirmed, in both languages."""
    found: list[Words] = []
    for row in repository.clauses(session):
        text = repository.wording(session, row.key, row.approved_version)
        if text is not None:
            found.append((f"clause:{row.key}", f"{text.en}\n{text.ar}", None))
    return found


def document_words(
    session: Session, uploads: UploadService, wanted: Sequence[str], pages_of: Pages
) -> tuple[list[Words], list[str]]:
    """The words of documents, the newest first, and the IDs of those that cannot be read here.

    `wanted` names documents; none means all that were brought in and not erased. A Word document
    is one text, a PDF is one for each page, named `document:ID#page=N`.
    """
    rows = repository.newest_uploads(session, wanted, MOST)
    found: list[Words] = []
    unread = sorted(set(wanted) - {row.id for row in rows})
    for row in rows:
        if uploads.vault.is_erased(session, row.person_id):
            continue
        content, name = uploads.opened(session, row.id).content, f"document:{row.id}"
        if row.media_type == DOCX:
            found.append((name, "\n".join(paragraphs(Parts(content))), row.person_id))
            continue
        try:
            pages = pages_of(content)
        except (InvalidInput, TooLarge):
            unread.append(row.id)
            continue
        found += [(f"{name}#page={number}", text, row.person_id) for number, text in pages]
    return found, unread
