"""Judges a message before it leaves: every rule is asked, every verdict is kept."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.connectors.phones import country_of
from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.lanes.working_time import ZONES, WorkingCalendar, calendar_of
from dealix.records.run_notes import note
from dealix.store.ids import new_id
from dealix.store.locks import lock_named
from dealix.store.session import tenant_of
from dealix.trust.outbound.governance.consents import ConsentBook
from dealix.trust.outbound.governance.models import Judgment
from dealix.trust.outbound.governance.rules import RULES, Question, ask
from dealix.trust.outbound.governance.schemas import OutsideMessage, RuleVerdict, Verdict
from dealix.trust.outbound.recipients import recipient_of


class Governance:
    """Whether a message to an outsider may leave now."""

    def __init__(self, consents: ConsentBook) -> None:
        self.consents = consents

    def judge(self, session: Session, message: OutsideMessage, at: datetime) -> Verdict:
        """Put the message to every rule at the run's time `at`; the verdict is kept and audited.

        The sender is locked until the transaction ends, so that two messages that are judged at
        once do not both take the last place of a day.
        """
        run = run_book.get(session, message.run_id)
        lock_named(session, "sender", message.channel, run.started_by)
        calendar = calendar_of(session, rehearsal=run.rehearsal)
        country = self._country(session, message) or calendar.country
        asked = Question(
            session=session,
            message=message,
            at=at,
            run=run,
            calendar=calendar,
            standing=self.consents.standing(session, message.person_id, run.world),
            country=country,
            zone=zone_in(country, calendar),
        )
        verdict = together([ask(rule, asked) for rule in RULES])
        _keep(session, run, message, at, verdict)
        return verdict

    def _country(self, session: Session, message: OutsideMessage) -> str | None:
        """Where the recipient is: as it is on record, else by the country code of their phone."""
        if message.country is not None:
            return message.country
        phone = self.consents.vault.reveal(session, message.person_id).get("phone")
        return country_of(phone) if phone else None

    def stays_with_starter(self, session: Session, run: Run, addresses: Collection[str]) -> bool:
        """Whether these addresses are all the starter's own, and there is one."""
        starter = recipient_of(session, self.consents.vault, run.started_by)
        return starter is not None and set(addresses) == {starter.address}


def zone_in(country: str, calendar: WorkingCalendar) -> ZoneInfo:
    """The clocks of a country; the calendar's own where we know none of it."""
    if country == calendar.country or country not in ZONES:
        return calendar.zone
    return ZoneInfo(ZONES[country])


def together(found: list[RuleVerdict]) -> Verdict:
    """The first refusal, else the longest delay, else allowed."""
    refused = next((each for each in found if each.kind == "refused"), None)
    if refused is not None:
        return Verdict("refused", refused.code, None, tuple(found))
    delays = [(each.not_before, each.code) for each in found if each.not_before is not None]
    if not delays:
        return Verdict("allowed", None, None, tuple(found))
    until, code = max(delays, key=lambda delay: delay[0])
    return Verdict("later", code, until, tuple(found))


def _keep(
    session: Session, run: Run, message: OutsideMessage, at: datetime, verdict: Verdict
) -> None:
    """Keep a judgment unless it says what the last one of this message said."""
    last = session.scalars(
        select(Judgment)
        .where(Judgment.effect_key == message.effect_key)
        .order_by(Judgment.recorded_at.desc(), Judgment.id.desc())
        .limit(1)
    ).one_or_none()
    said = (verdict.kind, verdict.code, verdict.not_before)
    if last is not None and (last.kind, last.code, last.not_before) == said:
        return
    row = {
        "tenant_id": tenant_of(session),
        "id": new_id("jdg"),
        "run_id": run.id,
        "effect_key": message.effect_key,
        "message_id": message.message_id,
        "channel": message.channel,
        "purpose": message.purpose,
        "person_id": message.person_id,
        "kind": verdict.kind,
        "code": verdict.code,
        "not_before": verdict.not_before,
        "rules": [each.as_stored() for each in verdict.rules],
        "at": at,
        "recorded_at": clock.real_now(),
    }
    session.execute(insert(Judgment), row)
    data = {"key": message.effect_key, "kind": verdict.kind, "code": verdict.code}
    note(session, "system", "message.judged", run.id, data, chain=run.chain, at=at)
