"""Everything the providers hold, in memory with indexes, and written down before it counts."""

import hashlib
import secrets
from collections import defaultdict
from pathlib import Path
from uuid import UUID

from dealix.sandbox import moments
from dealix.sandbox.journal import Journal
from dealix.sandbox.rows import (
    Answer,
    Attempt,
    CrmObject,
    CrmProperty,
    Delivery,
    Effect,
    Envelope,
    EnvelopeChange,
    Fault,
    FaultChange,
    Inbound,
    RegistryCompany,
    Request,
    Row,
    to_json,
)


class World:
    """The state of all providers. Changes happen in one thread, so each `commit` is atomic.

    With a `seed` the providers give what they hold the same IDs in the same course of calls.
    """

    def __init__(self, home: Path, seed: str | None = None) -> None:
        self.requests: dict[int, Request] = {}
        self.effects: dict[int, Effect] = {}
        self.inbound: dict[int, Inbound] = {}
        self.faults: dict[str, Fault] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.crm: dict[tuple[str, str], CrmObject] = {}
        self.crm_properties: dict[tuple[str, str], CrmProperty] = {}
        self.crm_unique: dict[tuple[str, str, str], str] = {}
        self.companies: dict[tuple[str, str | None], RegistryCompany] = {}
        self.envelopes: dict[str, Envelope] = {}
        self.by_key: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self.by_object: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self.sent_to: defaultdict[str, list[int]] = defaultdict(list)
        self._last = 0
        self._seed = seed
        self._drawn = 0
        self._begun_at = 0
        self.journal = Journal(home / "journal.jsonl")
        for rows in self.journal.load():
            self._begun_at += 1
            for row in rows:
                self._apply(row)

    def next_id(self) -> int:
        """A number that no row had before: rows sort by it as they happened."""
        self._last += 1
        return self._last

    def token(self, kind: str, size: int) -> bytes:
        """So many bytes (32 at most) that nobody had before.

        By seed they follow from what was on record at the start and what was drawn since: what a
        killed sandbox gave out is on record, so the next one gives others.
        """
        if self._seed is None:
            return secrets.token_bytes(size)
        self._drawn += 1
        place = f"{self._seed}\n{self._begun_at}\n{self._drawn}\n{kind}"
        return hashlib.sha256(place.encode()).digest()[:size]

    def reference(self, prefix: str) -> str:
        """An ID nobody had before, with a prefix that says what it names."""
        return f"{prefix}{self.token(prefix, 16).hex()}"

    def uuid(self, kind: str) -> str:
        """An ID nobody had before, as a UUID."""
        return str(UUID(bytes=self.token(kind, 16), version=4))

    def commit(self, *rows: Row) -> None:
        """Write the rows down as one change, then let them count."""
        if rows:
            self.journal.append(rows)
        for row in rows:
            self._apply(row)

    async def durable(self) -> None:
        """Wait until everything committed so far would survive the machine."""
        await self.journal.durable()

    def _apply(self, row: Row) -> None:
        match row:
            case Request():
                self._last = max(self._last, row.id)
                self.requests[row.id] = row
            case Answer():
                request = self.requests[row.request]
                request.status, request.fault = row.status, row.fault or request.fault
            case Effect():
                self._apply_effect(row)
            case Inbound():
                self._last = max(self._last, row.id)
                self.inbound[row.id] = row
            case CrmObject():
                self._apply_object(row)
            case CrmProperty():
                self.crm_properties[(row.object_type, row.name)] = row
            case Envelope():
                self.envelopes[row.id] = row
            case RegistryCompany():
                self.companies[row.number, row.scope] = row
            case EnvelopeChange():
                self._apply_envelope_change(row)
            case _:
                self._apply_trouble(row)

    def _apply_trouble(self, row: Fault | FaultChange | Delivery | Attempt) -> None:
        match row:
            case Fault():
                self.faults[row.id] = row
            case FaultChange():
                if row.left:
                    self.faults[row.fault].count = row.left
                else:
                    self.faults.pop(row.fault, None)
            case Delivery():
                self.deliveries[row.id] = row
            case Attempt():
                delivery = self.deliveries[row.delivery]
                delivery.status, delivery.copies = row.status, row.copies
                delivery.attempts.append(to_json(row))

    def _apply_effect(self, row: Effect) -> None:
        self._last = max(self._last, row.id)
        self.effects[row.id] = row
        self.by_key[(row.provider, row.idempotency_key)].append(row.id)
        if row.key != row.idempotency_key:
            self.by_key[(row.provider, row.key)].append(row.id)
        for address in _recipients(row):
            self.sent_to[address].append(row.id)
        if "object_id" in row.body:
            self.by_object[(row.body["object"], row.body["object_id"])].append(row.id)
        for taken in row.takes_back:
            self.effects[taken].undone = self.effects[taken].undone or row.reference

    def _apply_envelope_change(self, row: EnvelopeChange) -> None:
        envelope = self.envelopes[row.envelope]
        envelope.status, envelope.reason = row.status, row.reason or envelope.reason
        envelope.stamps[row.status] = envelope.stamps.get(row.status, row.at)
        for signer in envelope.signers:
            if signer["recipientId"] == row.signer:
                signer |= {"status": row.signer_status, "at": row.at, "reason": row.reason}

    def _apply_object(self, row: CrmObject) -> None:
        before = self.crm.get((row.type, row.id))
        self.crm[(row.type, row.id)] = row
        for name, value in (before.properties if before else {}).items():
            if self.crm_unique.get((row.type, name, value)) == row.id:
                del self.crm_unique[(row.type, name, value)]
        for name, value in row.properties.items():
            if value:
                self.crm_unique[(row.type, name, value)] = row.id

    def receive(self, request: Request) -> None:
        """Write a request down as it came in, before anything is done about it."""
        self.commit(request)

    def answered(self, request: int, status: int | None, fault: str | None = None) -> None:
        """Write down how a request ended; None where the connection was dropped."""
        self.commit(Answer(request=request, status=status, fault=fault))

    def close(self) -> None:
        """Release the journal."""
        self.journal.close()


def _recipients(row: Effect) -> list[str]:
    """Who received a message: addresses in lower case, numbers by their digits."""
    if row.provider == "whatsapp":
        return list({row.body["to"], row.body.get("wa_id", row.body["to"])})
    return [address.lower() for address in row.body["to"]] if row.kind == "email" else []


def stamp(claimed: str | None) -> tuple[str, str]:
    """(`at`, `received_at`): the time that a rehearsal claims, if any, and the machine's.

    Raises ValueError when the claimed time cannot be read.
    """
    received = moments.now()
    return (moments.parse(claimed) if claimed else received), received
