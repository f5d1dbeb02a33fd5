"""Goes through the controls: what each answers now, and how that differs from the last scan."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.compliance import checks_decisions, checks_privacy, checks_security
from dealix.business.compliance.charges import charges_of
from dealix.business.compliance.controls import (
    Charge,
    Check,
    Control,
    Found,
    Live,
    Status,
    controls,
    version,
)
from dealix.business.compliance.processing import activities
from dealix.connectors.secrets import SecretStore
from dealix.lanes.provenance import Provenance
from dealix.records.canonical import digest
from dealix.settings import Settings
from dealix.trust.privacy.processing import entry_of

log = logging.getLogger(__name__)
Change = Literal["first", "newly_failing", "newly_passing", "changed", "unchanged"]
ALL: Mapping[str, Check] = {
    one.key: one
    for one in (*checks_privacy.CHECKS, *checks_security.CHECKS, *checks_decisions.CHECKS)
}
"""Every check, by the name that a control calls it by."""
Looking = Callable[[Session], Live]


@dataclass(frozen=True)
class Inspector:
    """Looks at what a scan may see of this installation."""

    settings: Settings
    secrets: SecretStore

    def live(self, session: Session) -> Live:
        """Everything that checks look at, inside this transaction."""
        register = activities(lambda name: entry_of(session, name))
        charges = charges_of(session)
        return Live(session, self.settings, self.secrets, register, clock.real_now(), charges)


def inspect(live: Live, asked: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What each control answers and by what, by its key; a check that two share looks once."""
    by_key = {each.key: each for each in controls()}
    wanted = [by_key[key] for key in asked]
    seen = {name: look(ALL[name], live) for name in sorted({c.check for c in wanted if c.check})}
    answers, rules = {}, f"controls {version()}"
    for control in wanted:
        answer = _answer(control, seen, live.charges)
        answers[control.key] = answer | {"provenance": _told(control, answer, rules)}
    return answers


def _told(control: Control, answer: Mapping[str, Any], rules: str) -> dict[str, Any]:
    """Where an answer comes from: our rules over live data, or the list of what people look at."""
    provenance = Provenance(
        generated_at=clock.now(),
        method="rules",
        rules_version=rules,
        inputs_hash=digest([control.key, control.check, answer["evidence"]]),
        sources=["controls", f"check:{control.check}"] if control.check else ["controls"],
        executor="rules",
    )
    return provenance.model_dump(mode="json")


def look(check: Check, live: Live) -> Found:
    """What one check answers; one that breaks has not shown that its control holds, so it fails.

    A database that does not answer is no finding: the step tries again.
    """
    try:
        return check.look(live)
    except SQLAlchemyError:
        raise
    except Exception as broken:
        log.warning("the check %s broke", check.key, exc_info=broken)
        return Found("fail", {"could_not_look": type(broken).__name__})


def _answer(
    control: Control, seen: Mapping[str, Found], charges: Mapping[str, Charge]
) -> dict[str, Any]:
    charge = control.charge(charges)
    if charge is not None:
        evidence = {"owner": charge.owner, "due": charge.due.isoformat()}
        return {"status": "manual", "evidence": evidence}
    found = seen[control.check or ""]
    return {"status": found.status, "evidence": found.evidence}


def change_of(before: Status | None, now: Status, *, first: bool) -> Change:
    """How an answer differs from that of the last scan; `first`: there was none."""
    if before == now:
        return "unchanged"
    if now == "fail" and not first:
        return "newly_failing"
    if now == "pass" and before == "fail":
        return "newly_passing"
    return "first" if before is None else "changed"


def counted(statuses: Iterable[str]) -> dict[str, int]:
    """How often each occurs, in a stable order."""
    return dict(sorted(Counter(statuses).items()))
