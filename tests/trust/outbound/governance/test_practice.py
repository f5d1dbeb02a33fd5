"""Practice reaches nobody but its starter, whatever a step asks for, and counts for nothing."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from tests.trust.access.company import hire
from tests.trust.outbound.governance.conftest import MORNING, NIGHT, NOON
from tests.trust.outbound.governance.test_outbound import Postman, ledger
from tests.trust.outbound.staging import Policy

from dealix import clock
from dealix.errors import Conflict
from dealix.lanes import run_book
from dealix.lanes.inbox import Heard
from dealix.lanes.schemas import StepCall
from dealix.lanes.steps import StepFacts
from dealix.lanes.working_time import WorkingSettings
from dealix.lanes.working_time.book import set_settings
from dealix.lanes.working_time.settings import DailyLimits
from dealix.trust.access.models import User
from dealix.trust.outbound.governance import Governance
from dealix.trust.outbound.governance.listening import Listener
from dealix.trust.outbound.recipients import addressee_of
from dealix.trust.outbound.service import Outbound, OutsideEffect

SEND = StepFacts("send_terms", "email", "message_id", "retract_terms", False, "ask")
SAMI = {"name": "سامي", "email": "sami@partner.example"}


@pytest.fixture
def starter(company):
    return hire(company.database, company.vault, company.tenant, "partner_manager")


@pytest.fixture
def run(company, starter):
    return company.run(practice=True, by=starter.user_id)


def perform(company, run, at=NOON, key="k1", **effect):
    postman = Postman()
    call = StepCall(
        tenant_id=company.tenant, run_id=run, rehearsal=False, seq=1, key=f"{run}:{key}", at=at
    )
    made = OutsideEffect("email.send", "r", "h", "email", postman.send, **effect)
    with clock.at(at):
        outbound = Outbound(company.database, Policy(), Governance(company.book))
        return outbound.perform(SEND, call, made), postman.calls


def message_to(company, run, address, key="k1"):
    made = company.message(company.person(), run, effect_key=f"{run}:{key}")
    return replace(made, address=address)


def test_a_message_to_the_starter_leaves_and_one_to_the_partner_does_not(company, starter, run):
    result, calls = perform(company, run, message=message_to(company, run, starter.email))
    assert (result.status, calls) == ("done", 1)
    message = message_to(company, run, SAMI["email"], "k2")
    result, calls = perform(company, run, key="k2", message=message)
    assert (result.status, result.reason, calls) == ("failed", "practice_outside", 0)
    assert ledger(company, run) == ["done", "failed"]


def test_what_is_no_message_is_held_back_unless_it_says_whom_it_reaches(company, starter, run):
    _, written = perform(company, run, key="unknown")
    _, signed = perform(company, run, key="theirs", reaches=(starter.email, SAMI["email"]))
    _, own = perform(company, run, key="own", reaches=(starter.email, starter.email))
    _, recalled = perform(company, run, key="void", practice="silent")
    assert (written, signed, own, recalled) == (0, 0, 1, 1)
    left_out, calls = perform(company, run, key="crm", practice="left_out")
    assert (left_out.status, calls) == ("not_needed", 0)
    assert ledger(company, run).count("waived") == 1
    real = company.run(by=starter.user_id)
    assert perform(company, real, practice="left_out")[1] == 1


def test_when_the_starter_has_left_nothing_leaves(company, starter, run):
    with company.database.tenant(company.tenant) as session:
        session.get_one(User, (company.tenant, starter.user_id)).active = False
    _, calls = perform(company, run, message=message_to(company, run, starter.email))
    assert calls == 0
    with company.database.tenant(company.tenant) as session, pytest.raises(Conflict):
        addressee_of(session, company.vault, run_book.get(session, run), SAMI, "en")


def test_at_night_the_verdict_is_kept_and_practice_goes_on(company, starter, run):
    message = message_to(company, run, starter.email)
    result, calls = perform(company, run, NIGHT, message=message)
    assert (result.status, calls) == ("done", 1)
    with company.database.tenant(company.tenant) as session:
        query = sa.text("SELECT kind, code, not_before FROM message_judgments WHERE run_id = :run")
        (row,) = session.execute(query, {"run": run})
    assert tuple(row) == ("later", "quiet_hours", MORNING)


def test_practice_takes_no_place_of_a_real_day(company, starter, run):
    with company.database.tenant(company.tenant) as session:
        set_settings(session, WorkingSettings(daily=DailyLimits(email=1)), "usr_2")
    company.sent(message_to(company, run, starter.email))
    real = company.message(company.person(), company.run(by=starter.user_id))
    assert company.judge(real).kind == "allowed"


def test_a_stop_to_practice_holds_in_it_alone(company, run):
    person = company.person(email="open@partner.example")
    with company.database.tenant(company.tenant) as session:
        Listener(company.book)(session, Heard(person, run, "email", ("STOP",)))
        world = run_book.get(session, run).world
        assert company.book.standing(session, person, world).opted_out
        assert not company.book.standing(session, person).opted_out


@pytest.mark.parametrize("change", ["practice = false", "started_by = 'usr_x'", "chain = 'x'"])
def test_nobody_changes_whom_a_run_reaches(company, run, change):
    with (
        pytest.raises(DBAPIError, match="fixed at its start"),
        company.database.tenant(company.tenant) as session,
    ):
        session.execute(sa.text(f"UPDATE runs SET {change} WHERE id = :run"), {"run": run})


def test_who_is_meant_is_named_and_who_gets_it_is_the_starter(company, starter, run):
    with company.database.tenant(company.tenant) as session:
        practice = run_book.get(session, run)
        to = addressee_of(session, company.vault, practice, SAMI, "en")
        real = run_book.get(session, company.run(by=starter.user_id))
        same = addressee_of(session, company.vault, real, SAMI, "en")
    assert (to.address, to.name) == (starter.email, "Sara")
    assert to.subject("Agreement") == "Practice: Agreement"
    assert to.body("Dear Sami").startswith("This is practice: it would go to سامي")
    assert (same.address, same.subject("A"), same.body("B")) == (SAMI["email"], "A", "B")
