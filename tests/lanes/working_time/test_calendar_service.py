"""A tenant's own days and settings: kept, audited, its own, and the administrator's to change."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from tests.trust.access.company import hire

from dealix.actors import Actor
from dealix.connectors.secrets import LocalSecrets
from dealix.errors import InvalidInput, NotEntitled, NotFound
from dealix.lanes.working_time import Span, WorkingSettings, calendar_of
from dealix.lanes.working_time.book import set_settings
from dealix.lanes.working_time.service import CalendarService, DayChange
from dealix.trust.access.rights import permit
from dealix.trust.privacy import Vault

TENANT, OTHER = "clock-sa", "other-sa"
EID = date(2026, 3, 25)


@pytest.fixture(scope="module")
def service(engines, database):
    vault = Vault(LocalSecrets(engines.secrets_file, {}))
    for tenant in (TENANT, OTHER):
        hire(database, vault, tenant, "tenant_admin")
    return CalendarService(database, permit)


def actor(role="tenant_admin", tenant=TENANT):
    return Actor(tenant, f"usr_{role}", frozenset({role}))


def audited(database, action):
    with database.tenant(TENANT) as session:
        query = text("SELECT subject, actor_id FROM audit_records WHERE action = :action")
        return [tuple(row) for row in session.execute(query, {"action": action})]


def test_a_day_that_an_administrator_sets_moves_every_deadline_of_that_tenant(service, database):
    start = datetime(2026, 3, 18, 15, tzinfo=ZoneInfo("Asia/Riyadh"))
    with database.tenant(TENANT) as session:
        before = calendar_of(session).add(start, timedelta(hours=3))
    day = service.set_day(actor(), DayChange(day=EID, kind="holiday", name_ar="إجازة إضافية"))
    assert day["working"] is False
    assert day["holiday_ar"] == "إجازة إضافية"
    with database.tenant(TENANT) as session:
        assert calendar_of(session).add(start, timedelta(hours=3)) == before + timedelta(days=1)
    with database.tenant(OTHER) as session:
        assert calendar_of(session).add(start, timedelta(hours=3)) == before
    assert audited(database, "calendar.day_set") == [("2026-03-25", "usr_tenant_admin")]
    assert service.clear_day(actor(), EID)["working"] is True
    assert audited(database, "calendar.day_cleared") == [("2026-03-25", "usr_tenant_admin")]
    with pytest.raises(NotFound):
        service.clear_day(actor(), EID)


def test_only_the_administrator_changes_the_calendar(service):
    for role in ("ceo", "operator", "partner_manager", "auditor"):
        with pytest.raises(NotEntitled):
            service.set_day(actor(role), DayChange(day=EID, kind="working"))
        with pytest.raises(NotEntitled):
            service.change_settings(actor(role), WorkingSettings())
    assert service.month(actor("auditor"), 2026, 3)["country"] == "SA"


def test_a_month_shows_both_dates_weekends_holidays_and_ramadan(service):
    days = {day["date"]: day for day in service.month(actor(), 2026, 3)["days"]}
    assert len(days) == 31
    assert days["2026-03-20"]["hijri"] == "1447-10-01"
    assert days["2026-03-20"]["holiday"] == "Eid al-Fitr Holiday"
    assert days["2026-03-06"]["weekend"]
    assert days["2026-03-05"]["ramadan"]
    assert days["2026-03-05"]["hours"] == {"begins": "10:00:00", "ends": "16:00:00"}
    with pytest.raises(InvalidInput):
        service.month(actor(), 1999, 12)


def test_settings_are_kept_and_a_rehearsal_may_have_its_own(service, database):
    service.change_settings(actor(), WorkingSettings(day=Span(begins=time(8), ends=time(16))))
    with database.tenant(TENANT) as session:
        assert calendar_of(session, rehearsal=True).hours_of(date(2026, 4, 6)).begins == time(8)
        set_settings(session, WorkingSettings(), "system", world="rehearsal")
    with database.tenant(TENANT) as session:
        assert calendar_of(session).hours_of(date(2026, 4, 6)).begins == time(8)
        assert calendar_of(session, rehearsal=True).hours_of(date(2026, 4, 6)).begins == time(9)
        assert calendar_of(session) is calendar_of(session)
    assert len(audited(database, "calendar.settings_changed")) == 1
