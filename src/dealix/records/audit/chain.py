"""How records are hashed and chains are walked: the same few lines seal, verify and re-verify."""

import hashlib
from collections.abc import Iterable
from typing import Any

from dealix.errors import InvariantBroken
from dealix.records.audit.schemas import GENESIS, Entry, Finding, FindingKind, Head, Link, Record
from dealix.records.canonical import canonical

FORM = "dealix-audit-1"


def record_digest(record: Record) -> str:
    """SHA-256 over everything that a record says."""
    return hashlib.sha256(canonical({"form": FORM, "record": record.model_dump()})).hexdigest()


def link_hash(link: Link) -> str:
    """SHA-256 over a link without its own hash: the record's digest and the hash before it."""
    said = link.model_dump(exclude={"hash"})
    return hashlib.sha256(canonical({"form": FORM, "link": said})).hexdigest()


def following(head: Head | None, record: Record, sealed_at: str) -> Link:
    """The link that puts `record` behind `head`."""
    open_link = Link(
        tenant_id=record.tenant_id,
        chain=record.chain,
        seq=head.seq + 1 if head else 1,
        record_id=record.id,
        record_digest=record_digest(record),
        prev_hash=head.hash if head else GENESIS,
        hash="",
        sealed_at=sealed_at,
    )
    return open_link.model_copy(update={"hash": link_hash(open_link)})


def storable(value: Any, path: str = "data") -> Any:
    """`value`, if it comes back from JSON exactly as it went in; else `InvariantBroken`.

    Fractions do not, so they are refused: write amounts as text.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [storable(item, path) for item in items]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: storable(item, f"{path}.{key}") for key, item in value.items()}
    raise InvariantBroken("invariant_broken", what=f"audit {path} holds a {type(value).__name__}")


class Walk:
    """Follows one chain link by link and stops at the first that does not fit.

    A slice holds only some links of a chain: it may start anywhere and leave others out, but what
    stands side by side must fit.
    """

    def __init__(
        self, chain: str, *, is_slice: bool = False, known: Head | Iterable[Head] | None = None
    ) -> None:
        """`known`: a head of this chain that was seen before, or several of different days."""
        self.chain = chain
        self.head: Head | None = None
        self.finding: Finding | None = None
        self.records = 0
        self._is_slice = is_slice
        heads = [known] if isinstance(known, Head) else known or ()
        self._known = {head.seq: head.hash for head in heads}

    def follow(self, link: Link, record: Record | None) -> None:
        """Take the next link; nothing is looked at any more once a bad one was seen."""
        if self.finding is not None:
            return
        self.finding = self._order(link) or self._content(link, record) or self._as_known(link)
        self.head = Head(seq=link.seq, hash=link.hash)
        self.records += 1

    def end(self) -> Finding | None:
        """The first finding; a chain shorter than it was known to be is one."""
        reached, last = max(self._known, default=0), self.head.seq if self.head else 0
        if self.finding is None and last < reached:
            return Finding(
                kind="truncated",
                chain=self.chain,
                seq=last + 1,
                detail=f"the chain ends at {last} and reached {reached} before",
            )
        return self.finding

    def _order(self, link: Link) -> Finding | None:
        due = self.head.seq + 1 if self.head else 1
        if self._is_slice and (self.head is None or link.seq > due):
            return None
        if link.seq > due:
            return Finding(
                kind="missing", chain=self.chain, seq=due, detail=f"the seal of place {due} is gone"
            )
        before = self.head.hash if self.head else GENESIS
        if link.seq < due or link.prev_hash != before:
            return self._bad("reordered", link, "it does not follow the record before it")
        return None

    def _content(self, link: Link, record: Record | None) -> Finding | None:
        if link.chain != self.chain or link_hash(link) != link.hash:
            return self._bad("broken_hash", link, "its seal is not what was sealed")
        if record is None:
            return self._bad("missing", link, "the record was sealed and is gone")
        if record.id != link.record_id or record_digest(record) != link.record_digest:
            return self._bad("altered", link, "the record is not what was sealed")
        return None

    def _as_known(self, link: Link) -> Finding | None:
        if self._known.get(link.seq, link.hash) != link.hash:
            return self._bad("altered", link, "the chain up to here is not the one known before")
        return None

    def _bad(self, kind: FindingKind, link: Link, detail: str) -> Finding:
        return Finding(
            kind=kind, chain=self.chain, seq=link.seq, record_id=link.record_id, detail=detail
        )


def walk_slice(chain: str, entries: Iterable[Entry]) -> Walk:
    """Follow the sealed entries of a slice of one chain; those without a link are passed over."""
    walk = Walk(chain, is_slice=True)
    for entry in entries:
        if entry.link is not None:
            walk.follow(entry.link, entry.record)
    return walk
