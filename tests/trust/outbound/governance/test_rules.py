"""Each rule refuses or delays what it must, lets pass what it may, and every verdict is kept."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from tests.trust.outbound.governance.conftest import MORNING, NIGHT, NOON

from dealix.errors import InvalidInput
from dealix.lanes.inbox_models import InboundEvent
from dealix.lanes.working_time import WorkingSettings
from dealix.lanes.working_time.book import set_settings
from dealix.lanes.working_time.settings import DailyLimits, Quiet
from dealix.store.ids import new_id
from dealix.trust.outbound.governance.models import Judgment
from dealix.trust.outbound.governance.rules import RULES

STARTER = "given_by_starter"


def kept(company, message):
    with company.database.tenant(company.tenant) as session:
        query = select(Judgment).where(Judgment.effect_key == message.effect_key)
        return list(session.scalars(query.order_by(Judgment.recorded_at)))


def said(company, person, event, channel="email", purpose="partnership", source="given_by_person"):
    with company.database.tenant(company.tenant) as session:
        company.book.record(
            session, person, event, channel=channel, purpose=purpose, source=source, by="usr_2"
        )


def test_a_message_that_every_rule_lets_pass_leaves_a_verdict_of_each(company):
    message = company.message(company.person())
    verdict = company.judge(message)
    assert verdict.kind == "allowed"
    assert [each.rule for each in verdict.rules] == [rule.__name__ for rule in RULES]
    (row,) = kept(company, message)
    assert [each["kind"] for each in row.rules] == ["allowed"] * len(RULES)
    assert row.at == NOON


def test_without_consent_for_channel_and_purpose_nothing_leaves(company):
    stranger = company.person(vouched=False)
    assert company.judge(company.message(stranger)).code == "consent_missing"
    known = company.person()
    assert company.judge(company.message(known, purpose="service")).code == "consent_missing"
    said(company, known, "withdrawn")
    assert company.judge(company.message(known)).code == "consent_missing"
    other = company.message(known, channel="whatsapp", template=True)
    assert company.judge(other).kind == "allowed"
    said(company, known, "given")
    assert company.judge(company.message(known)).kind == "allowed"


def test_who_opted_out_is_never_written_to_not_even_as_another_entry(company):
    person = company.person("one@partner.example", "+966500000011")
    said(company, person, "opted_out", channel="*", purpose="*", source="reply")
    for channel in ("email", "whatsapp", "sms"):
        message = company.message(person, channel=channel, template=True)
        assert company.judge(message).code == "opted_out"
    with pytest.raises(InvalidInput) as again:
        company.person("ONE@partner.example", "+966500000012")
    assert again.value.code == "contact_opted_out"
    said(company, person, "given")
    assert company.judge(company.message(person)).kind == "allowed"


def test_who_is_held_by_a_models_reading_is_not_written_to_until_that_is_lifted(company):
    person = company.person("held@partner.example", "+966500000031")
    twin = company.person("held@partner.example", "+966500000032")
    everything = {"channel": "*", "purpose": "*"}
    said(company, person, "opted_out", source="model_reading", **everything)
    for each in (person, twin):
        assert company.judge(company.message(each)).code == "opted_out"
    said(company, person, "lifted", source="read_by_person", **everything)
    for each in (person, twin):
        assert company.judge(company.message(each)).kind == "allowed"
    said(company, person, "opted_out", source="reply", **everything)
    said(company, person, "lifted", source="read_by_person", **everything)
    assert company.judge(company.message(person)).code == "opted_out"


def test_an_opt_out_in_a_rehearsal_stops_that_rehearsal_only(company):
    person, played = company.person(), company.run(rehearsal=True)
    with company.database.tenant(company.tenant) as session:
        company.book.record(
            session,
            person,
            "opted_out",
            channel="*",
            purpose="*",
            source="reply",
            by="system",
            world=played,
        )
    assert company.judge(company.message(person, played)).code == "opted_out"
    assert company.judge(company.message(person)).kind == "allowed"


def test_marketing_needs_the_persons_own_word(company):
    person = company.person()
    said(company, person, "given", purpose="marketing", source=STARTER)
    message = company.message(person, purpose="marketing")
    assert company.judge(message).code == "marketing_not_given"
    said(company, person, "given", purpose="marketing", source="web_form")
    assert company.judge(message).kind == "allowed"


def test_promotional_sms_by_a_system_is_refused_in_saudi_arabia(company):
    person = company.person()
    said(company, person, "given", channel="sms", purpose="marketing")
    promotion = company.message(person, channel="sms", purpose="marketing")
    assert company.judge(promotion).code == "sms_promotional"
    said(company, person, "given", channel="sms", purpose="service")
    assert company.judge(company.message(person, channel="sms", purpose="service")).kind == (
        "allowed"
    )


def test_a_first_message_without_the_opt_out_line_is_refused_and_a_second_may(company):
    person = company.person()
    bare = company.message(person, text="Dear Sami")
    assert company.judge(bare).code == "opt_out_line_missing"
    company.sent(company.message(person))
    assert company.judge(bare).kind == "allowed"


def test_free_text_on_whatsapp_needs_a_message_of_the_person_within_a_day(company):
    person, run = company.person(), company.run()
    free = company.message(person, run, channel="whatsapp")
    assert company.judge(free).code == "whatsapp_window"
    assert company.judge(company.message(person, channel="whatsapp", template=True)).kind == (
        "allowed"
    )
    with company.database.tenant(company.tenant) as session:
        session.add(
            InboundEvent(
                tenant_id=company.tenant,
                id=new_id("inb"),
                provider="whatsapp",
                delivery_id=new_id("wamid"),
                received_at=NOON - timedelta(hours=20),
                person_id=person,
                run_id=run,
                status="attached",
                attached_at=NOON - timedelta(hours=20),
            )
        )
    assert company.judge(free).kind == "allowed"
    late = company.judge(free, NOON + timedelta(hours=5))
    assert late.code == "whatsapp_window"


def test_the_same_message_id_does_not_leave_for_two_effects(company):
    person = company.person()
    first = company.message(person)
    company.sent(first)
    assert company.judge(first).kind == "allowed"  # the same effect may be tried again
    assert company.judge(company.message(person, message_id=first.message_id)).code == (
        "duplicate_message"
    )


def test_a_message_at_night_waits_until_the_morning(company):
    message = company.message(company.person())
    verdict = company.judge(message, NIGHT)
    assert (verdict.kind, verdict.code, verdict.not_before) == ("later", "quiet_hours", MORNING)
    assert company.judge(message, MORNING).kind == "allowed"
    assert [row.kind for row in kept(company, message)] == ["later", "allowed"]


def test_a_refusal_wins_over_a_delay(company):
    stranger = company.person(vouched=False)
    assert company.judge(company.message(stranger), NIGHT).kind == "refused"


def limits(company, **daily):
    with company.database.tenant(company.tenant) as session:
        set_settings(session, WorkingSettings(daily=DailyLimits(**daily)), "usr_2")


def test_above_the_senders_daily_limit_a_message_leaves_next_morning(company):
    limits(company, email=2)
    person = company.person()
    for _ in range(2):
        message = company.message(person)
        assert company.judge(message).kind == "allowed"
        company.sent(message)
    verdict = company.judge(company.message(person))
    assert (verdict.kind, verdict.code, verdict.not_before) == ("later", "daily_limit", MORNING)
    assert company.judge(company.message(person), MORNING).kind == "allowed"
    other_sender = company.message(person, company.run(by="usr_9"))
    assert company.judge(other_sender).kind == "allowed"
    notice = company.message(person, notice=True)
    assert company.judge(notice).kind == "allowed"  # what takes back is not held by a limit
    assert company.judge(notice, NIGHT).kind == "later"  # but by the night


def test_a_rehearsal_neither_uses_nor_feels_the_limits_of_the_day(company):
    limits(company, email=1)
    person = company.person()
    company.sent(company.message(person, company.run(rehearsal=True)))
    real = company.message(person)
    assert company.judge(real).kind == "allowed"
    company.sent(real)
    played = company.message(person, company.run(rehearsal=True))
    assert company.judge(played).kind == "allowed"


def test_a_tenant_without_quiet_hours_sends_at_night_and_its_rehearsals_may_wait(company):
    with company.database.tenant(company.tenant) as session:
        set_settings(session, WorkingSettings(quiet=None), "usr_2")
        early = WorkingSettings(quiet=Quiet(begins=time(20), ends=time(7)))
        set_settings(session, early, "usr_2", world="rehearsal")
    person = company.person()
    assert company.judge(company.message(person), NIGHT).kind == "allowed"
    played = company.judge(company.message(person, company.run(rehearsal=True)), NIGHT)
    assert played.not_before == datetime(2026, 4, 7, 4, tzinfo=UTC)


def test_the_same_verdict_again_is_not_kept_twice(company):
    message = company.message(company.person())
    for _ in range(3):
        company.judge(message)
    assert len(kept(company, message)) == 1


def test_consents_and_judgments_are_never_changed(company):
    company.judge(company.message(company.person()))
    for statement in ("UPDATE consents SET event = 'given'", "DELETE FROM message_judgments"):
        with pytest.raises(DBAPIError), company.database.tenant(company.tenant) as session:
            session.execute(text(statement))


def test_the_days_of_a_limit_are_local():
    from dealix.lanes.working_time import WorkingCalendar

    begin, end = WorkingCalendar("SA", "Asia/Riyadh").local_day(NIGHT)
    assert (begin, end) == (
        datetime(2026, 4, 5, 21, tzinfo=UTC),
        datetime(2026, 4, 6, 21, tzinfo=UTC),
    )
    assert begin.date() == date(2026, 4, 5)
