"""Tables of knowledge: documents with who may find them, and their passages with vectors."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Computed
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from dealix.language.embedding import DIMENSIONS
from dealix.store.base import Base, Tenanted


class VectorType(UserDefinedType[Any]):
    """pgvector's `vector`, given and taken as lists of numbers."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """See SQLAlchemy."""
        return f"vector({DIMENSIONS})"

    def bind_processor(self, dialect: Any) -> Callable[[Any], Any]:  # noqa: ARG002 (SQLAlchemy's own signature)
        """See SQLAlchemy."""
        return lambda value: None if value is None else str([round(float(x), 6) for x in value])


class KnowledgeDocument(Tenanted, Base):
    """A document; its file lies sealed among the objects, under a key that dies with it.

    `audience` are the roles that may find it; none means everybody in the company.
    """

    __tablename__ = "knowledge_documents"
    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    media_type: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    pages: Mapped[int | None]
    passages: Mapped[int]
    audience: Mapped[list[str]]
    person_id: Mapped[str]
    object_sha256: Mapped[str]
    added_by: Mapped[str]
    created_at: Mapped[datetime]


class KnowledgePassage(Tenanted, Base):
    """A passage with its words as they are compared, and the vector of the model that is named."""

    __tablename__ = "knowledge_passages"
    document_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    page: Mapped[int | None]
    starts: Mapped[int]
    ends: Mapped[int]
    text: Mapped[str]
    terms: Mapped[str]
    audience: Mapped[list[str]]
    model: Mapped[str | None]
    embedding: Mapped[Any] = mapped_column(VectorType(), nullable=True)
    words: Mapped[Any] = mapped_column(
        TSVECTOR, Computed("to_tsvector('simple', terms)", persisted=True)
    )
