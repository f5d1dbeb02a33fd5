"""A large knowledge to measure on: passages out of sentences of our own, with vectors like theirs.

Embedding twenty thousand passages takes half an hour, and what is measured is the search. So some
sentences are embedded, and each passage gets the vector of its first one, moved a little at random:
as many vectors as passages, spread as real ones are.
"""

import random
from collections.abc import Iterator, Sequence

import numpy as np
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.knowledge.embedders import Embedders
from dealix.business.knowledge.models import KnowledgeDocument, KnowledgePassage
from dealix.language.embedding import DIMENSIONS, Vector
from dealix.language.terms import terms
from dealix.store.session import Database

PASSAGES_EACH, SENTENCES_EACH, EMBEDDED = 50, 4, 200
BATCH, SECONDS = 16, 10.0
APART = 0.03
"""How far each number of a vector is moved: a length of 0.6 in all, about as passages differ."""


def fill(
    database: Database, tenant_id: str, embedders: Embedders, sentences: Sequence[str], many: int
) -> None:
    """Put `many` passages into an empty tenant, by whoever embeds for it; raises `NoVector`."""
    chance = random.Random(7)
    numbers = np.random.default_rng(7)
    embedder = embedders.of(database, tenant_id)
    chosen = sentences[:EMBEDDED]
    groups = [chosen[at : at + BATCH] for at in range(0, len(chosen), BATCH)]
    made = [one for group in groups for one in embedder.passages(group, SECONDS)]
    known = list(zip(chosen, made, strict=True))
    rows = _passages(chance, numbers, known, sentences)
    for begin in range(0, many, PASSAGES_EACH):
        with database.lazily(tenant_id) as session:
            some = [next(rows) for _ in range(PASSAGES_EACH)]
            _keep(session, tenant_id, embedder.name, begin, some)


def _passages(
    chance: random.Random,
    numbers: np.random.Generator,
    known: Sequence[tuple[str, Vector | None]],
    sentences: Sequence[str],
) -> Iterator[tuple[str, Vector | None]]:
    while True:
        first, vector = chance.choice(known)
        if vector is not None:
            moved = vector + numbers.normal(0, APART, DIMENSIONS)
            vector = np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)
        rest = chance.choices(sentences, k=SENTENCES_EACH - 1)
        yield " ".join([first, *rest]), vector


def _keep(
    session: Session,
    tenant_id: str,
    name: str | None,
    begin: int,
    rows: list[tuple[str, Vector | None]],
) -> None:
    document_id = f"kdoc_bench{begin:08}"
    session.add(
        KnowledgeDocument(
            tenant_id=tenant_id,
            id=document_id,
            title=document_id,
            media_type="text/plain",
            sha256=f"{begin:064x}",
            size=0,
            pages=None,
            passages=len(rows),
            audience=[],
            person_id="person_bench",
            object_sha256=f"{begin:064x}",
            added_by="system",
            created_at=clock.real_now(),
        )
    )
    session.flush()
    session.execute(
        insert(KnowledgePassage).inline(),
        [
            {
                "tenant_id": tenant_id,
                "document_id": document_id,
                "number": number,
                "page": None,
                "starts": 0,
                "ends": len(said),
                "text": said,
                "terms": " ".join(terms(said)),
                "audience": [],
                "model": None if vector is None else name,
                "embedding": vector,
            }
            for number, (said, vector) in enumerate(rows, 1)
        ],
    )


def counted(database: Database, tenant_id: str) -> int:
    """How many passages a tenant has."""
    with database.tenant(tenant_id) as session:
        found: int = session.execute(text("SELECT count(*) FROM knowledge_passages")).scalar_one()
        return found
