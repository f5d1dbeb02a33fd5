"""The words of the company's papers for who reads them: its clauses, and documents brought in."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from dealix.business.papers import repository
from dealix.business.papers.opening import Parts
from dealix.business.papers.reading import paragraphs
from dealix.business.papers.schemas import DOCX
from dealix.business.papers.uploads import UploadService

MOST = 200
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
    session: Session, uploads: UploadService, wanted: Sequence[str]
) -> tuple[list[Words], list[str]]:
    """The words of Word documents, the newest first, and the IDs of those that cannot be read here.

    `wanted` names documents; none means all that were brought in and not erased.
    """
    rows = repository.newest_uploads(session, wanted, MOST)
    found: list[Words] = []
    unread = sorted(set(wanted) - {row.id for row in rows})
    for row in rows:
        if uploads.vault.is_erased(session, row.person_id):
            continue
        if row.media_type != DOCX:
            unread.append(row.id)
            continue
        content = uploads.opened(session, row.id).content
        text = "\n".join(paragraphs(Parts(content)))
        found.append((f"document:{row.id}", text, row.person_id))
    return found, unread
