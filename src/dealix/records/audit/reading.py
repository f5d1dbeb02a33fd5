"""Read the audit: the newest for people, a run's slice for its evidence, an export for anyone."""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.errors import InvalidInput
from dealix.records.audit.chain import FORM, Walk
from dealix.records.audit.models import AuditRecord, AuditSeal
from dealix.records.audit.rows import OF_RECORD, RECORD, SEAL, UNSEALED, entry_of, of_run, record_of
from dealix.records.audit.schemas import Entry, Finding, Verification, moment
from dealix.records.audit.verifying import Known
from dealix.records.audit.writing import MAIN
from dealix.records.canonical import canonical
from dealix.store.paging import newest_first
from dealix.store.session import tenant_of

FETCH = 2000


def newest(
    session: Session,
    *,
    run_id: str | None = None,
    chain: str | None = None,
    limit: int = 100,
    before: str | None = None,
) -> list[Entry]:
    """The newest records first, each with its seal if it has one; of one run or chain if named.

    `before` a record goes on where a list ended.
    """
    query = select(*SEAL, *RECORD).join_from(AuditRecord, AuditSeal, OF_RECORD, isouter=True)
    query = newest_first(query, AuditRecord.id, before, AuditRecord.place)
    if run_id is not None:
        query = query.where(of_run(run_id))
    if chain is not None:
        query = query.where(AuditRecord.chain == chain)
    return [entry_of(row) for row in session.execute(query.limit(limit))]


def latest(
    session: Session, action: str, subject: str, *, effect_key: str
) -> dict[str, Any] | None:
    """What the newest record of a deed on a subject says of one effect, if there is one."""
    query = select(AuditRecord.data).where(
        AuditRecord.subject == subject,
        AuditRecord.action == action,
        AuditRecord.data["effect_key"].astext == effect_key,
    )
    return session.execute(query.order_by(AuditRecord.place.desc()).limit(1)).scalar_one_or_none()


def said_of(session: Session, action: str, subject: str) -> dict[str, Any] | None:
    """What the first record of a deed on a subject says, if there is one."""
    query = select(AuditRecord.data).where(
        AuditRecord.subject == subject, AuditRecord.action == action
    )
    return session.execute(query.order_by(AuditRecord.place).limit(1)).scalar_one_or_none()


def last_doer(session: Session, subject: str, actions: Collection[str]) -> str | None:
    """Who did the newest of these deeds on a subject; None when nobody did any."""
    query = (
        select(AuditRecord.actor_id)
        .where(AuditRecord.subject == subject, AuditRecord.action.in_(actions))
        .order_by(AuditRecord.place.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def slice_of_run(session: Session, run_id: str, chain: str = MAIN) -> list[Entry]:
    """A run's records with their seals, in the order of the chain; the unsealed ones come last."""
    query = select(*SEAL, *RECORD).join_from(AuditRecord, AuditSeal, OF_RECORD, isouter=True)
    query = query.where(AuditRecord.chain == chain, of_run(run_id))
    rows = session.execute(query.order_by(AuditSeal.seq.nulls_last(), AuditRecord.place))
    return [entry_of(row) for row in rows]


def slice_of_time(
    session: Session, begin: datetime, end: datetime, limit: int, chain: str = MAIN
) -> list[Entry]:
    """The records received in a time with their seals, in the order of the chain; at most `limit`.

    The unsealed ones come last.
    """
    query = select(*SEAL, *RECORD).join_from(AuditRecord, AuditSeal, OF_RECORD, isouter=True)
    during = (AuditRecord.recorded_at >= begin, AuditRecord.recorded_at < end)
    query = query.where(AuditRecord.chain == chain, *during).limit(limit)
    rows = session.execute(query.order_by(AuditSeal.seq.nulls_last(), AuditRecord.place))
    return [entry_of(row) for row in rows]


def export(session: Session) -> Iterator[bytes]:
    """Every chain of the tenant as lines of JSON that `verify_file` checks without a database.

    The first line says what this is, the last one how many entries there are, so that a file which
    was cut does not verify.
    """
    count = 0
    head = {"form": FORM, "tenant_id": tenant_of(session), "at": moment(clock.real_now())}
    yield _line(head)
    sealed = select(*SEAL, *RECORD).join_from(AuditSeal, AuditRecord, OF_RECORD, isouter=True)
    sealed = sealed.order_by(AuditSeal.chain, AuditSeal.seq)
    for row in session.execute(sealed.execution_options(yield_per=FETCH)):
        count += 1
        yield _line(entry_of(row).model_dump())
    waiting = select(*RECORD).where(UNSEALED).order_by(AuditRecord.chain, AuditRecord.place)
    for row in session.execute(waiting):
        count += 1
        yield _line({"record": record_of(row).model_dump(), "link": None})
    yield _line({"entries": count})


def verify_file(path: Path, known: Known | None = None) -> Verification:
    """Check an export without a database; a file that is none is `InvalidInput`.

    `known` are heads seen before, as for `verify`.
    """
    with path.open("rb") as file:
        lines = _numbered(file)
        _, head = next(lines, (0, {}))
        if not isinstance(head, dict) or head.get("form") != FORM:
            raise InvalidInput("audit_file_unreadable", line=1)
        return _verify_lines(lines, known or {})


def tenant_of_file(path: Path) -> str:
    """Whose audit an export holds; a file that is none is `InvalidInput`."""
    with path.open("rb") as file:
        _, head = next(_numbered(file), (0, {}))
    if not isinstance(head, dict) or head.get("form") != FORM:
        raise InvalidInput("audit_file_unreadable", line=1)
    return str(head.get("tenant_id"))


def _verify_lines(lines: Iterator[tuple[int, Any]], known: Known) -> Verification:
    walks = {name: Walk(name, known=heads) for name, heads in known.items()}
    unsealed, entries, stated = 0, 0, None
    for number, value in lines:
        if isinstance(value, dict) and "entries" in value:
            stated = value["entries"]
            continue
        entry = _entry(number, value)
        entries += 1
        if entry.link is None:
            unsealed += 1
        else:
            name = entry.link.chain
            walks.setdefault(name, Walk(name)).follow(entry.link, entry.record)
    findings = [found for walk in walks.values() if (found := walk.end()) is not None]
    if stated != entries:
        said = "its last line" if stated is None else f"{stated} entries"
        findings.append(
            Finding(kind="truncated", chain="file", detail=f"holds {entries} entries, lacks {said}")
        )
    return Verification(
        records=sum(walk.records for walk in walks.values()),
        unsealed=unsealed,
        heads={name: walk.head for name, walk in walks.items() if walk.head is not None},
        findings=findings,
    )


def entries_of(lines: Iterable[bytes]) -> list[Entry]:
    """Entries written one a line of JSON, as a pack holds a slice."""
    return [_entry(number, value) for number, value in _numbered(lines)]


def lines_of(entries: Iterable[Entry]) -> bytes:
    """Entries as one line of JSON each."""
    return b"".join(_line(entry.model_dump()) for entry in entries)


def _entry(number: int, value: Any) -> Entry:
    try:
        return Entry.model_validate(value)
    except ValidationError:
        raise InvalidInput("audit_file_unreadable", line=number) from None


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, start=1):
        try:
            yield number, json.loads(line)
        except ValueError:
            raise InvalidInput("audit_file_unreadable", line=number) from None


def _line(value: Any) -> bytes:
    return canonical(value) + b"\n"
