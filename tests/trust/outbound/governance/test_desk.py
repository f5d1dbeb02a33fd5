"""The desk shows each message with its verdicts; consents are recorded by whom it concerns."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.trust.outbound.governance.conftest import MORNING, NIGHT

from dealix import clock
from dealix.actors import Actor
from dealix.errors import InvalidInput, NotEntitled, NotFound
from dealix.lanes.inbox import Heard
from dealix.lanes.inbox_models import Receipt
from dealix.lanes.refusals import AT_ONCE, Refusals
from dealix.store.ids import new_id
from dealix.trust.access.rights import permit
from dealix.trust.outbound.governance.desk import OutboundDesk
from dealix.trust.outbound.governance.listening import Listener


@pytest.fixture
def desk(company):
    return OutboundDesk(
        company.database, company.book, permit, Refusals(company.database, company.tenant)
    )


def actor(company, *roles):
    return Actor(company.tenant, "usr_c", frozenset(roles))


def test_each_message_is_shown_once_with_all_its_judgments(company, desk):
    message = company.message(company.person())
    company.judge(message, NIGHT)
    company.judge(message, MORNING)
    (row,) = desk.messages(actor(company, "sales_rep"))
    assert (row["verdict"], row["run"]) == ("allowed", message.run_id)
    assert [each["kind"] for each in row["judgments"]] == ["allowed", "later"]
    assert "sami@partner.example" not in str(row)
    assert desk.messages(actor(company, "sales_rep"), "run_other") == []


def test_a_message_is_shown_with_its_receipts_and_where_it_stands(company, desk):
    message = company.message(company.person(), channel="whatsapp", template=True)
    company.judge(message)
    (row,) = desk.messages(actor(company, "sales_rep"))
    assert (row["standing"], row["receipts"]) == (None, [])
    with company.database.tenant(company.tenant) as session:
        for minute, (status, reason) in enumerate([("read", None), ("sent", None)]):
            at = MORNING + timedelta(minutes=minute)
            session.add(receipt(company, message, status, reason, at))
    (row,) = desk.messages(actor(company, "sales_rep"))
    assert row["standing"]["status"] == "read"
    assert [one["status"] for one in row["receipts"]] == ["read", "sent"]


def test_a_message_that_did_not_arrive_says_why(company, desk):
    message = company.message(company.person(), channel="whatsapp", template=True)
    company.judge(message)
    with company.database.tenant(company.tenant) as session:
        session.add(receipt(company, message, "failed", "whatsapp_131026", MORNING))
    (row,) = desk.messages(actor(company, "sales_rep"))
    assert (row["standing"]["status"], row["standing"]["reason"]) == ("failed", "whatsapp_131026")


def receipt(company, message, status, reason, at):
    return Receipt(
        tenant_id=company.tenant,
        id=new_id("rcp"),
        run_id=message.run_id,
        event_id=new_id("inb"),
        effect_key=message.effect_key,
        channel="whatsapp",
        reference="wamid.1",
        status=status,
        reason=reason,
        at=at,
        received_at=at,
    )


def test_what_was_refused_is_counted_by_the_minute_for_the_operating_company(company, desk):
    operator = actor(company, "operator")
    provider = new_id("provider")
    for _ in range(3):
        desk.refusals.keep(provider, "webhook_signature")
    desk.refusals.keep(provider, "invalid_input")
    mine = [row for row in desk.refused(operator) if row["provider"] == provider]
    assert sum(row["many"] for row in mine if row["code"] == "webhook_signature") == 3
    assert {row["code"] for row in mine} == {"webhook_signature", "invalid_input"}
    stranger = Actor("another-company", "usr_c", frozenset({"operator"}))
    assert desk.refused(stranger) == []
    with pytest.raises(NotEntitled):
        desk.refused(actor(company, "sales_rep"))


def test_a_flood_of_refused_deliveries_writes_little_and_loses_no_count(company, desk):
    provider = new_id("provider")
    for _ in range(50 * AT_ONCE):
        desk.refusals.keep(provider, "webhook_signature")
    rows = [row for row in desk.refusals.newest(200) if row["provider"] == provider]
    assert len(rows) <= 2
    written = sum(row["many"] for row in rows)
    held = desk.refusals._held[provider, "webhook_signature"].many
    assert written + held == 50 * AT_ONCE
    assert held > 0


def test_old_refusals_are_forgotten_with_the_next(company, desk):
    provider = new_id("provider")
    with company.database.nobody() as session:
        for days in (31, 0):
            at = clock.real_now() - timedelta(days=days)
            call = text("SELECT keep_refused(:provider, 'webhook_signature', 1, :at)")
            session.execute(call, {"provider": provider, "at": at})
            count = text("SELECT count(*) FROM lookup_refused(1000) WHERE provider = :provider")
            assert session.execute(count, {"provider": provider}).scalar_one() == 1


def test_consent_is_recorded_by_compliance_with_the_persons_own_word(company, desk):
    person, officer = company.person(), actor(company, "compliance_officer")
    said = {"channel": "email", "purpose": "marketing"}
    with pytest.raises(NotEntitled):
        desk.record(actor(company, "ceo"), person, "given", source="web_form", **said)
    with pytest.raises(InvalidInput):
        desk.record(officer, person, "given", source="given_by_starter", **said)
    shown = desk.record(officer, person, "given", source="web_form", **said)
    assert {"channel": "email", "purpose": "marketing", "source": "web_form"} in shown["consents"]
    out = desk.record(officer, person, "opted_out", source="given_by_person", **said)
    assert out["opted_out"]
    assert out["events"][-1]["channel"] == "*"
    with company.database.tenant(company.tenant) as session:
        query = "SELECT action FROM audit_records WHERE subject = :person AND actor_id = 'usr_c'"
        records = sorted(session.scalars(text(query), {"person": person}))
    assert records == ["consent.given", "consent.opted_out"]
    with pytest.raises(NotFound):
        desk.person(officer, "person_unknown")


def test_a_stop_word_in_an_answer_opts_out_in_the_same_transaction(company, desk):
    person, run = company.person(), company.run()
    listen = Listener(company.book)
    with company.database.tenant(company.tenant) as session:
        listen(session, Heard(person, run, "smtp", ("Re: Terms", "نعم، نقبل")))
        assert not company.book.standing(session, person).opted_out
        listen(session, Heard(person, run, "smtp", ("Re: Terms", "إِيقاف")))
        assert company.book.standing(session, person).opted_out
        listen(session, Heard(None, None, "smtp", ("stop", "")))
    shown = desk.person(actor(company, "auditor"), person)
    assert shown["events"][-1]["source"] == "reply"
    assert [each["person_id"] for each in desk.people(actor(company, "auditor"))] == [person]


@pytest.mark.parametrize(
    ("texts", "out"),
    [
        (("Re: Terms", "شكرا، بس لا عاد ترسلون لي شي"), True),
        (("Re: Terms", "Kindly remove my email address from your list."), True),
        (("Re: Terms", "Please do not send the contract before Sunday"), False),
        (("Re: Terms", "نقترح إلغاء البند الثالث وإرسال نسخة جديدة"), False),
    ],
)
def test_a_whole_sentence_opts_out_as_a_stop_word_does(company, texts, out):
    number = f"+9665{abs(hash(texts)) % 10**8:08}"
    person, run = company.person(f"p{number[1:]}@partner.example", number), company.run()
    with company.database.tenant(company.tenant) as session:
        Listener(company.book)(session, Heard(person, run, "smtp", texts))
        assert company.book.standing(session, person).opted_out is out
