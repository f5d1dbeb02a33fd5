"""The short task of knowledge, part by part: embed the question, search, rank."""

import time
from dataclasses import dataclass

from sqlalchemy import RowMapping

from dealix import clock
from dealix.business.knowledge import ranking, repository
from dealix.business.knowledge.embedders import Embedders, NoVector
from dealix.business.knowledge.repository import Asked
from dealix.business.knowledge.schemas import FoundPassages, Passage, Source
from dealix.lanes.provenance import FallBack, Provenance
from dealix.lanes.short import part, task
from dealix.language.terms import places, telling
from dealix.records.canonical import digest
from dealix.store.session import Database

NEAR, WORDED, JUDGED = 50, 50, 50
"""How many passages each way finds, and how many of them the letters are compared of."""

WORDS = 32
"""Words of a question that are looked for."""

RULES_VERSION = "knowledge-ranking-1"


@dataclass(frozen=True)
class Question:
    """A question, and the roles of whoever asks it."""

    text: str
    roles: tuple[str, ...]
    limit: int = 10


@task(name="knowledge_retrieval")
class SearchKnowledge:
    """Passages of the company's documents that answer a question, of those that one may read."""

    def __init__(self, database: Database, tenant_id: str, embedders: Embedders) -> None:
        self.database = database
        self.tenant_id = tenant_id
        self.embedders = embedders

    def run(self, question: Question) -> FoundPassages:
        """Embed, search, rank."""
        began = time.perf_counter()
        asked = self.embed(question)
        rows = self.search(asked)
        return self.rank(question, asked, rows, began)

    @part("embed", method="upsert", system="embeddings")
    def embed(self, question: Question) -> Asked:
        """The question's words and its vector, by whoever embeds for the company."""
        words = tuple(telling(question.text, WORDS))
        embedder = self.embedders.of(self.database, self.tenant_id)
        try:
            vector = embedder.question(question.text)
        except NoVector as none:
            back = FallBack(chosen="model", because=none.because)
            return Asked(words, question.roles, fall_back=back)
        model = None if vector is None else embedder.name
        return Asked(words, question.roles, model, vector, embedder.fall_back)

    @part("search", method="upsert")
    def search(self, asked: Asked) -> list[RowMapping]:
        """What lies nearest and what shares most words, of what these roles may read."""
        with self.database.tenant(self.tenant_id) as session:
            near = repository.nearest(session, asked, NEAR)
            worded = repository.worded(session, asked, WORDED)
            chosen = list(dict.fromkeys(_in_turn(near, worded)))[:JUDGED]
            return repository.judged(session, asked, chosen) if chosen else []

    @part("rank", method="upsert")
    def rank(
        self, question: Question, asked: Asked, rows: list[RowMapping], began: float
    ) -> FoundPassages:
        """The best of them, with their sources and the places of the question's words."""
        wanted = frozenset(asked.words)
        best = [
            _shown(one, wanted) for one in ranking.ranked(question.text, rows)[: question.limit]
        ]
        return FoundPassages(
            passages=best,
            ms=round((time.perf_counter() - began) * 1000, 2),
            provenance=Provenance(
                generated_at=clock.real_now(),
                method="rules" if asked.vector is None else "model",
                model=asked.model,
                rules_version=RULES_VERSION,
                inputs_hash=digest(question.text.encode("utf-8", "replace").decode()),
                sources=sorted({one.source.id for one in best}),
                not_configured=["embeddings"] if _nothing_embeds(asked) else [],
                fall_back=asked.fall_back,
            ),
        )


def _nothing_embeds(asked: Asked) -> bool:
    """Whether there is nobody to make a vector, rather than one who made none."""
    told = asked.fall_back
    return asked.vector is None and (told is None or told.because == "not_permitted")


def _in_turn(one: list[repository.Place], other: list[repository.Place]) -> list[repository.Place]:
    """Both lists as one, a passage of each in turn."""
    longest = max(len(one), len(other))
    return [each for n in range(longest) for each in (*one[n : n + 1], *other[n : n + 1])]


def _shown(one: ranking.Ranked, wanted: frozenset[str]) -> Passage:
    row = one.row
    return Passage(
        id=f"{row['document_id']}:{row['number']}",
        source=Source(id=row["document_id"], title=row["title"], media_type=row["media_type"]),
        page=row["page"],
        starts=row["starts"],
        ends=row["ends"],
        text=row["text"],
        highlights=places(row["text"], wanted),
        score=round(one.score, 4),
        near=None if row["near"] is None else round(row["near"], 4),
        worded=round(row["worded"], 4),
        letters=round(one.letters, 4),
    )
