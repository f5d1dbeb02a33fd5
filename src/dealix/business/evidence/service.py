"""Assemble a run's pack once, find it again, and hand it out with what may still be read."""

import base64
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.evidence.models import EvidencePack
from dealix.business.evidence.pack import MANIFEST, REVEALED, Pack, archive, build, readable
from dealix.business.evidence.reading import files_of
from dealix.business.evidence.schemas import (
    Manifest,
    ManifestItem,
    OpenedValue,
    RecordItem,
    Revealed,
)
from dealix.business.evidence.sources import AuditSlice, CommitmentList, EvidenceSource, Item
from dealix.business.evidence.verifying import COMMITMENTS
from dealix.errors import NotFound
from dealix.records import audit
from dealix.records.audit.schemas import moment
from dealix.store.ids import new_id
from dealix.store.objects import Objects
from dealix.store.paging import newest_first
from dealix.store.session import tenant_of
from dealix.trust.privacy import Vault

Reporter = Callable[[Session, Manifest, Mapping[str, bytes]], Iterable[RecordItem]]
"""Makes the papers that people read out of a pack's records; none where only records count."""


@dataclass(frozen=True)
class Evidence:
    """Packs of every tenant; each call works inside the session's tenant."""

    vault: Vault
    objects: Objects
    reports: Reporter | None = None

    def assemble(
        self,
        session: Session,
        actor_id: str,
        run_id: str,
        sources: Sequence[EvidenceSource],
        *,
        kind: str = "deal_closure",
        chain: str = audit.MAIN,
        key: str | None = None,
    ) -> EvidencePack:
        """Seal a run's pack out of `sources`, its commitments and its slice of the audit.

        The same `key` answers the pack that was made for it before. Call `audit.settle` in front,
        outside the transaction, so that the slice carries its seals; a record without one is
        counted by `verify` as unsealed.
        """
        pack_id = pack_id_of(key)
        known = self._row(session, pack_id)
        if known is not None:
            return known
        head = Manifest(
            pack_id=pack_id,
            tenant_id=tenant_of(session),
            run_id=run_id,
            kind=kind,
            chain=chain,
            assembled_at=moment(clock.now()),
            items=[],
        )
        items = self.gathered(session, run_id, sources, chain)
        return self.keep(session, actor_id, self.sealed(session, head, items))

    def gathered(
        self, session: Session, run_id: str, sources: Sequence[EvidenceSource], chain: str
    ) -> list[Item]:
        """What these sources say of a run, with its commitments and its slice of the audit."""
        every = (*sources, CommitmentList(self.vault), AuditSlice(chain))
        return [one for source in every for one in source.items(session, run_id)]

    def sealed(self, session: Session, head: Manifest, items: Sequence[Item]) -> Pack:
        """The pack of these items, with the papers that people read; the same make the same."""
        pack = build(head, items)
        if self.reports is None:
            return pack
        told = self.reports(session, pack.manifest, files_of(pack.content))
        return build(head, [*items, *told])

    def keep(
        self, session: Session, actor_id: str, pack: Pack, assembled_by: str | None = None
    ) -> EvidencePack:
        """Store a pack by its content, with its row and its audit; harmless when it is stored."""
        manifest = pack.manifest
        known = self._row(session, manifest.pack_id)
        if known is not None:
            return known
        row = EvidencePack(
            tenant_id=manifest.tenant_id,
            id=manifest.pack_id,
            run_id=manifest.run_id,
            assembled_by=assembled_by,
            kind=manifest.kind,
            sha256=self.objects.put(pack.content),
            items=[item.model_dump(exclude_none=True) for item in manifest.items],
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        data = {"run_id": row.run_id, "sha256": row.sha256, "manifest": manifest.sha256}
        data |= {"assembled_by": assembled_by} if assembled_by else {}
        audit.append(session, actor_id, "evidence.assembled", row.id, data, manifest.chain)
        return row

    def find(self, session: Session, pack_id: str) -> EvidencePack:
        """The pack's row; `NotFound` when unknown or another tenant's."""
        row = self._row(session, pack_id)
        if row is None:
            raise NotFound("not_found")
        return row

    def _row(self, session: Session, pack_id: str) -> EvidencePack | None:
        return session.scalar(select(EvidencePack).where(EvidencePack.id == pack_id))

    def of_runs(self, session: Session, run_ids: Collection[str]) -> dict[str, list[str]]:
        """IDs of the packs that are about each of these runs or that it has made, oldest first."""
        columns = (EvidencePack.id, EvidencePack.run_id, EvidencePack.assembled_by)
        about = EvidencePack.run_id.in_(run_ids) | EvidencePack.assembled_by.in_(run_ids)
        query = select(*columns).where(about).order_by(EvidencePack.created_at, EvidencePack.id)
        found: dict[str, list[str]] = {run_id: [] for run_id in run_ids}
        for pack, *runs in session.execute(query):
            for run_id in found.keys() & set(runs):
                found[run_id].append(pack)
        return found

    def newest(
        self, session: Session, kinds: Iterable[str], limit: int, before: str | None
    ) -> list[EvidencePack]:
        """Packs of these kinds, the newest first; `before` a pack goes on where a list ended."""
        places = (EvidencePack.created_at, EvidencePack.id)
        query = newest_first(select(EvidencePack), EvidencePack.id, before, *places)
        query = query.where(EvidencePack.kind.in_(sorted(kinds))).limit(limit)
        return list(session.scalars(query))

    def manifest(self, session: Session, pack_id: str) -> Manifest:
        """What the pack holds, out of its own bytes."""
        files = files_of(self.objects.get(self.find(session, pack_id).sha256))
        return Manifest.model_validate_json(files[MANIFEST])

    def files(self, session: Session, pack_id: str) -> dict[str, bytes]:
        """The files of a sealed pack by path."""
        return files_of(self.objects.get(self.find(session, pack_id).sha256))

    def note_reveal(self, session: Session, actor: Actor, pack_id: str, chain: str) -> None:
        """Record that somebody had a report printed that names people."""
        row = self.find(session, pack_id)
        data = {"run_id": row.run_id, "sha256": row.sha256, "files": 1}
        audit.append(session, actor.user_id, "evidence.revealed", row.id, data, chain)

    def download(
        self, session: Session, actor: Actor, pack_id: str, *, reveal: bool = False
    ) -> bytes:
        """The pack as a ZIP; with `reveal`, joined by the values in clear of who is not erased.

        Revealing is audited; whether this actor may, is the caller's question.
        """
        row = self.find(session, pack_id)
        content = self.objects.get(row.sha256)
        if not reveal:
            return content
        files = files_of(content)
        opened = self._revealed(session, files)
        chain = Manifest.model_validate_json(files[MANIFEST]).chain
        data = {"run_id": row.run_id, "sha256": row.sha256, "files": len(opened)}
        audit.append(session, actor.user_id, "evidence.revealed", row.id, data, chain)
        return archive(files | opened)

    def _revealed(self, session: Session, files: dict[str, bytes]) -> dict[str, bytes]:
        """Values in clear for the commitments that are sealed in the pack, documents as files."""
        manifest = Manifest.model_validate_json(files[MANIFEST])
        documents = {item.commitment: item for item in manifest.items if item.commitment}
        sealed = {entry["id"] for entry in json.loads(files[f"items/{COMMITMENTS}.json"])}
        made = [one for one in self.vault.commitments(session, manifest.run_id) if one.id in sealed]
        clear: dict[str, bytes] = {}
        values = []
        for one in made:
            if one.salt is None or one.value is None:
                continue
            item = documents.get(one.digest)
            file = self._clear(session, item, one.value, files) if item else None
            if item and file is not None:
                clear[_place(item)] = file
            values.append(_value(one.id, one.salt, one.value, item if file is not None else None))
        revealed = Revealed(
            revealed_at=moment(clock.real_now()),
            values=values,
            erased=sorted({one.person_id for one in made if one.value is None}),
        )
        return {REVEALED: readable(revealed.model_dump(exclude_none=True)), **clear}

    def _clear(
        self, session: Session, item: ManifestItem, committed: bytes, files: dict[str, bytes]
    ) -> bytes | None:
        """A document in clear: what was committed to, or what the pack's sealed file opens to."""
        if not item.hashed:
            return committed
        return self.vault.open(session, item.sealed_for or "", files[item.path])


def _place(item: ManifestItem) -> str:
    return f"revealed/{item.name}{item.suffix or ''}"


def pack_id_of(key: str | None) -> str:
    """A pack's ID: of its own, or always the same for the same key."""
    if key is None:
        return new_id("evidence")
    return f"evidence_{hashlib.sha256(key.encode()).hexdigest()[:26]}"


def _value(commitment: str, salt: bytes, value: bytes, item: ManifestItem | None) -> OpenedValue:
    said = OpenedValue(commitment=commitment, salt=salt.hex())
    if item is not None:
        return said.model_copy(update={"file": _place(item), "hashed": item.hashed})
    try:
        return said.model_copy(update={"text": value.decode()})
    except UnicodeDecodeError:
        return said.model_copy(update={"base64": base64.b64encode(value).decode()})
