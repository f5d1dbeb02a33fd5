"""Knowledge for the doors: documents brought in, shared and removed; questions answered."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.knowledge import repository
from dealix.business.knowledge.chunking import Piece, pieces
from dealix.business.knowledge.embedders import Embedder, Embedders, NoVector
from dealix.business.knowledge.extracting import TEXT, Extracted, PageText, clean, extracted
from dealix.business.knowledge.models import KnowledgeDocument, KnowledgePassage
from dealix.business.knowledge.schemas import DocumentView, FoundPassages
from dealix.business.knowledge.tasks import Question, SearchKnowledge
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound
from dealix.i18n.fit import legible
from dealix.lanes.short import timed
from dealix.language.terms import has_words, terms
from dealix.records import audit
from dealix.records.canonical import stamp
from dealix.store.ids import new_id
from dealix.store.locks import lock_named
from dealix.store.objects import Objects
from dealix.store.session import Database, tenant_of
from dealix.trust.privacy import Vault

SEARCH, ADD, KEEP = "knowledge.search", "knowledge.add", "knowledge.keep"
LONGEST_QUESTION = 20_000
MOST_PASSAGES = 6_000
TITLE = 200
AT_ONCE = 3.0
"""Seconds for which a new document's vectors are made while its sender waits; the sweep goes on."""

BATCH, TURN = 16, 10.0
"""Passages that are embedded between two transactions, and seconds of the sweep for one tenant."""


@dataclass(frozen=True)
class Fetched:
    """A document's file in clear."""

    title: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Brought:
    """A document as somebody brings it in; no audience means everybody."""

    content: bytes
    title: str = ""
    audience: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnowledgeService:
    """Documents of every tenant. `permit(actor, right)` raises, `may(actor, right)` answers."""

    database: Database
    vault: Vault
    objects: Objects
    permit: Callable[[Actor, str], None]
    may: Callable[[Actor, str], bool]
    roles: Sequence[str]
    embedders: Embedders = field(default_factory=Embedders)

    def search(self, actor: Actor, text: str, limit: int = 10) -> FoundPassages:
        """The passages that answer a question best, of those that the actor's roles may read.

        Raises:
            InvalidInput: `question_empty`, there is no word in it.
        """
        self.permit(actor, SEARCH)
        head = legible(text[:LONGEST_QUESTION])
        if not has_words(head):
            raise InvalidInput("question_empty")
        return self._found(actor.tenant_id, Question(head, tuple(sorted(actor.roles)), limit))

    def for_everybody(self, tenant_id: str, text: str, limit: int) -> FoundPassages:
        """The same for a step of the company: of the documents that are meant for all in it.

        Whether the step may read, policy said before.

        Raises:
            InvalidInput: `question_empty`, there is no word in it.
        """
        head = legible(text[:LONGEST_QUESTION])
        if not has_words(head):
            raise InvalidInput("question_empty")
        return self._found(tenant_id, Question(head, (), limit))

    def _found(self, tenant_id: str, question: Question) -> FoundPassages:
        with timed("knowledge_retrieval"):
            return SearchKnowledge(self.database, tenant_id, self.embedders).run(question)

    def add(self, actor: Actor, brought: Brought) -> DocumentView:
        """Take in a document; the same content again changes its title and audience only.

        Raises as `extracting.extracted` does, and:
            InvalidInput: `unknown_role`, `document_too_long`.
            Conflict: `document_known`, somebody else brought this content in.
        """
        self.permit(actor, ADD)
        self._assert_roles(brought.audience)
        found = extracted(brought.content)
        cut = pieces(found.pages)
        if len(cut) > MOST_PASSAGES:
            raise InvalidInput("document_too_long")
        with self.database.tenant(actor.tenant_id) as session:
            known = self.keep(session, actor, brought, found, cut)
        self._embed_for_a_while(actor.tenant_id, known)
        return self.document(actor, known)

    def install(self, actor: Actor, title: str, text: str, audience: Sequence[str]) -> None:
        """Keep a text of our own, if it is not there yet; the sweep makes its vectors."""
        brought = Brought(text.encode(), title, tuple(audience))
        found = Extracted(TEXT, (PageText(None, clean(text)),))
        with self.database.tenant(actor.tenant_id) as session:
            if repository.with_content(session, digest_of(brought.content)) is None:
                self.keep(session, actor, brought, found, pieces(found.pages))

    def documents(
        self, actor: Actor, limit: int = 100, before: str | None = None
    ) -> list[DocumentView]:
        """The documents that the actor's roles find, and their own; keepers see all titles."""
        self.permit(actor, SEARCH)
        roles = None if self.may(actor, KEEP) else sorted(actor.roles)
        with self.database.tenant(actor.tenant_id) as session:
            rows = repository.documents(session, roles, actor.user_id, limit, before)
            waiting = repository.waiting(session, [row.id for row in rows])
            return [self._shown(actor, row, waiting.get(row.id, 0)) for row in rows]

    def document(self, actor: Actor, document_id: str) -> DocumentView:
        """One of them."""
        self.permit(actor, SEARCH)
        with self.database.tenant(actor.tenant_id) as session:
            row = self._seen(session, actor, document_id)
            waiting = repository.waiting(session, [row.id])
            return self._shown(actor, row, waiting.get(row.id, 0))

    def file(self, actor: Actor, document_id: str) -> Fetched:
        """A document's file, for who may read it."""
        self.permit(actor, SEARCH)
        with self.database.tenant(actor.tenant_id) as session:
            row = self._seen(session, actor, document_id)
            if not _reads(actor, row):
                raise NotEntitled("not_entitled")
            content = self.vault.open(session, row.person_id, self.objects.get(row.object_sha256))
        if content is None:
            raise NotFound("not_found")
        return Fetched(row.title, row.media_type, content)

    def share(self, actor: Actor, document_id: str, audience: Sequence[str]) -> DocumentView:
        """Let other roles find a document.

        Raises:
            InvalidInput: `unknown_role`.
            NotEntitled: it is somebody else's.
        """
        self._assert_roles(audience)
        with self.database.tenant(actor.tenant_id) as session:
            row = self._changed(session, actor, document_id)
            self._share(session, actor, row, audience)
        return self.document(actor, document_id)

    def remove(self, actor: Actor, document_id: str) -> None:
        """Delete a document with its passages and vectors; its file never opens again.

        Raises:
            NotEntitled: it is somebody else's.
        """
        with self.database.tenant(actor.tenant_id) as session:
            row = self._changed(session, actor, document_id)
            data = {"sha256": row.sha256, "passages": row.passages, "audience": row.audience}
            repository.remove(session, row.id)
            audit.append(session, actor.user_id, "knowledge.removed", row.id, data)
            self.vault.erase(session, actor, row.person_id, {"document": row.id})

    def forget(self, session: Session, person_id: str) -> dict[str, Any]:
        """Delete the document that is sealed under this key, for whoever destroys it."""
        known = repository.of_person(session, person_id)
        if known is None:
            return {}
        repository.remove(session, known.id)
        return {"document": known.id}

    def sweep(self) -> int:
        """Make vectors for passages that have none of the present model; answers how many."""
        with self.database.nobody() as session:
            tenants = {
                tenant
                for name in self.embedders.names
                for tenant in repository.unembedded_tenants(session, name)
            }
        return sum(self._embed_on(tenant) for tenant in sorted(tenants))

    def _embed_on(self, tenant_id: str) -> int:
        """Embed what a tenant has, for some seconds: then the next tenant has its turn."""
        embedder, made, end = (
            self.embedders.of(self.database, tenant_id),
            0,
            time.monotonic() + TURN,
        )
        while time.monotonic() < end:
            done = self._embed(tenant_id, embedder, TURN)
            made += done
            if done < BATCH:
                break
        return made

    def _embed_for_a_while(self, tenant_id: str, document_id: str) -> None:
        embedder, end = self.embedders.of(self.database, tenant_id), time.monotonic() + AT_ONCE
        while (left := end - time.monotonic()) > 0:
            if not self._embed(tenant_id, embedder, left, document_id, most=4):
                return

    def _embed(
        self,
        tenant_id: str,
        embedder: Embedder,
        seconds: float,
        document_id: str | None = None,
        most: int = BATCH,
    ) -> int:
        """Embed some passages with no transaction open; answers how many."""
        name = embedder.name
        if name is None:
            return 0
        with self.database.tenant(tenant_id) as session:
            rows = repository.unembedded(session, name, most, document_id)
        try:
            made = embedder.passages([text for _, text in rows], seconds) if rows else []
        except NoVector:
            return 0
        vectors = [(row[0], one) for row, one in zip(rows, made, strict=True) if one is not None]
        if vectors:
            with self.database.tenant(tenant_id) as session:
                for place, vector in vectors:
                    repository.keep_vector(session, place, name, vector)
        return len(vectors)

    def keep(
        self, session: Session, actor: Actor, brought: Brought, found: Extracted, cut: list[Piece]
    ) -> str:
        """Store a document that has been read and cut, with its file sealed. Answers its ID."""
        sha256 = digest_of(brought.content)
        lock_named(session, "knowledge", sha256)
        known = repository.with_content(session, sha256)
        title = _title(brought.title) or _title(found.pages[0].text.partition("\n")[0])
        if known is not None:
            if not self._changes(actor, known):
                raise Conflict("document_known")
            known.title = title
            self._share(session, actor, known, brought.audience)
            return known.id
        person_id = new_id("person")
        self.vault.add(session, person_id, {"knowledge": sha256})
        row = KnowledgeDocument(
            tenant_id=tenant_of(session),
            id=new_id("kdoc"),
            title=title or sha256[:12],
            media_type=found.media_type,
            sha256=sha256,
            size=len(brought.content),
            pages=found.pages[-1].number,
            passages=len(cut),
            audience=sorted(set(brought.audience)),
            person_id=person_id,
            object_sha256=self.objects.put(self.vault.seal(session, person_id, brought.content)),
            added_by=actor.user_id,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        session.add_all(_passage(row, number, piece) for number, piece in enumerate(cut, 1))
        data = {"sha256": sha256, "passages": row.passages, "audience": row.audience}
        audit.append(session, actor.user_id, "knowledge.added", row.id, data)
        return row.id

    def _share(
        self, session: Session, actor: Actor, row: KnowledgeDocument, audience: Sequence[str]
    ) -> None:
        after = sorted(set(audience))
        if after == row.audience:
            return
        data = {"before": row.audience, "after": after}
        row.audience = after
        repository.set_audience(session, row.id, after)
        audit.append(session, actor.user_id, "knowledge.shared", row.id, data)

    def _seen(self, session: Session, actor: Actor, document_id: str) -> KnowledgeDocument:
        """A document whose title the actor may see; another is not told from one that is not."""
        row = repository.document(session, document_id)
        if row is None or not (_reads(actor, row) or self._changes(actor, row)):
            raise NotFound("not_found")
        return row

    def _changed(self, session: Session, actor: Actor, document_id: str) -> KnowledgeDocument:
        row = self._seen(session, actor, document_id)
        if not self._changes(actor, row):
            raise NotEntitled("not_entitled")
        return row

    def _changes(self, actor: Actor, row: KnowledgeDocument) -> bool:
        own = row.added_by == actor.user_id and self.may(actor, ADD)
        return own or self.may(actor, KEEP)

    def _assert_roles(self, audience: Sequence[str]) -> None:
        unknown = next((role for role in audience if role not in self.roles), None)
        if unknown is not None:
            raise InvalidInput("unknown_role", role=legible(unknown)[:40])

    def _shown(self, actor: Actor, row: KnowledgeDocument, waiting: int) -> DocumentView:
        return DocumentView.model_validate(
            {
                "id": row.id,
                "title": row.title,
                "media_type": row.media_type,
                "sha256": row.sha256,
                "size": row.size,
                "pages": row.pages,
                "passages": row.passages,
                "waiting": waiting,
                "audience": row.audience,
                "added_by": row.added_by,
                "created_at": stamp(row.created_at),
                "readable": _reads(actor, row),
                "changeable": self._changes(actor, row),
            }
        )


def digest_of(content: bytes) -> str:
    """The SHA-256 by which the same file is known."""
    return hashlib.sha256(content).hexdigest()


def _reads(actor: Actor, row: KnowledgeDocument) -> bool:
    return not row.audience or actor.has(*row.audience)


def _title(given: str) -> str:
    return " ".join(legible(given).split())[:TITLE]


def _passage(row: KnowledgeDocument, number: int, piece: Piece) -> KnowledgePassage:
    return KnowledgePassage(
        tenant_id=row.tenant_id,
        document_id=row.id,
        number=number,
        page=piece.page,
        starts=piece.starts,
        ends=piece.ends,
        text=piece.text,
        terms=" ".join(terms(piece.text)),
        audience=row.audience,
    )
