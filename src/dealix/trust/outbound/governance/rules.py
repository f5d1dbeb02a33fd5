"""The rules before any message to an outsider, in order; each is named by its sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealix.lanes.inbox_models import InboundEvent, OutboundMessage
from dealix.lanes.models import REAL, Run
from dealix.lanes.working_time import WorkingCalendar
from dealix.trust.outbound.governance.consents import Standing
from dealix.trust.outbound.governance.countries import forbidden
from dealix.trust.outbound.governance.lines import carries_opt_out_line
from dealix.trust.outbound.governance.schemas import OWN_WORD, OutsideMessage, RuleVerdict

WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class Question:
    """A message with everything that a rule may look at.

    `calendar` is the sender's; `country` and `zone` are the recipient's, who is taken to be in the
    sender's country where nothing else is known.
    """

    session: Session
    message: OutsideMessage
    at: datetime
    run: Run
    calendar: WorkingCalendar
    standing: Standing
    country: str
    zone: ZoneInfo

    def quiet_until(self, moment: datetime) -> datetime | None:
        """When the recipient may be written to again; None when they may at this moment."""
        return self.calendar.quiet_until(moment, self.zone)


Answer = tuple[str, str | None, datetime | None]
PASSED: Answer = ("allowed", None, None)


def no_message_leaves_twice_under_one_id(asked: Question) -> Answer:
    """The message's ID has not been used by another effect."""
    query = select(OutboundMessage.effect_key).where(
        OutboundMessage.message_id == asked.message.message_id,
        OutboundMessage.effect_key != asked.message.effect_key,
    )
    used = asked.session.execute(query.limit(1)).scalar_one_or_none()
    return PASSED if used is None else _no("duplicate_message")


def the_person_has_not_opted_out(asked: Question) -> Answer:
    """Nobody who said stop is written to, on any channel."""
    return _no("opted_out") if asked.standing.opted_out else PASSED


def consent_is_on_record_for_channel_and_purpose(asked: Question) -> Answer:
    """The person agreed to this purpose on this channel."""
    place = (asked.message.channel, asked.message.purpose)
    return PASSED if place in asked.standing.given else _no("consent_missing")


def marketing_goes_only_to_who_gave_their_own_data(asked: Question) -> Answer:
    """PDPL articles 25 and 26: no marketing to data that the person did not give."""
    place = (asked.message.channel, asked.message.purpose)
    source = asked.standing.given.get(place)
    bad = asked.message.purpose == "marketing" and source is not None and source not in OWN_WORD
    return _no("marketing_not_given") if bad else PASSED


def the_country_allows_this_purpose_on_this_channel(asked: Question) -> Answer:
    """The table of countries has no row against it for the recipient's."""
    row = forbidden(asked.country, asked.message.channel, asked.message.purpose)
    return _no(row.code) if row else PASSED


def a_first_message_says_how_to_stop_it(asked: Question) -> Answer:
    """A template is judged by what the person will read, as free text is."""
    if carries_opt_out_line(asked.message.text) or not _is_first(asked):
        return PASSED
    return _no("opt_out_line_missing")


def outside_the_whatsapp_window_only_a_template_goes(asked: Question) -> Answer:
    """Free text only within 24 hours of the person's own last message."""
    if asked.message.channel != "whatsapp" or asked.message.template:
        return PASSED
    heard = func.coalesce(InboundEvent.attached_at, InboundEvent.received_at)
    query = select(InboundEvent.id).where(
        InboundEvent.person_id == asked.message.person_id,
        InboundEvent.provider == "whatsapp",
        heard > asked.at - WINDOW,
        heard <= asked.at,
    )
    recent = asked.session.execute(query.limit(1)).scalar_one_or_none()
    return PASSED if recent is not None else _no("whatsapp_window")


def the_sender_stays_within_the_daily_limit(asked: Question) -> Answer:
    """Messages of one sender on one local day; a notice that takes something back may exceed it."""
    if asked.message.notice:
        return PASSED
    begin, end = asked.calendar.local_day(asked.at)
    limit = asked.calendar.settings.daily.of(asked.message.channel)
    if _sent_between(asked, begin, end) < limit:
        return PASSED
    return "later", "daily_limit", asked.quiet_until(end) or end


def nobody_is_disturbed_in_quiet_hours(asked: Question) -> Answer:
    """Between evening and morning on the recipient's clocks, messages wait."""
    until = asked.quiet_until(asked.at)
    return PASSED if until is None else ("later", "quiet_hours", until)


Rule = Callable[[Question], Answer]
RULES: tuple[Rule, ...] = (
    no_message_leaves_twice_under_one_id,
    the_person_has_not_opted_out,
    consent_is_on_record_for_channel_and_purpose,
    marketing_goes_only_to_who_gave_their_own_data,
    the_country_allows_this_purpose_on_this_channel,
    a_first_message_says_how_to_stop_it,
    outside_the_whatsapp_window_only_a_template_goes,
    the_sender_stays_within_the_daily_limit,
    nobody_is_disturbed_in_quiet_hours,
)
"""Every message is put to all of them, in this order."""


def ask(rule: Rule, asked: Question) -> RuleVerdict:
    """What one rule says of a message."""
    kind, code, until = rule(asked)
    return RuleVerdict(rule.__name__, kind, code, until)  # type: ignore[arg-type]


def _no(code: str) -> Answer:
    return "refused", code, None


def _is_first(asked: Question) -> bool:
    if asked.message.is_first is not None:
        return asked.message.is_first
    query = select(OutboundMessage.id).where(
        OutboundMessage.person_id == asked.message.person_id,
        OutboundMessage.channel == asked.message.channel,
        OutboundMessage.effect_key != asked.message.effect_key,
    )
    return asked.session.execute(query.limit(1)).scalar_one_or_none() is None


def _sent_between(asked: Question, begin: datetime, end: datetime) -> int:
    """Messages of the run's starter that day; a rehearsal or practice counts its own only."""
    run = asked.run
    counts = Run.rehearsal.is_(False) & Run.practice.is_(False)
    same = counts if run.world == REAL else Run.id == run.id
    query = (
        select(func.count())
        .select_from(OutboundMessage)
        .join(
            Run, (Run.tenant_id == OutboundMessage.tenant_id) & (Run.id == OutboundMessage.run_id)
        )
        .where(
            OutboundMessage.channel == asked.message.channel,
            OutboundMessage.effect_key != asked.message.effect_key,
            OutboundMessage.sent_at >= begin,
            OutboundMessage.sent_at < end,
            Run.started_by == run.started_by,
            same,
        )
    )
    return asked.session.execute(query).scalar_one()
