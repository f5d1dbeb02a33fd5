"""The working clock of a tenant's country: working days, hours, holidays, Ramadan, quiet hours."""

from dealix.lanes.working_time.book import calendar_of
from dealix.lanes.working_time.calendar import Day, Override, WorkingCalendar
from dealix.lanes.working_time.countries import ZONES
from dealix.lanes.working_time.settings import Priority, Span, WorkingSettings
from dealix.lanes.working_time.sla import SlaTimes, running, sla

__all__ = [
    "ZONES",
    "Day",
    "Override",
    "Priority",
    "SlaTimes",
    "Span",
    "WorkingCalendar",
    "WorkingSettings",
    "calendar_of",
    "running",
    "sla",
]
