"""Who looks at the controls that no data can answer, and until when: as ships, or as was set."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.compliance.controls import Charge, Control, control_of
from dealix.business.compliance.models import ComplianceCharge
from dealix.errors import Conflict, InvalidInput, NotFound
from dealix.records import audit
from dealix.store.locks import lock_named
from dealix.store.session import tenant_of
from dealix.trust.access.directory import active_users, company_zone


def charges_of(session: Session) -> Mapping[str, Charge]:
    """What the session's company has set, by the key of the control."""
    return {
        row.control: Charge(row.owner, row.due) for row in session.scalars(select(ComplianceCharge))
    }


def set_charge(session: Session, actor: Actor, key: str, charge: Charge) -> Control:
    """Give a control of people an owner and a day; audited with what stood before.

    Raises:
        NotFound: there is no such control.
        Conflict: `control_by_data`, it is asked of the data and has no owner.
        InvalidInput: `role_unheld`, nobody active in the company has this role; `due_past`, by
            the company's clocks.
    """
    control = control_of(key)
    if control is None:
        raise NotFound("not_found")
    if control.check is not None:
        raise Conflict("control_by_data")
    if not any(charge.owner in person.roles for person in active_users(session)):
        raise InvalidInput("role_unheld", role=charge.owner)
    if charge.due < clock.real_now().astimezone(company_zone(session)).date():
        raise InvalidInput("due_past", due=charge.due.isoformat())
    lock_named(session, "compliance_charge", key)
    before = control.charge(charges_of(session))
    if before != charge:
        _keep(session, key, charge, actor.user_id)
        data = {"before": _told(before), "after": _told(charge)}
        audit.append(session, actor.user_id, "compliance.charged", key, data)
    return control


def _keep(session: Session, key: str, charge: Charge, by: str) -> None:
    values = {
        "owner": charge.owner,
        "due": charge.due,
        "set_by": by,
        "set_at": clock.real_now(),
    }
    session.execute(
        insert(ComplianceCharge)
        .values(tenant_id=tenant_of(session), control=key, **values)
        .on_conflict_do_update(index_elements=["tenant_id", "control"], set_=values)
    )


def _told(charge: Charge | None) -> dict[str, Any] | None:
    return None if charge is None else {"owner": charge.owner, "due": charge.due.isoformat()}


def day_of(text: str) -> date:
    """A day as a form sends it.

    Raises:
        InvalidInput: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong = [{"field": "due", "type": "date_parsing"}]
        raise InvalidInput("invalid_input", errors=wrong) from None
