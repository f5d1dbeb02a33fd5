"""Whether a company may be proposed now, and until when it is decided on.

A company is known by its country and any number the registry has for it, so that a start by the
commercial registration and one by the unified number are about the same company.
"""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.partners.examples import FIRST_NUMBER
from dealix.business.partners.models import Partner
from dealix.business.partners.schemas import PartnerApprovalInput
from dealix.errors import Conflict, InvalidInput
from dealix.lanes.kinds import Beginning
from dealix.store.locks import lock_named

LONGEST = timedelta(days=14)
"""How long an approval may take, unless it is extended."""
AGAIN = timedelta(days=90)
"""How long after a rejection a company may be proposed again."""
PLAYED = ("rehearsal", "practice")
"""States of records that are for no company of this world."""


def assert_free(session: Session, given: PartnerApprovalInput, start: Beginning) -> None:
    """Refuse a company that is being decided on, is a partner, or was rejected of late.

    Two starts at once wait here for one another.

    Raises:
        Conflict: `partner_in_progress`, `partner_active`, `partner_rejected` with `until`.
    """
    for number in sorted(_numbers(given, start)):
        lock_named(session, "partner", given.country, number)
    for known in _of_company(session, given, start):
        if known.status == "in_progress":
            raise Conflict("partner_in_progress")
        if known.status == "active":
            raise Conflict("partner_active")
        if _rests(known, clock.now()):
            raise Conflict("partner_rejected", until=(known.updated_at + AGAIN).date().isoformat())


def deadline(given: datetime | None) -> datetime | None:
    """The deadline that a start asks for; None leaves it to the longest time.

    Raises:
        InvalidInput: `deadline_past`, `deadline_too_far`.
    """
    if given is None:
        return None
    now = clock.now()
    if given <= now:
        raise InvalidInput("deadline_past", until=given.isoformat())
    if given - now > LONGEST:
        raise InvalidInput("deadline_too_far", days=LONGEST.days)
    return given


def first_reference(session: Session, given: PartnerApprovalInput, start: Beginning) -> str | None:
    """What the CRM calls this company since its first approval; None where this is the first."""
    if start.rehearsal or start.practice:
        return None
    known = _of_company(session, given, start)
    return known[0].company_ref if known else None


def unused_example(session: Session) -> int:
    """The first example whose company may be proposed now."""
    query = select(Partner.registration_number, Partner.status, Partner.updated_at).where(
        Partner.country == "SA", Partner.status.in_(("in_progress", "active", "rejected"))
    )
    now = clock.now()
    taken = {
        row.registration_number
        for row in session.execute(query)
        if row.status != "rejected" or row.updated_at + AGAIN > now
    }
    number = 0
    while str(FIRST_NUMBER + number) in taken:
        number += 1
    return number


def _numbers(given: PartnerApprovalInput, start: Beginning) -> frozenset[str]:
    told = start.found.get("company_number")
    return frozenset({given.registration_number, *([str(told)] if told else [])})


def _of_company(session: Session, given: PartnerApprovalInput, start: Beginning) -> list[Partner]:
    """The company's records that are for real, the oldest first."""
    wanted = sorted(_numbers(given, start))
    query = select(Partner).where(
        Partner.country == given.country,
        Partner.status.not_in(PLAYED),
        or_(Partner.registration_number.in_(wanted), Partner.company_number.in_(wanted)),
    )
    return list(session.execute(query.order_by(Partner.created_at, Partner.id)).scalars())


def _rests(known: Partner, now: datetime) -> bool:
    return known.status == "rejected" and known.updated_at + AGAIN > now
