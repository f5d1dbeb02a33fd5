"""Queries of knowledge: documents, passages without vectors, and the ways to find a passage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, delete, or_, select, text, update
from sqlalchemy.orm import Session

from dealix.business.knowledge.models import KnowledgeDocument, KnowledgePassage
from dealix.lanes.provenance import FallBack
from dealix.language.embedding import Vector

Place = tuple[str, int]
"""A document's ID and the number of one of its passages."""

SEARCHING = text(
    "SELECT set_config('hnsw.iterative_scan', 'strict_order', true), "
    "set_config('hnsw.ef_search', '100', true)"
)
BY_MEANING = text(
    "SELECT document_id, number FROM knowledge_passages "
    "WHERE model = :model AND (audience = '{}' OR audience && CAST(:roles AS varchar[])) "
    "ORDER BY embedding <=> CAST(:vector AS vector) LIMIT :most"
)
BY_WORD = text(
    "SELECT document_id, number FROM knowledge_by_word(:asked, CAST(:roles AS text[]), :most)"
)
JUDGED = text(
    "SELECT p.document_id, p.number, p.page, p.starts, p.ends, p.text, d.title, d.media_type, "
    "  CASE WHEN p.model = :model THEN 1 - (p.embedding <=> CAST(:vector AS vector)) END AS near, "
    "  ts_rank(p.words, CAST(:asked AS tsquery), 1) AS worded, "
    "  similarity(:spelled, p.terms) AS alike, cardinality(show_trgm(p.terms)) AS trigrams, "
    "  cardinality(show_trgm(:spelled)) AS asked_trigrams "
    "FROM knowledge_passages p JOIN knowledge_documents d "
    "  ON d.tenant_id = p.tenant_id AND d.id = p.document_id "
    "JOIN unnest(CAST(:documents AS varchar[]), CAST(:numbers AS integer[])) AS c (document, one) "
    "  ON p.document_id = c.document AND p.number = c.one "
    "WHERE p.audience = '{}' OR p.audience && CAST(:roles AS varchar[])"
)


@dataclass(frozen=True)
class Asked:
    """A question as the database is asked it; `vector` is None where nothing embeds.

    `fall_back` says why the endpoint of the setting made no vector of it.
    """

    words: tuple[str, ...]
    roles: tuple[str, ...]
    model: str | None = None
    vector: Vector | None = None
    fall_back: FallBack | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The values of the queries; a word holds letters and digits only."""
        return {
            "asked": " | ".join(f"'{word}'" for word in self.words),
            "spelled": " ".join(self.words),
            "roles": list(self.roles),
            "model": self.model,
            "vector": None if self.vector is None else written(self.vector),
        }


def written(vector: Vector) -> str:
    """A vector as pgvector reads it."""
    return str([round(float(each), 6) for each in vector])


def nearest(session: Session, asked: Asked, most: int) -> list[Place]:
    """The passages nearest in meaning, of those that these roles may read."""
    if asked.vector is None:
        return []
    session.execute(SEARCHING)
    rows = session.execute(BY_MEANING, {**asked.given, "most": most})
    return [(row.document_id, row.number) for row in rows]


def worded(session: Session, asked: Asked, most: int) -> list[Place]:
    """The passages that share most words with the question, of those that these roles may read."""
    if not asked.words:
        return []
    rows = session.execute(BY_WORD, {**asked.given, "most": most})
    return [(row.document_id, row.number) for row in rows]


def judged(session: Session, asked: Asked, places: Sequence[Place]) -> list[RowMapping]:
    """Passages with all that tells how well each fits: nearness, words, letters."""
    named = {
        "documents": [document for document, _ in places],
        "numbers": [number for _, number in places],
    }
    return list(session.execute(JUDGED, asked.given | named).mappings())


def document(session: Session, document_id: str) -> KnowledgeDocument | None:
    """A document of this tenant."""
    query = select(KnowledgeDocument).where(KnowledgeDocument.id == document_id)
    return session.scalar(query)


def with_content(session: Session, sha256: str) -> KnowledgeDocument | None:
    """The document that has this content."""
    return session.scalar(select(KnowledgeDocument).where(KnowledgeDocument.sha256 == sha256))


def of_person(session: Session, person_id: str) -> KnowledgeDocument | None:
    """The document whose file is sealed under this key."""
    query = select(KnowledgeDocument).where(KnowledgeDocument.person_id == person_id)
    return session.scalar(query)


def documents(
    session: Session, roles: Sequence[str] | None, mine: str, limit: int, before: str | None
) -> list[KnowledgeDocument]:
    """Documents that these roles may find or that this person brought in, newest first.

    `roles` of None stands for all documents; `before` is the last one of the page before.
    """
    query = select(KnowledgeDocument)
    if roles is not None:
        query = query.where(
            or_(
                KnowledgeDocument.audience == [],
                KnowledgeDocument.audience.op("&&")(list(roles)),
                KnowledgeDocument.added_by == mine,
            )
        )
    if before is not None:
        query = query.where(KnowledgeDocument.id < before)
    return list(session.scalars(query.order_by(KnowledgeDocument.id.desc()).limit(limit)))


def waiting(session: Session, document_ids: Sequence[str]) -> Mapping[str, int]:
    """How many passages of each document have no vector yet."""
    query = text(
        "SELECT document_id, count(*) AS many FROM knowledge_passages "
        "WHERE document_id = ANY(:ids) AND model IS NULL GROUP BY document_id"
    )
    rows = session.execute(query, {"ids": list(document_ids)})
    return {row.document_id: row.many for row in rows}


def unembedded(
    session: Session, model: str, limit: int, document_id: str | None = None
) -> list[tuple[Place, str]]:
    """Passages that have no vector of this model, each with its text."""
    passage = KnowledgePassage
    query = select(passage.document_id, passage.number, passage.text).where(
        passage.model.is_distinct_from(model)
    )
    if document_id is not None:
        query = query.where(passage.document_id == document_id)
    rows = session.execute(query.order_by(passage.document_id, passage.number).limit(limit))
    return [((row.document_id, row.number), row.text) for row in rows]


def unembedded_tenants(session: Session, model: str) -> list[str]:
    """The tenants that have such passages; asked by nobody."""
    return list(session.scalars(text("SELECT * FROM lookup_unembedded(:model)"), {"model": model}))


def keep_vector(session: Session, place: Place, model: str, vector: Vector) -> None:
    """Store a passage's vector; a passage that has been removed meanwhile stays removed."""
    passage = KnowledgePassage
    session.execute(
        update(passage)
        .where(passage.document_id == place[0], passage.number == place[1])
        .values(model=model, embedding=vector)
        .execution_options(synchronize_session=False)
    )


def set_audience(session: Session, document_id: str, audience: Sequence[str]) -> None:
    """Let these roles find a document and its passages."""
    passage = KnowledgePassage
    session.execute(
        update(passage)
        .where(passage.document_id == document_id)
        .values(audience=list(audience))
        .execution_options(synchronize_session=False)
    )


def remove(session: Session, document_id: str) -> None:
    """Delete a document; its passages go with it."""
    session.execute(delete(KnowledgeDocument).where(KnowledgeDocument.id == document_id))
