"""Where a tenant's calendar is kept: its settings and overrides, read in the caller's session."""

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.lanes.working_time.calendar import Override, WorkingCalendar, calendar_for
from dealix.lanes.working_time.countries import ZONES, Named
from dealix.lanes.working_time.models import DayOverride, WorkingSettingsRow
from dealix.lanes.working_time.settings import Span, WorkingSettings
from dealix.store.session import tenant_of

REAL, REHEARSAL = "real", "rehearsal"
HOME = "SA"
"""The country by which a tenant without a known one is taken."""
KNOWN = "working_calendars"


def calendar_of(session: Session, *, rehearsal: bool = False) -> WorkingCalendar:
    """The working clock of the session's tenant, read once; the same one while nothing changes."""
    known: dict[bool, WorkingCalendar] = session.info.setdefault(KNOWN, {})
    if rehearsal not in known:
        known[rehearsal] = _read(session, rehearsal=rehearsal)
    return known[rehearsal]


def _read(session: Session, *, rehearsal: bool) -> WorkingCalendar:
    country, zone = place_of(session)
    overrides = tuple(map(_override, session.scalars(select(DayOverride).order_by("day"))))
    return calendar_for(country, zone, overrides, settings_of(session, rehearsal=rehearsal))


def forget(session: Session) -> None:
    """What this session has read of its tenant's clock was changed in it."""
    session.info.pop(KNOWN, None)


def settings_of(session: Session, *, rehearsal: bool = False) -> WorkingSettings:
    """The tenant's settings; a rehearsal has the real ones unless it has its own."""
    rows = {row.world: row.settings for row in session.scalars(select(WorkingSettingsRow))}
    worlds = (REHEARSAL, REAL) if rehearsal else (REAL,)
    found = next((rows[world] for world in worlds if world in rows), {})
    return WorkingSettings.model_validate(found)


def has_settings(session: Session) -> bool:
    """Whether a tenant has ever set its clock."""
    return session.scalars(select(WorkingSettingsRow.world).limit(1)).one_or_none() is not None


def set_settings(
    session: Session, settings: WorkingSettings, by: str, *, world: str = REAL
) -> None:
    """Keep a tenant's settings; the caller audits."""
    values = {
        "settings": settings.model_dump(mode="json"),
        "set_by": by,
        "set_at": clock.real_now(),
    }
    session.execute(
        insert(WorkingSettingsRow)
        .values(tenant_id=tenant_of(session), world=world, **values)
        .on_conflict_do_update(index_elements=["tenant_id", "world"], set_=values)
    )
    forget(session)


def place_of(session: Session) -> tuple[str, str]:
    """The tenant's country and clocks; the first market's for a country that is not known."""
    # The companies' table belongs to the access package above the lanes: two plain facts of it.
    row = session.execute(text("SELECT country, time_zone FROM tenants")).one_or_none()
    if row is None or row.country not in ZONES:
        return HOME, row.time_zone if row else ZONES[HOME]
    return row.country, row.time_zone


def _override(row: DayOverride) -> Override:
    name = row.name or row.name_ar
    hours = Span(begins=row.begins, ends=row.ends) if row.begins and row.ends else None
    return Override(
        day=row.day,
        kind=row.kind,  # type: ignore[arg-type]
        name=Named(row.name or name or "", row.name_ar or name or "") if name else None,
        hours=hours,
    )
