"""The company registry's word on a partner: what refuses a start, and what it says of signing."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from dealix import clock
from dealix.actors import Actor
from dealix.business.compliance.service import CompanyRegistry
from dealix.business.partners.schemas import PartnerApprovalInput
from dealix.connectors.company_research import RegistryRecord
from dealix.errors import InvalidInput, NotConfigured, ProviderError
from dealix.lanes.kinds import Beginning
from dealix.lanes.working_time.countries import ZONES

COVERED = "SA"
"""The country whose companies the registry knows."""
FIELD = "registration_number"
STOPPED = {
    "suspended": "registration_suspended",
    "expired": "registration_expired",
    "deleted": "registration_struck_off",
    "other": "registration_inactive",
}
AtStart = Literal["asked", "unavailable", "not_configured", "not_covered"]


class DoorCheck:
    """Asks the registry before a run is made; a company that may not become a partner is refused.

    `registry` answers soon or not at all: a registry that is away holds up no start, since the
    run asks again and waits.
    """

    def __init__(self, registry: CompanyRegistry) -> None:
        self._registry = registry

    def examine(
        self, actor: Actor, given: PartnerApprovalInput, start: Beginning
    ) -> Mapping[str, Any]:
        """What became of the question, and under which ID the answer is kept.

        Raises:
            InvalidInput: a code of its own for each reason, at the registration's field.
        """
        if given.country != COVERED:
            return _at_start("not_covered")
        world = start.run_id if start.rehearsal else None
        number = given.registration_number
        try:
            found = self._registry.find(actor.tenant_id, number, rehearsal=world)
        except NotConfigured:
            return _at_start("not_configured")
        except ProviderError:
            return _at_start("unavailable")
        code = refusal(found.record, today(clock.now()))
        if code is not None:
            raise InvalidInput(code, errors=[{"field": FIELD, "type": code}])
        told = found.record.national_number if found.record else ""
        return {
            **_at_start("asked"),
            "registry_answer": found.id,
            **({"company_number": told} if told else {}),
        }


def _at_start(word: AtStart) -> dict[str, str]:
    return {"registry_at_start": word}


def refusal(record: RegistryRecord | None, day: date) -> str | None:
    """The code for which a company may not be a partner on that day, or None."""
    if record is None:
        return "registration_unknown"
    if not record.is_active:
        return STOPPED[record.status]
    return "registration_overdue" if record.confirmation_overdue(day) else None


def today(moment: datetime) -> date:
    """The day that it is at the registry."""
    return moment.astimezone(ZoneInfo(ZONES[COVERED])).date()
