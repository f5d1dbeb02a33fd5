"""The words of the documents to search for who reads them whole, and who may not read which."""

import re
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.knowledge.models import KnowledgeDocument, KnowledgePassage

MOST = 200
"""Documents that are read at once, the newest."""

SENTENCE = re.compile(r"(?<=[.!?؟])\s+")
Words = tuple[str, str, str]
"""A name, a text, and under whose key its words lie."""


def knowledge_words(session: Session, wanted: Sequence[str]) -> list[Words]:
    """The words of documents of every kind, as their passages have them; none wanted means all."""
    query = select(KnowledgeDocument).order_by(KnowledgeDocument.id.desc()).limit(MOST)
    if wanted:
        query = query.where(KnowledgeDocument.id.in_(list(wanted)))
    return [
        (f"knowledge:{row.id}", _text_of(session, row), row.person_id)
        for row in session.scalars(query)
    ]


def hidden_from(session: Session, actor: Actor, document_ids: Collection[str]) -> frozenset[str]:
    """Those of these documents whose audience the actor does not belong to."""
    query = select(KnowledgeDocument.id, KnowledgeDocument.audience)
    rows = session.execute(query.where(KnowledgeDocument.id.in_(sorted(document_ids))))
    return frozenset(row.id for row in rows if row.audience and not actor.has(*row.audience))


def _text_of(session: Session, row: KnowledgeDocument) -> str:
    """A document's passages, one after another; each sentence begins a line."""
    query = select(KnowledgePassage.text).where(KnowledgePassage.document_id == row.id)
    passages = session.scalars(query.order_by(KnowledgePassage.number))
    return "\n".join(SENTENCE.sub("\n", passage) for passage in passages)
