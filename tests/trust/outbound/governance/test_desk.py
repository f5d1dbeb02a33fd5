"""The desk shows each message with its verdicts; consents are recorded by whom it concerns."""

import pytest
from sqlalchemy import text
from tests.trust.outbound.governance.conftest import MORNING, NIGHT

from dealix.actors import Actor
from dealix.errors import InvalidInput, NotEntitled, NotFound
from dealix.lanes.inbox import Heard
from dealix.trust.access.rights import permit
from dealix.trust.outbound.governance.desk import OutboundDesk
from dealix.trust.outbound.governance.listening import Listener


@pytest.fixture
def desk(company):
    return OutboundDesk(company.database, company.book, permit)


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
