"""What scans of controls found, as it is kept, compared and shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.compliance.charges import charges_of, set_charge
from dealix.business.compliance.checking import change_of, counted
from dealix.business.compliance.controls import (
    Charge,
    Control,
    control_of,
    controls,
    frameworks,
)
from dealix.business.compliance.models import ComplianceReport, ComplianceResult
from dealix.errors import NotFound
from dealix.lanes.models import Run
from dealix.records.canonical import digest, stamp
from dealix.store.session import Database, tenant_of

DONE = "checked"
"""The outcome of a scan that ended well: before it, nothing of the scan counts."""
MOST = 100
RANK = {"critical": 0, "high": 1, "medium": 2, "low": 3}


def last_scan(session: Session, before: str | None = None) -> ComplianceReport | None:
    """The newest scan that ended well; `before`: other than this run."""
    query = select(ComplianceReport).join(
        Run, (Run.tenant_id == ComplianceReport.tenant_id) & (Run.id == ComplianceReport.run_id)
    )
    query = query.where(Run.outcome == DONE).order_by(
        ComplianceReport.at.desc(), ComplianceReport.run_id.desc()
    )
    if before is not None:
        query = query.where(ComplianceReport.run_id != before)
    return session.scalars(query.limit(1)).first()


def compared(session: Session, run_id: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """How each answer differs from that of the last scan, and which that was."""
    last = last_scan(session, before=run_id)
    before = (
        {}
        if last is None
        else {row.control: row.status for row in results_of(session, last.run_id)}
    )
    changes = {
        key: change_of(before.get(key), answer["status"], first=last is None)  # type: ignore[arg-type]
        for key, answer in answers.items()
    }
    return {"previous": last.run_id if last else None, "changes": changes}


def keep(
    session: Session, run_id: str, answers: Mapping[str, Any], changes: Mapping[str, str]
) -> None:
    """Keep what every control of a scan answered."""
    by_key, now = {each.key: each for each in controls()}, clock.real_now()
    for key, answer in answers.items():
        session.add(
            ComplianceResult(
                tenant_id=tenant_of(session),
                run_id=run_id,
                control=key,
                framework=by_key[key].framework,
                severity=by_key[key].severity,
                status=answer["status"],
                change=changes[key],
                evidence=answer["evidence"],
                provenance=answer.get("provenance"),
                at=now,
            )
        )
    session.flush()


def results_of(session: Session, run_id: str) -> Sequence[ComplianceResult]:
    """What every control of a scan answered, by its key."""
    query = select(ComplianceResult).where(ComplianceResult.run_id == run_id)
    return session.scalars(query.order_by(ComplianceResult.control)).all()


def hash_of(results: Sequence[ComplianceResult]) -> str:
    """The hash over all results of a scan; anybody can compute it anew from what is shown."""
    return digest(
        [
            [r.control, r.status, r.change, r.evidence, *([r.provenance] if r.provenance else [])]
            for r in results
        ]
    )


@dataclass(frozen=True)
class Compliance:
    """Scans of controls for the doors."""

    database: Database
    permit: Callable[[Actor, str], None]

    def scans(self, actor: Actor) -> list[dict[str, Any]]:
        """The scans that ended well, the newest first, without their results."""
        self.permit(actor, "compliance.read")
        with self.database.tenant(actor.tenant_id) as session:
            query = select(ComplianceReport).join(
                Run,
                (Run.tenant_id == ComplianceReport.tenant_id) & (Run.id == ComplianceReport.run_id),
            )
            query = query.where(Run.outcome == DONE)
            rows = session.scalars(query.order_by(ComplianceReport.at.desc()).limit(MOST))
            return [_summary(row) for row in rows]

    def latest(self, actor: Actor) -> dict[str, Any]:
        """The newest scan with its results; before the first, what no scan can look at.

        Who looks at the latter, and until when, is what holds now.
        """
        self.permit(actor, "compliance.read")
        with self.database.tenant(actor.tenant_id) as session:
            report, charges = last_scan(session), charges_of(session)
            if report is not None:
                return _shown(session, report, charges)
        rows = [_of_hand(each, charges) for each in controls() if each.check is None]
        return {"scan": None, "frameworks": frameworks(), "results": sorted(rows, key=_order)}

    def scan(self, actor: Actor, run_id: str) -> dict[str, Any]:
        """One scan with its results.

        Raises:
            NotFound: no scan of this company that ended well has this ID.
        """
        self.permit(actor, "compliance.read")
        with self.database.tenant(actor.tenant_id) as session:
            report = session.get(ComplianceReport, (tenant_of(session), run_id))
            run = session.get(Run, (tenant_of(session), run_id)) if report else None
            if report is None or run is None or run.outcome != DONE:
                raise NotFound("not_found")
            return _shown(session, report)

    def charge(self, actor: Actor, control: str, charge: Charge) -> dict[str, Any]:
        """Say which role looks at a control of people, and until when; it as it now stands.

        Raises as `charges.set_charge` does.
        """
        self.permit(actor, "compliance.charge")
        with self.database.tenant(actor.tenant_id) as session:
            found = set_charge(session, actor, control, charge)
            return _of_hand(found, charges_of(session))


def _shown(
    session: Session, report: ComplianceReport, charges: Mapping[str, Charge] | None = None
) -> dict[str, Any]:
    """A scan as it was kept; with `charges`, its manual controls as they stand now."""
    results = results_of(session, report.run_id)
    intact = hash_of(results) == report.sha256
    rows = [_view(row, charges or {}) for row in results]
    return {
        "scan": {**_summary(report), "intact": intact},
        "frameworks": frameworks(),
        "results": sorted(rows, key=_order),
    }


def _summary(report: ComplianceReport) -> dict[str, Any]:
    return {
        "run": report.run_id,
        "previous": report.previous,
        "at": stamp(report.at),
        "controls_version": report.controls_version,
        "counts": report.counts,
        "sha256": report.sha256,
    }


def _view(row: ComplianceResult, charges: Mapping[str, Charge]) -> dict[str, Any]:
    """A result with the words of its control, as far as that still exists."""
    control = control_of(row.control)
    said = {"framework": row.framework, "severity": row.severity}
    words = _words(control) if control else {"name": row.control, "name_ar": row.control}
    shown = {**words, **said, "control": row.control, "status": row.status, "change": row.change}
    shown["provenance"] = row.provenance
    evidence = dict(row.evidence)
    owner, due = evidence.get("owner"), evidence.get("due")
    if row.control in charges:
        owner, due = charges[row.control].owner, charges[row.control].due.isoformat()
    if row.status != "manual":
        return {**shown, "evidence": evidence, "owner": None, "due": None, "overdue": False}
    return {**shown, "evidence": {}, "owner": owner, "due": due, "overdue": _past(due)}


def _of_hand(control: Control, charges: Mapping[str, Charge]) -> dict[str, Any]:
    charge = control.charge(charges)
    due = charge.due.isoformat() if charge else None
    return {
        **_words(control),
        "control": control.key,
        "framework": control.framework,
        "severity": control.severity,
        "status": "manual",
        "change": "first",
        "evidence": {},
        "provenance": None,
        "owner": charge.owner if charge else None,
        "due": due,
        "overdue": _past(due),
    }


def _words(control: Control) -> dict[str, Any]:
    wanted = {"name", "name_ar", "asks", "asks_ar", "reference"}
    return control.model_dump(mode="json", include=wanted)


def _past(due: str | None) -> bool:
    return due is not None and date.fromisoformat(due) < clock.real_now().date()


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """By framework, what fails first, the gravest before others."""
    place = {name: number for number, name in enumerate(frameworks())}
    status = {"fail": 0, "manual": 1, "pass": 2, "not_applicable": 3}
    return (
        place.get(row["framework"], len(place)),
        status[row["status"]],
        RANK[row["severity"]],
        row["control"],
    )


def report_of(
    session: Session, run_id: str, previous: str | None, version: str
) -> tuple[ComplianceReport, dict[str, Any]]:
    """The report of a scan, made of what is kept, and what its run says of it."""
    results = results_of(session, run_id)
    counts = {
        "status": counted(row.status for row in results),
        "change": counted(row.change for row in results),
        "failing": counted(row.severity for row in results if row.status == "fail"),
    }
    report = ComplianceReport(
        tenant_id=tenant_of(session),
        run_id=run_id,
        previous=previous,
        controls_version=version,
        counts=counts,
        sha256=hash_of(results),
        at=clock.real_now(),
    )
    return report, {"counts": counts, "sha256": report.sha256, "previous": previous}
