"""A request as people see it; personal values are read from the vault at that moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from dealix.records.canonical import stamp
from dealix.trust.approvals import rounds, sla
from dealix.trust.approvals.models import Approval, Decision, Resubmission, SlaStep
from dealix.trust.policy.authority_book import OpenSlot as Seat
from dealix.trust.privacy import Vault

LENGTH = TypeAdapter(timedelta)


def approval(row: Approval, seats: Sequence[Seat], made: Sequence[Decision]) -> dict[str, Any]:
    """One request in the surface's shape, without its packet."""
    return {
        "id": row.id,
        "run": row.run_id,
        "gate": row.gate,
        "round": row.round,
        "category": row.category,
        "priority": row.priority,
        "requested_by": row.requested_by,
        "status": row.status,
        "packet_hash": row.packet_hash,
        "authority_version": row.authority_version,
        "opened_at": _stamp(row.opened_at),
        "deadline": _stamp(row.deadline),
        "closed_at": _stamp(row.closed_at),
        "escalation_level": row.escalation_level,
        "escalated": list(row.escalated),
        "carried": list(row.carried),
        "who_may_decide": [
            {"slot": s.name, "count": s.count, "people": list(s.eligible)} for s in seats
        ],
        "decisions": [
            {
                "id": d.id,
                "slot": d.slot,
                "by": d.user_id,
                "decision": d.decision,
                "comment": d.comment,
                "changes": d.changes or [],
                "via": d.via,
                "packet_hash": d.packet_hash,
                "received_at": _stamp(d.received_at),
                "effective_at": _stamp(d.effective_at),
            }
            for d in made
        ],
    }


def clock(session: Session, row: Approval) -> dict[str, Any]:
    """When its SLA steps are due, which were taken, and what the requester answered."""
    return clocks(session, [row])[row.id]


def clocks(session: Session, rows: Sequence[Approval]) -> dict[str, dict[str, Any]]:
    """The same of several requests, by request."""
    running = sla.clocks(session, rows)
    taken = sla.steps_of(session, [row.run_id for row in rows])
    answered = rounds.resubmissions(session, [row.id for row in rows])
    return {
        row.id: {
            "sla": _due(running[row.id], [one for one in taken if one.approval_id == row.id]),
            "resubmission": _answer(answered.get(row.id)),
        }
        for row in rows
    }


def _due(running: sla.Clock, taken: list[SlaStep]) -> dict[str, Any]:
    due = running.times()
    return {
        "reminder_at": _stamp(due.reminder_at),
        "breach_at": _stamp(due.breach_at),
        "level3_at": _stamp(due.level3_at),
        "left": length(running.left()),
        "steps": [
            {
                "level": one.level,
                "due_at": _stamp(one.due_at),
                "at": _stamp(one.at),
                "reached": list(one.reached),
            }
            for one in taken
        ],
    }


def _answer(back: Resubmission | None) -> dict[str, Any] | None:
    if back is None:
        return None
    return {"by": back.user_id, "comment": back.comment, "at": _stamp(back.at)}


def length(of_time: timedelta) -> str:
    """A length of time as the surface writes it; a negative one begins with a minus."""
    return str(LENGTH.dump_python(of_time, mode="json"))


def packet(session: Session, row: Approval, vault: Vault) -> dict[str, Any]:
    """The packet with its personal values in clear beside their commitments, unless erased."""
    shown = dict(row.packet)
    person = shown.get("person_id")
    shown["revealed"] = vault.reveal(session, person) if person else {}
    shown["erased"] = bool(person) and vault.is_erased(session, str(person))
    shown["named"] = _named(session, vault, row.packet.get("persons") or {})
    shown["draft"] = _draft(session, row, vault)
    return shown


def _named(session: Session, vault: Vault, persons: dict[str, str]) -> list[dict[str, str | None]]:
    """The others whom a packet names, in clear; no name for who was erased."""
    clear = vault.reveal_many(session, persons)
    return [
        {"person_id": each, "name": clear[each].get("name"), "position": position}
        for each, position in persons.items()
    ]


def _draft(session: Session, row: Approval, vault: Vault) -> str | None:
    """The text of the draft that the packet names, opened by its commitment."""
    named = row.packet.get("document") or {}
    digest = named.get("digest")
    if digest is None:
        return None
    for committed in vault.commitments(session, row.run_id):
        if committed.digest == digest and committed.value is not None:
            return committed.value.decode()
    return None


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)
