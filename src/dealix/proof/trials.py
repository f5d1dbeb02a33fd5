"""Trials beside the kills: lost answers, two decisions at once, cancels, an end from outside."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from dealix.bootstrap import Services, services
from dealix.business.partners.examples import partner_example
from dealix.lanes import run_book, signals
from dealix.lanes.codec import data_converter
from dealix.lanes.schemas import Delivery
from dealix.lanes.temporal import connect
from dealix.proof.cast import (
    CANCELLED,
    CANCELLED_EARLY,
    HAPPY,
    PARTNER_ANSWER,
    REJECTED,
    SIGNATURE,
    TENANT,
    WORKFLOW,
    Cast,
    Play,
    Story,
)
from dealix.proof.judge import Finding
from dealix.proof.rig import Rig, until
from dealix.proof.rounds import Line, line, verdict
from dealix.records import audit
from dealix.trust.access.rights import permit
from dealix.trust.approvals.service import ApprovalService

MANAGER, EXECUTIVE = "manager_approval", "executive_approval"
TERMS, LEGAL = "term_review", "legal_review"
FOUND_WITHIN = 10.0
FIVE = timedelta(seconds=5)
ANSWERS = ("timeout_after", "timeout_before", "error_500", "error_500_after", "rate_limited")
AFTERWARDS = frozenset({"timeout_after", "error_500_after"})
"""The effect has happened, and our side cannot see it."""
OWN = {"whatsapp": ("token_expired", "other_wa_id", "batched_statuses")}
"""What a provider does wrong beside what all of them do."""
SILENCE = "timeout_after and webhook_lost"
"""Neither the answer nor a status comes: nobody can know whether a message has gone out."""
SPOKEN = "send_terms_whatsapp"
OUTSIDE = {
    "check_registration": "wathq",
    "send_terms": "smtp",
    SPOKEN: "whatsapp",
    "write_crm": "hubspot",
    "send_envelope": "docusign",
}
"""A step at each provider: one to be asked nothing, one that reports, by upsert, by look-up."""
MAILS = ("send_terms", "notify_activation", "retract_terms")
LATER = (
    (HAPPY, "notify_activation", "timeout_after"),
    (REJECTED, "retract_terms", "timeout_after"),
    (REJECTED, "retract_terms_whatsapp", SILENCE),
)
"""How a run goes on after the executive, which of its messages nobody hears of, and why."""
STATUSES = 20
"""More statuses than one message has."""
Row = Mapping[str, Any]


class Trials:
    """The trials on one stack; each answers its lines."""

    def __init__(self, rig: Rig, cast: Cast) -> None:
        self.rig = rig
        self.cast = cast
        self.made: Services = services(rig.settings())

    def close(self) -> None:
        """Close the connections of this process."""
        self.made.close()

    def all(self) -> list[Line]:
        """Every trial, one after the other."""
        return [found for trial in self.tried() for found in trial()]

    def tried(self) -> list[Callable[[], list[Line]]]:
        """The trials."""
        return [
            self.answers_lost,
            self.answers_of_later_mails_lost,
            self.two_decisions_at_once,
            self.the_same_update_twice,
            self.cancelled_while_it_waits,
            self.cancelled_between_stored_and_delivered,
            self.stored_before_a_crash,
            self.ended_behind_our_back,
        ]

    # -- answers -----------------------------------------------------------------------------

    def answers_lost(self) -> list[Line]:
        """Every fault of a provider at every outside step, all at once."""
        self.cast.plays.clear()
        plays: list[tuple[str, str, Play]] = []
        for step, provider in OUTSIDE.items():
            for fault in (*ANSWERS, *OWN.get(provider, ())):
                self._fault(provider, fault, self.cast.number)
                plays.append((step, fault, self.cast.start(HAPPY)))
        self._silence(self.cast.number)
        plays.append((SPOKEN, SILENCE, self.cast.start(HAPPY)))
        self.cast.play_on()
        return [self._lost_answer(step, fault, play) for step, fault, play in plays]

    def answers_of_later_mails_lost(self) -> list[Line]:
        """What goes out after the executive's word arrives, and nobody hears of it."""
        self.cast.plays.clear()
        plays = [self.cast.start(HAPPY) for _ in LATER]
        for play, (story, _, fault) in zip(plays, LATER, strict=True):
            self._bring(play, EXECUTIVE)
            play.story = story
            if fault == SILENCE:
                self._silence(play.number)
            else:
                self._fault("smtp", fault, play.number)
        for play in plays:
            self._say(play, EXECUTIVE, play.story.answers.get(EXECUTIVE, "approve"))
        self.cast.play_on()
        return [
            self._lost_answer(step, fault, play)
            for play, (_, step, fault) in zip(plays, LATER, strict=True)
        ]

    def _lost_answer(self, step: str, fault: str, play: Play) -> Line:
        """A verdict that also wants a person asked where nobody could know, and only there.

        A CRM that upserts needs no question, WhatsApp reports what happened by the status with our
        ID, and a refusal is an answer.
        """
        finding = verdict(self.cast, play, silent=fault == SILENCE)
        unknowable = fault == SILENCE or (fault in AFTERWARDS and step in MAILS)
        asked = self.cast.asked_about(play, step)
        if unknowable and not asked:
            finding.lost.append("an answer was lost and nobody was asked")
        refused = fault == "rate_limited" or (fault == "error_500" and step in MAILS)
        if refused and asked:
            finding.left.append("a person was asked although the provider had refused")
        return line(finding, step, fault)

    def _fault(self, provider: str, fault: str, number: int, count: int = 1) -> None:
        example = partner_example(number)
        registration = example["registration_number"]
        by = {
            "smtp": example["contact"]["email"],
            "docusign": example["contact"]["email"],
            "hubspot": registration,
            "wathq": registration,
            "whatsapp": example["contact"]["phone"].removeprefix("+"),
        }
        if provider == "wathq":
            count = 2  # once at the door of the start, once in its step
        self.cast.door.fault(provider, fault, count=count, match=by[provider])

    def _silence(self, number: int) -> None:
        self._fault("whatsapp", "timeout_after", number)
        self._fault("whatsapp", "webhook_lost", number, count=STATUSES)

    # -- decisions ---------------------------------------------------------------------------

    def two_decisions_at_once(self) -> list[Line]:
        """Eight doors get the same person's yes and no in the same instant: one is heard."""
        play = self._at(MANAGER)
        approval = self._open(play, MANAGER)
        statuses = self._together(approval, 8)
        after = self.cast.door.get(self.cast.starter, f"/approvals/{approval['id']}")
        play.story = HAPPY if after["status"] == "approved" else play.story
        wanted = "activated" if after["status"] == "approved" else "rejected"
        self.cast.play_on()
        finding = verdict(self.cast, play)
        finding.lost = [note for note in finding.lost if f"ended as {wanted}" not in note]
        if statuses.count(200) != 1 or len(after["decisions"]) != 1:
            finding.doubled.append(f"{statuses.count(200)} decisions were taken of {statuses}")
        return [line(finding, MANAGER, "eight decisions at once")]

    def _together(self, approval: Row, doors: int) -> list[int]:
        person = self.cast.door.by_id(approval["who_may_decide"][0]["people"][0])
        if person is None:
            return []
        start, statuses = threading.Barrier(doors), [0] * doors

        def knock(door: int) -> None:
            start.wait()
            body = {
                "decision": "approve" if door % 2 == 0 else "reject",
                "packet_hash": approval["packet_hash"],
                "comment": "at once",
            }
            path = f"/approvals/{approval['id']}/decisions"
            statuses[door] = self.cast.door.once(person, path, body)

        threads = [threading.Thread(target=knock, args=(each,)) for each in range(doors)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return statuses

    def the_same_update_twice(self) -> list[Line]:
        """A decision's update is delivered again, then one that nobody stored is forged."""
        play = self._at(MANAGER)
        approval = self._open(play, MANAGER)
        self.cast.decide(approval, "approve")
        counsel = self._wait_for(play, LEGAL)
        view = self.cast.door.get(self.cast.starter, f"/approvals/{approval['id']}")
        run = self._run(play)
        again = [(f"sig_decision_{made['id']}", approval["id"]) for made in view["decisions"]]
        for name, reference in [*again, *again, ("sig_forged", counsel["id"])]:
            delivery = Delivery(id=name, kind="decision", reference=reference)
            self.made.bridge.deliver(run, delivery, FIVE)
        still = self._open(play, LEGAL)
        play.story = HAPPY
        self.cast.play_on()
        finding = verdict(self.cast, play)
        if still["status"] != "open":
            finding.doubled.append("a forged update decided counsel's gate")
        return [line(finding, MANAGER, "the same update twice, and a forged one")]

    # -- cancels -----------------------------------------------------------------------------

    def cancelled_while_it_waits(self) -> list[Line]:
        """Cancelled at each gate, while it is in doubt, and while it waits for its next try."""
        self.cast.plays.clear()
        plays = [(MANAGER, self.cast.start(CANCELLED_EARLY))]
        plays.append((EXECUTIVE, self.cast.start(CANCELLED)))
        for place in (TERMS, PARTNER_ANSWER, SIGNATURE):
            story = Story(f"cancelled at {place}", "cancelled", cancel_at=place)
            plays.append((place, self.cast.start(story)))
        held = len(plays)
        self._fault("smtp", "timeout_after", self.cast.number)
        plays.append(("send_terms in doubt", self.cast.start(HAPPY)))
        example = partner_example(self.cast.number)
        away = {"count": 4, "match": example["registration_number"]}
        self.cast.door.fault("hubspot", "error_500", **away)
        plays.append(("write_crm between tries", self.cast.start(HAPPY)))
        self._until_waiting([play for _, play in plays[held:]])
        for _, play in plays[held:]:
            self.cast.cancel(play)
            play.story = CANCELLED
        self.cast.play_on()
        return [
            line(verdict(self.cast, p), place, "cancelled while it waits") for place, p in plays
        ]

    def _until_waiting(self, plays: list[Play]) -> None:
        """Play until each of these runs is in doubt or has tried its step twice; settle nothing."""
        self.cast.settles = False

        def waiting(play: Play) -> bool:
            rows = self.cast.door.get(self.cast.keeper, "/effects", run=play.run)
            return any(
                row["status"] == "in_doubt" or (row["status"] == "started" and row["attempts"] > 1)
                for row in rows
            )

        def all_wait() -> bool:
            self.cast.tick()
            return all(waiting(play) for play in plays)

        until(all_wait, 30.0, 0.2)
        self.cast.settles = True

    def cancelled_between_stored_and_delivered(self) -> list[Line]:
        """The executive's yes is committed, its delivery has not begun: cancelled."""
        play = self._at(EXECUTIVE)
        self._store_only(play, EXECUTIVE)
        self.cast.cancel(play)
        play.story = CANCELLED
        self.cast.play_on()
        finding = verdict(self.cast, play)
        self._judge_overtaken(finding, play)
        return [line(finding, EXECUTIVE, "cancelled between stored and delivered")]

    def _judge_overtaken(self, finding: Finding, play: Play) -> None:
        """The decision had no effect, the audit says so, and no person is asked about it."""

        def heard() -> bool:
            with self.made.database.tenant(TENANT) as session:
                return signals.undelivered(session, play.run) == 0

        if not until(heard, FOUND_WITHIN):
            finding.left.append("the decision still waits for delivery")
        cases = self.cast.door.get(self.cast.keeper, "/cases", run=play.run)
        finding.left += [f"a case asks about nothing: {case['kind']}" for case in cases]
        with self.made.database.tenant(TENANT) as session:
            newest = audit.newest(session, run_id=play.run)
        deeds = [entry.record.action for entry in newest if entry.record is not None]
        if deeds.count("decision.overtaken") != 1:
            finding.lost.append("the audit does not say that the decision was overtaken")

    def stored_before_a_crash(self) -> list[Line]:
        """A decision is committed, and every process that could deliver it dies."""
        play = self._at(MANAGER)
        self._store_only(play, MANAGER)
        killed = {kind: self.rig.kill(kind) for kind in ("scheduler", "durable_worker", "api")}
        for kind, pid in killed.items():
            self.rig.await_return(kind, pid)
        play.story = HAPPY
        self.cast.play_on()
        return [line(verdict(self.cast, play), MANAGER, "stored, then every deliverer killed")]

    def _store_only(self, play: Play, gate: str) -> None:
        """Decide through the one door, with a courier that never comes."""
        approval = self._open(play, gate)
        who = approval["who_may_decide"][0]["people"][0]
        person = self.cast.door.by_id(who)
        if person is None:
            raise LookupError(who)
        actor = self.made.access.actor_of(person.token)
        door = ApprovalService(
            self.made.database, self.made.seating, self.made.vault, permit, lambda *_: False
        )
        door.decide(actor, approval["id"], "approve", "stored only", approval["packet_hash"])

    # -- ended from outside ------------------------------------------------------------------

    def ended_behind_our_back(self) -> list[Line]:
        """Terminated in the engine: found within ten seconds, and its undo then runs."""
        play = self._at(EXECUTIVE)
        began = time.monotonic()
        asyncio.run(self._terminate(str(self._run(play).engine_id)))
        found = until(lambda: self._status(play) == "attention", FOUND_WITHIN)
        took = time.monotonic() - began
        play.story = CANCELLED
        self.cast.play_on()
        finding = verdict(self.cast, play)
        if not found:
            finding.lost.append(f"not found within {FOUND_WITHIN:.0f} s")
        return [line(finding, EXECUTIVE, f"terminated in the engine (found in {took:.1f} s)")]

    async def _terminate(self, workflow_id: str) -> None:
        settings = self.made.settings
        engines = await connect(settings, data_converter(self.made.secrets, settings))
        await engines.runs.get_workflow_handle(workflow_id).terminate("by the crash harness")

    # -- plumbing ----------------------------------------------------------------------------

    def _at(self, gate: str) -> Play:
        """A new run that waits at this gate, alone on the stage."""
        self.cast.plays.clear()
        play = self.cast.start(HAPPY)
        self._bring(play, gate)
        return play

    def _bring(self, play: Play, gate: str) -> None:
        """Play a new run as far as this gate."""
        if gate == EXECUTIVE:
            for earlier in (MANAGER, TERMS, LEGAL):
                self._say(play, earlier, "approve")
            until(lambda: self._run(play).waiting_for == PARTNER_ANSWER, 30.0)
            self.cast.answer(play)
        self._wait_for(play, gate)

    def _say(self, play: Play, gate: str, word: str) -> None:
        self.cast.decide(self._wait_for(play, gate), word)

    def _wait_for(self, play: Play, gate: str) -> Row:
        if not until(lambda: self._find(play, gate) is not None, 30.0):
            raise LookupError(f"{WORKFLOW} {play.run} never came to {gate}")
        return self._open(play, gate)

    def _open(self, play: Play, gate: str) -> Row:
        found = self._find(play, gate)
        if found is None:
            raise LookupError(f"{play.run} does not wait at {gate}")
        return found

    def _find(self, play: Play, gate: str) -> Row | None:
        asked = self.cast.door.get(self.cast.starter, "/approvals", scope="open", run=play.run)
        return next((each for each in asked if each["gate"] == gate), None)

    def _status(self, play: Play) -> str:
        return str(self.cast.door.get(self.cast.starter, f"/runs/{play.run}")["status"])

    def _run(self, play: Play) -> Any:
        with self.made.database.tenant(TENANT) as session:
            return run_book.get(session, play.run)
