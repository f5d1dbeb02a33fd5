"""People of the example company who play many runs at once: they start, decide, cancel, settle."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dealix.business.partners.examples import partner_example
from dealix.proof import points
from dealix.proof.door import Door, Refused, pick
from dealix.proof.judge import contact_messages, holdings

WORKFLOW = "partner_approval"
PARTNER_ANSWER, SIGNATURE = "partner_answer", "signature"
TENANT = "rawabi-sa"
END_SECONDS = 240.0
HANDS = 6
"""How many people act at once."""


@dataclass(frozen=True)
class Story:
    """How a run is to be played: what is said at each gate (else yes), where it is cancelled."""

    name: str
    outcome: str
    answers: Mapping[str, str] = field(default_factory=dict)
    cancel_at: str | None = None


HAPPY = Story("activated", "activated")
REJECTED = Story("rejected after terms", "rejected", {"executive_approval": "reject"})
EARLY = Story("rejected before terms", "rejected", {"manager_approval": "reject"})
CANCELLED = Story("cancelled after terms", "cancelled", cancel_at="executive_approval")
CANCELLED_LATE = Story("cancelled while it is signed", "cancelled", cancel_at=SIGNATURE)
CANCELLED_EARLY = Story("cancelled before terms", "cancelled", cancel_at="manager_approval")


@dataclass
class Play:
    """One run as it is played; `number` is the example's, by which providers know its partner."""

    run: str
    number: int
    story: Story
    cancelled: bool = False


class Cast:
    """Plays runs until they end. Cases are settled by what the providers' mailbox shows."""

    def __init__(self, door: Door, first: int = 0) -> None:
        self.door = door
        self.number = first
        self.plays: dict[str, Play] = {}
        self.starter = door.holder("partner_manager")
        self.keeper = door.holder("operator")
        self.settles = True
        self.settled: list[tuple[str, str, str]] = []

    def start(self, story: Story = HAPPY) -> Play:
        """Start one run; the key makes a repeated start harmless."""
        number, self.number = self.number, self.number + 1
        body = {
            "workflow": WORKFLOW,
            "input": partner_example(number),
            "key": f"proof-{number}",
        }
        run = self.door.post(self.starter, "/runs", body)
        play = Play(run["id"], number, story)
        self.plays[play.run] = play
        return play

    def tick(self) -> None:
        """Everybody does what waits for them now, several at a time."""
        waiting: list[Callable[[], None]] = []
        for approval in self.door.get(self.starter, "/approvals", scope="open"):
            play = self.plays.get(approval["run"])
            if play is not None:
                waiting.append(partial(self._act, play, approval))
        for run in self.door.get(self.starter, "/runs", limit="200", status="waiting"):
            play = self.plays.get(run["id"])
            if play is not None and run["waiting_for"] == PARTNER_ANSWER:
                waiting.append(partial(self.answer, play))
            elif play is not None and run["waiting_for"] == SIGNATURE:
                waiting.append(partial(self.sign, play))
        with ThreadPoolExecutor(HANDS) as hands:
            for done in [hands.submit(each) for each in waiting]:
                done.result()
        if self.settles:
            self.settle_cases()

    def settle_cases(self) -> int:
        """Settle the cases of these runs truthfully. Answers how many there were."""
        mine = [
            case
            for case in self.door.get(self.keeper, "/cases", status="open")
            if case["run"] in self.plays
        ]
        for case in mine:
            word = self._truth(case)
            self._quietly(f"/cases/{case['id']}/resolutions", {"resolution": word})
            self.settled.append((case["run"], case["step"], word))
        return len(mine)

    def play_on(self, patience: float = END_SECONDS) -> list[Play]:
        """Act until every run has ended. Answers those that have not in time."""
        end = time.monotonic() + patience
        while (left := self.unended()) and time.monotonic() < end:
            self.tick()
            time.sleep(0.2)
        return left

    def asked_about(self, play: Play, step: str) -> bool:
        """Whether a person had to find out what became of this step."""
        return any(named == step for named, _ in self.settled_of(play))

    def settled_of(self, play: Play) -> list[tuple[str, str]]:
        """The steps of a run's cases that were settled here, with the word of each."""
        return [(step, word) for run, step, word in self.settled if run == play.run]

    def unended(self) -> list[Play]:
        """The runs that have not ended."""
        runs = {run["id"]: run for run in self.door.get(self.starter, "/runs", limit="200")}
        return [play for run, play in self.plays.items() if runs[run]["ended_at"] is None]

    def decide(self, approval: Mapping[str, Any], word: str) -> None:
        """Let everybody who may decide do so; what was decided already is no news."""
        ids = [who for slot in approval["who_may_decide"] for who in slot["people"]]
        made = {decision["by"] for decision in approval["decisions"]}
        body = {"decision": word, "packet_hash": approval["packet_hash"], "comment": "as played"}
        for person in pick(self.door.people, [each for each in ids if each not in made]):
            try:
                view = self.door.post(person, f"/approvals/{approval['id']}/decisions", body)
            except Refused as refused:
                if refused.status not in {403, 409}:
                    raise
                continue
            if view["status"] != "open":
                return

    def cancel(self, play: Play) -> None:
        """Ask a run to end."""
        play.cancelled = True
        try:
            self.door.post(self.keeper, f"/runs/{play.run}/cancel", {"comment": "as played"})
        except Refused as refused:
            if refused.status != 409:
                raise

    def _act(self, play: Play, approval: Mapping[str, Any]) -> None:
        if play.story.cancel_at == approval["gate"]:
            if not play.cancelled:
                self.cancel(play)
            return
        self.decide(approval, play.story.answers.get(approval["gate"], "approve"))

    def answer(self, play: Play) -> None:
        """The partner accepts, or the run is cancelled while they think."""
        if play.story.cancel_at == PARTNER_ANSWER:
            if not play.cancelled:
                self.cancel(play)
            return
        word = play.story.answers.get(PARTNER_ANSWER, "accept")
        body = {"event": PARTNER_ANSWER, "data": {"answer": word}}
        try:
            self.door.post(self.starter, f"/runs/{play.run}/events", body)
        except Refused as refused:
            if refused.status != 409:
                raise

    def sign(self, play: Play) -> None:
        """The other party signs or declines, or the run is cancelled while they think."""
        if play.story.cancel_at == SIGNATURE:
            if not play.cancelled:
                self.cancel(play)
            return
        word = play.story.answers.get(SIGNATURE, "sign")
        for row in holdings(self.door.effects(), play.number):
            if row.get("state") in {"sent", "delivered"}:
                self.door.signatory(row["reference"], word)

    def _truth(self, case: Mapping[str, Any]) -> str:
        """What a person finds out: the mailbox tells whether a message arrived."""
        if case["kind"] != "in_doubt":
            return str(case["resolutions"][-1]) if case["kind"] != "undo_failed" else "retry"
        play = self.plays[case["run"]]
        mails = contact_messages(holdings(self.door.effects(), play.number), _system(case))
        mine = [mail for mail in mails if (mail["undoes"] is not None) == _is_undo(case)]
        return "happened" if len(mine) >= _place(case) else "send_again"

    def _quietly(self, path: str, body: Mapping[str, Any]) -> None:
        try:
            self.door.post(self.keeper, path, body)
        except Refused as refused:
            if refused.status != 409:
                raise


def _is_undo(case: Mapping[str, Any]) -> bool:
    return str(case["key"]).startswith("undo:")


def _place(case: Mapping[str, Any]) -> int:
    """The how-manieth mail of its run a doubtful message would be."""
    if _is_undo(case):
        return 1
    system = _system(case)
    messages = [step.name for step in points.outside(WORKFLOW) if step.system == system]
    return messages.index(case["step"]) + 1


def _system(case: Mapping[str, Any]) -> str:
    """The channel of the doubtful message."""
    steps = {step.name: step.system for step in points.facts(WORKFLOW)}
    return steps[case["step"]] or "email"
