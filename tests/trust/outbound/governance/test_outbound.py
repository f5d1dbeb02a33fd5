"""Outbound asks governance before a message begins: it waits, fails with the code, or leaves."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from tests.trust.outbound.governance.conftest import MORNING, NIGHT, NOON
from tests.trust.outbound.staging import Policy

from dealix import clock
from dealix.errors import InvariantBroken, ProviderUnavailable
from dealix.lanes import run_book
from dealix.lanes.run_views import summary
from dealix.lanes.schemas import StepCall
from dealix.lanes.steps import StepFacts
from dealix.records.effects import list_effects
from dealix.records.schemas import Reply
from dealix.trust.outbound.governance import Governance
from dealix.trust.outbound.service import Outbound, OutsideEffect

SEND = StepFacts("send_terms", "email", "message_id", "retract_terms", False, "ask")


@dataclass
class Postman:
    """A mail server that counts, and is away when told so."""

    away: bool = False
    calls: int = 0

    def send(self):
        if self.away:
            raise ProviderUnavailable("provider_unavailable", provider="smtp", reason="away")
        self.calls += 1
        return Reply("ref_1")


@pytest.fixture
def postman():
    return Postman()


def perform(company, message, postman, at, *, governed=True):
    call = StepCall(
        tenant_id=company.tenant,
        run_id=message.run_id,
        rehearsal=False,
        seq=1,
        key=message.effect_key,
        at=at,
    )
    effect = OutsideEffect("email.send", "r", "h", "email", postman.send, message=message)
    governance = Governance(company.book) if governed else None
    with clock.at(at):
        return Outbound(company.database, Policy(), governance).perform(SEND, call, effect)


def ledger(company, run_id):
    with company.database.tenant(company.tenant) as session:
        return [each["status"] for each in list_effects(session, run_id)]


def test_at_night_nothing_begins_and_in_the_morning_it_leaves_once(company, postman):
    message = company.message(company.person())
    result = perform(company, message, postman, NIGHT)
    assert (result.status, result.data) == ("later", {"not_before": MORNING.isoformat()})
    assert ledger(company, message.run_id) == []
    with company.database.tenant(company.tenant) as session:
        assert run_book.get(session, message.run_id).resumes_at == MORNING
    assert perform(company, message, postman, MORNING).status == "done"
    assert perform(company, message, postman, NIGHT).status == "done"  # done is not judged again
    assert postman.calls == 1


def test_a_refused_message_fails_with_its_code_and_is_not_sent(company, postman):
    message = company.message(company.person(vouched=False))
    result = perform(company, message, postman, NOON)
    assert (result.status, result.reason) == ("failed", "consent_missing")
    assert ledger(company, message.run_id) == ["failed"]
    assert postman.calls == 0


def test_a_try_after_an_outage_is_judged_anew(company, postman):
    message = company.message(company.person())
    postman.away = True
    with pytest.raises(ProviderUnavailable):
        perform(company, message, postman, NIGHT - timedelta(hours=3))
    postman.away = False
    assert perform(company, message, postman, NIGHT).status == "later"
    assert perform(company, message, postman, MORNING).status == "done"


def test_without_governance_no_message_leaves(company, postman):
    message = company.message(company.person())
    with pytest.raises(InvariantBroken):
        perform(company, message, postman, NOON, governed=False)
    assert postman.calls == 0


def test_a_run_shows_that_it_rests_only_while_that_lies_ahead(company):
    run_id = company.run()
    with company.database.tenant(company.tenant) as session:
        run = run_book.get(session, run_id)
        run_book.rest(session, run_id, run.now() + timedelta(hours=1))
        assert summary(run)["resumes_at"] is not None
        run_book.rest(session, run_id, run.now() - timedelta(hours=1))
        assert summary(run)["resumes_at"] is None


def test_two_messages_judged_at_once_do_not_share_the_last_place(company, postman):
    from concurrent.futures import ThreadPoolExecutor

    from dealix.lanes.sent_messages import expect_answers
    from dealix.lanes.working_time import WorkingSettings
    from dealix.lanes.working_time.book import set_settings
    from dealix.lanes.working_time.settings import DailyLimits

    with company.database.tenant(company.tenant) as session:
        set_settings(session, WorkingSettings(daily=DailyLimits(email=1)), "usr_2")
    person = company.person()
    messages = [company.message(person) for _ in range(4)]

    def attempt(message):
        def begun(session):
            expect_answers(
                session,
                message_id=message.message_id,
                run_id=message.run_id,
                person_id=person,
                effect_key=message.effect_key,
                at=NOON,
            )

        call = StepCall(
            tenant_id=company.tenant,
            run_id=message.run_id,
            rehearsal=False,
            seq=1,
            key=message.effect_key,
            at=NOON,
        )
        effect = OutsideEffect("email.send", "r", "h", "email", postman.send, message=message)
        outbound = Outbound(company.database, Policy(), Governance(company.book))
        return outbound.perform(SEND, call, replace(effect, begun=begun)).status

    with ThreadPoolExecutor(4) as threads:
        found = sorted(threads.map(attempt, messages))
    assert found == ["done", "later", "later", "later"]
