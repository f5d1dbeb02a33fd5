"""Judges a run by the providers' own list: every effect once, undone, or an open case.

It counts what the providers hold for the run's partner, whatever keys the product used, so that
a product that sends twice under two keys is found as well.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dealix.business.partners.examples import partner_example
from dealix.lanes.steps import StepFacts
from dealix.proof import points

PROVIDERS = {"email": "smtp", "crm": "hubspot", "whatsapp": "whatsapp", "esign": "docusign"}
ENDED = {"completed", "declined"}
"""States in which others have ended an envelope: nobody can take it back, nobody has to."""
HAPPENED, ABSENT = "happened", "send_again"
"""What a person says who had to find out whether a step's effect is there."""
SILENT_WHERE_ABSENT = {"whatsapp"}
"""Systems that report what happened and cannot be asked: of what did not, they never speak."""
Row = Mapping[str, Any]


@dataclass
class Finding:
    """What became of one run; the lists are empty when all is well."""

    run: str
    outcome: str
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or left undone."""
        return not (self.lost or self.doubled or self.left)


def holdings(effects: Sequence[Row], number: int) -> list[Row]:
    """What the providers hold for the partner of example `number`, oldest first."""
    example = partner_example(number)
    email, registration = example["contact"]["email"], example["registration_number"]
    return [
        row
        for row in effects
        if (row["provider"] in {"smtp", "docusign"} and email in row["body"]["to"])
        or (
            row["provider"] == "whatsapp" and f"+{row['body']['to']}" == example["contact"]["phone"]
        )
        or (
            row["provider"] == "hubspot"
            and row["body"]["properties"].get("registration_number") == registration
        )
    ]


def contact_messages(rows: Sequence[Row], system: str = "email") -> list[Row]:
    """The messages of one channel among them."""
    return [row for row in rows if row["provider"] == PROVIDERS[system]]


def judge(
    run: Row, rows: Sequence[Row], ledger: Sequence[Row], cases: Sequence[Row], wanted: str
) -> Finding:
    """Compare what a run's end promises with what its partner and the CRM have got.

    Each open case excuses the one step or undo that it names, and that the run has not ended.
    """
    finding = Finding(run["id"], run["outcome"] or run["status"])
    if cases:
        finding.outcome = "case"
    elif run["ended_at"] is None:
        finding.lost.append(f"the run is stuck as {run['status']}")
    elif run["outcome"] != wanted:
        finding.lost.append(f"ended as {run['outcome']}, not as {wanted}")
    _find_doubled(finding, rows)
    for system, provider in PROVIDERS.items():
        steps = [s for s in points.outside(run["workflow"]) if s.system == system]
        mine = [row for row in rows if row["provider"] == provider]
        known = [r for r in ledger if r["system"] == system]
        _judge_system(finding, run, steps, mine, known, cases)
    return finding


def needless_questions(workflow: str, settled: Iterable[tuple[str, str]]) -> list[str]:
    """Steps of which a person had to say whether they happened, although the provider knows.

    `settled` are the steps of the cases with the word of each.
    """
    facts = {step.name: step for step in points.facts(workflow)}
    return [
        f"a person was asked about {step}, of which {facts[step].system} can tell"
        for step, word in settled
        if step in facts and _knows(facts[step], word)
    ]


def _knows(step: StepFacts, word: str) -> bool:
    """Whether the provider itself could have said this word about a step."""
    if step.on_started == "ask" or word not in {HAPPENED, ABSENT}:
        return False
    return word == HAPPENED or step.system not in SILENT_WHERE_ABSENT


def _find_doubled(finding: Finding, rows: Sequence[Row]) -> None:
    keys = Counter((row["provider"], row["kind"], row["idempotency_key"]) for row in rows)
    finding.doubled += [f"{key[0]} {key[2]} ×{n}" for key, n in keys.items() if n > 1]


def _judge_system(
    finding: Finding,
    run: Row,
    steps: list[StepFacts],
    rows: list[Row],
    ledger: list[Row],
    cases: Sequence[Row],
) -> None:
    done = [row for row in rows if row["undoes"] is None]
    back = [row for row in rows if row["undoes"] is not None]
    system = steps[0].system if steps else "?"
    if len(done) > len(steps):
        finding.doubled.append(f"{system}: {len(done)} effects of {len(steps)} steps")
    # A message that takes back what was never said would say it; a CRM hears it without harm.
    if len(back) > (len(steps) if system == "crm" else len(done)):
        finding.doubled.append(f"{system}: {len(back)} taken back of {len(done)}")
    named = {case["step"] for case in cases}
    _judge_lost(finding, run, steps, done, ledger, named)
    if run["outcome"] != "activated" and not _waits_forward(run, named):
        finding.left += [
            f"{step.name} stands"
            for step, row in zip(steps, done, strict=False)
            if step.undo is not None and row["undone"] is None and row.get("state") not in ENDED
            if not named & {step.name, step.undo}
        ]


def _judge_lost(
    finding: Finding,
    run: Row,
    steps: list[StepFacts],
    done: list[Row],
    ledger: list[Row],
    named: set[str],
) -> None:
    """What is not where the record, or an activation, says; a step in doubt may be there or not."""
    recorded = [r for r in ledger if not r["undoes"] and r["done_at"]]
    doubtful = sum(step.name in named for step in steps)
    if not len(recorded) <= len(done) <= len(recorded) + doubtful:
        system = steps[0].system if steps else "?"
        finding.lost.append(f"{system}: {len(recorded)} on record, {len(done)} at the provider")
    if run["outcome"] == "activated":
        missing = [step.name for step in steps[len(done) :] if step.name not in named]
        finding.lost += [f"{name} is missing" for name in missing]
        finding.lost += [f"{row['reference']} was taken back" for row in done if row["undone"]]
        finding.lost += [f"{row['reference']} is not signed" for row in done if _unsigned(row)]


def _waits_forward(run: Row, named: set[str]) -> bool:
    """Whether a run has only stopped at its open cases: nothing is taken back of it yet."""
    undos = {step.name for step in points.facts(run["workflow"]) if step.is_undo}
    return bool(named) and run["ended_at"] is None and not named & undos


def _unsigned(row: Row) -> bool:
    """An envelope that is not signed by all; other effects have no state."""
    return bool(row.get("state", "completed") != "completed")
