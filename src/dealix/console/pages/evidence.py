"""Evidence: every sealed pack with its hash, checked on the spot, and assemblies of new ones."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup

from dealix.business.evidence.asking import OF_A_RUN
from dealix.business.evidence.schemas import PackFinding, Report
from dealix.console.door import PageRoute, Sent, checked, signed_in
from dealix.console.paging import address, cut
from dealix.console.render import page
from dealix.console.titles import subject_of, titles
from dealix.console.visit import Visit
from dealix.i18n import N_
from dealix.i18n.catalogue import translations
from dealix.i18n.words import WORDS
from dealix.store.ids import new_id
from dealix.trust.access.rights import may

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE, OFFERED = 20, 50
FLOW = "evidence_pack"


@router.get("/evidence")
def evidence(
    visit: Annotated[Visit, Depends(signed_in)],
    kind: str = "",
    run: str = "",
    before: str = "",
) -> Response:
    """The packs that the visitor may fetch, and a form for each kind; `run` is filled in there."""
    visit.section = "evidence"
    desk = visit.services.evidence
    kinds = desk.readable(visit.who)
    chosen = kind if kind in kinds else ""
    rows = desk.newest(visit.who, chosen or None, limit=PAGE + 1, before=before or None)
    found, older = cut(rows, PAGE)
    may_start = may(visit.who, f"run.start.{FLOW}")
    return page(
        visit,
        "evidence.html",
        packs=found,
        kinds=kinds,
        chosen=chosen,
        of_run=run,
        of_a_run=OF_A_RUN,
        may_start=may_start,
        runs=_runs(visit) if may_start else [],
        title_of=titles(visit),
        key=new_id("form"),
        about=lambda pack: about(visit, pack),
        begin=address("/evidence", kind=chosen) if before else "",
        older=address("/evidence", kind=chosen, before=older) if older else "",
    )


@router.get("/evidence/{pack_id}")
def pack(visit: Annotated[Visit, Depends(signed_in)], pack_id: str) -> Response:
    """One pack with what it holds."""
    return _pack(visit, pack_id)


@router.post("/evidence/{pack_id}/verify")
def verify(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    pack_id: str,
) -> Response:
    """Check a pack as it lies here now, and say in words what was found."""
    del sent
    return _pack(visit, pack_id, visit.services.evidence.verify(visit.who, pack_id))


def _pack(visit: Visit, pack_id: str, report: Report | None = None) -> Response:
    visit.section = "evidence"
    return page(
        visit,
        "evidence_pack.html",
        pack=visit.services.evidence.one(visit.who, pack_id),
        report=report,
        about=lambda pack: about(visit, pack),
        kind_of=kind_of,
        wrong=lambda finding: told(visit, finding),
        may_reveal=may(visit.who, "evidence.reveal"),
    )


def about(visit: Visit, pack: dict[str, Any]) -> Markup:
    """What a pack is about: the name of whom its run is about, the days, or the run."""
    if pack["days"]:
        begins, ends = (visit.speech.day(pack["days"][name]) for name in ("begins", "ends"))
        return visit.speech.say(N_("{begins} to {ends}"), begins=begins, ends=ends)
    name = subject_of(visit, pack)
    return name or visit.speech.say(N_("Run {run}"), run=visit.speech.ident(pack["run"][-6:]))


def kind_of(kind: str) -> str:
    """The word of an item's kind."""
    return f"item.{kind}" if f"item.{kind}" in WORDS else kind


def told(visit: Visit, finding: PackFinding) -> Markup:
    """What is wrong with a part of a pack, in words."""
    said = finding.detail
    if translations("ar").gettext(said) == said:  # the name of a record of the audit
        record = visit.speech.ident(said)
        return visit.speech.say(
            N_("a record of the audit is not as it was: {record}"), record=record
        )
    return visit.speech.say(said)


def _runs(visit: Visit) -> list[dict[str, Any]]:
    """The newest runs, to choose from: a pack is about any of them, by its ID."""
    rows: list[dict[str, Any]] = visit.services.runs.list(visit.who, limit=OFFERED)
    return [row for row in rows if row["workflow"] != FLOW]
