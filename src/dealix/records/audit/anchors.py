"""Anchors: the heads of a tenant's chains in a second owner's hands, against whom none can rewrite.

A chain proves itself only against whoever cannot compute it anew. Whoever rules the database can;
they cannot change what has left. An anchor is one line of JSON, in a file or in a mail.
"""

import email
import email.policy
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.errors import InvalidInput
from dealix.records.audit.models import AuditAnchor, AuditSeal
from dealix.records.audit.schemas import Head, moment
from dealix.records.audit.writing import append
from dealix.records.canonical import canonical, digest
from dealix.store.session import tenant_of

FORM: Literal["dealix-anchor-1"] = "dealix-anchor-1"
LEASE = timedelta(minutes=5)
"""How long a begun anchor belongs to the process that began it."""
MOST = 400
"""Heads of one chain that a verification looks at, the newest ones."""


class Anchor(BaseModel):
    """The heads of one tenant's chains on one day; hashes and places, nothing personal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Literal["dealix-anchor-1"] = FORM
    tenant_id: str
    day: str
    at: str
    heads: dict[str, Head]


def anchor_of(session: Session, day: str, at: datetime) -> Anchor | None:
    """The heads that no earlier anchor holds; None when nothing was sealed since."""
    newest = select(AuditSeal.chain, AuditSeal.seq, AuditSeal.hash).ext(
        distinct_on(AuditSeal.chain)
    )
    rows = session.execute(newest.order_by(AuditSeal.chain, AuditSeal.seq.desc())).all()
    known = _anchored(session)
    heads = {
        row.chain: Head(seq=row.seq, hash=row.hash)
        for row in rows
        if known.get(row.chain, 0) < row.seq
    }
    if not heads:
        return None
    return Anchor(tenant_id=tenant_of(session), day=day, at=moment(at), heads=heads)


def begin(session: Session, day: str, target: str) -> tuple[Anchor, bool] | None:
    """Commit to today's anchor before it leaves; says whether somebody had begun it before.

    None when there is nothing to do: it has left, another process is at it, nothing is new.
    """
    now = clock.real_now()
    row = session.get(AuditAnchor, (tenant_of(session), day), with_for_update=True)
    if row is not None:
        if row.status != "started" or row.begun_at > now - LEASE:
            return None
        row_heads = {chain: Head.model_validate(head) for chain, head in row.heads.items()}
        at = moment(row.begun_at)
        return Anchor(tenant_id=row.tenant_id, day=day, at=at, heads=row_heads), True
    anchor = anchor_of(session, day, now)
    if anchor is None:
        return None
    values = {"status": "started", "heads": anchor.model_dump()["heads"], "target": target}
    key = {"tenant_id": anchor.tenant_id, "day": day, "begun_at": now}
    began = insert(AuditAnchor).values({**key, **values}).on_conflict_do_nothing()
    mine = session.execute(began.returning(AuditAnchor.day)).scalar_one_or_none()
    return None if mine is None else (anchor, False)


def left(session: Session, anchor: Anchor, reference: str) -> None:
    """The anchor is with its second owner, who answered `reference`."""
    row = session.get_one(AuditAnchor, (anchor.tenant_id, anchor.day))
    row.status, row.done_at, row.reference = "done", clock.real_now(), reference
    data = {"day": anchor.day, "heads": hash_of(anchor), "to": row.target}
    append(session, "system", "audit.anchored", f"anchor:{anchor.day}", data)


def not_left(session: Session, anchor: Anchor, *, sure: bool) -> None:
    """It did not leave and will be tried again; or nobody knows, and it will not."""
    row = session.get_one(AuditAnchor, (anchor.tenant_id, anchor.day))
    if sure:
        session.delete(row)
    else:
        row.status = "in_doubt"


def hash_of(anchor: Anchor) -> str:
    """The hash of the heads, by which policy and audit know them."""
    return digest(anchor.model_dump()["heads"])


def line_of(anchor: Anchor) -> bytes:
    """An anchor as it leaves: one line of JSON."""
    return canonical(anchor.model_dump()) + b"\n"


def read_anchors(path: Path, tenant_id: str) -> dict[str, list[Head]]:
    """The heads of a tenant that a file of anchors holds, by chain, or a saved mail does.

    Raises:
        InvalidInput: `anchor_unreadable`, there is no anchor of this tenant in it.
    """
    found: dict[str, list[Head]] = {}
    for anchor in anchors_in(_lines(path.read_bytes())):
        if anchor.tenant_id == tenant_id:
            for chain, head in anchor.heads.items():
                found.setdefault(chain, []).append(head)
    if not found:
        raise InvalidInput("anchor_unreadable")
    return {
        chain: sorted(heads, key=lambda head: head.seq)[-MOST:] for chain, heads in found.items()
    }


def anchors_in(lines: Iterable[str]) -> Iterator[Anchor]:
    """The anchors among lines of text; what is none is passed over."""
    for line in lines:
        if FORM not in line:
            continue
        try:
            yield Anchor.model_validate(json.loads(line))
        except (ValueError, ValidationError):
            continue


def _anchored(session: Session) -> Mapping[str, int]:
    """How far each chain has left already."""
    found: dict[str, int] = {}
    rows = session.execute(select(AuditAnchor.heads).where(AuditAnchor.status == "done"))
    for heads in rows.scalars():
        for chain, head in heads.items():
            found[chain] = max(found.get(chain, 0), int(head["seq"]))
    return found


def _lines(content: bytes) -> list[str]:
    """The lines of a file, or of the text of a mail that was saved whole."""
    text = content.decode(errors="replace")
    if FORM not in text:
        mail = email.message_from_bytes(content, policy=email.policy.default)
        body = mail.get_body(("plain",))
        text = body.get_content() if body is not None else ""
    return text.splitlines()
