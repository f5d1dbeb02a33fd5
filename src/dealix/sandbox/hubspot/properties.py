"""The portal's properties: the standard ones used here, ours, and those that somebody defined."""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from dealix.sandbox.rows import CrmProperty
from dealix.sandbox.world import World

TYPES = {
    "companies": "companies",
    "company": "companies",
    "0-2": "companies",
    "contacts": "contacts",
    "contact": "contacts",
    "0-1": "contacts",
    "deals": "deals",
    "deal": "deals",
    "0-3": "deals",
}
SINGULAR = {"companies": "company", "contacts": "contact", "deals": "deal"}
PROPERTY_TYPES = {"string", "number", "bool", "date", "datetime", "enumeration"}
OURS = "dealix_"
EXTERNAL = "ext_ref"
MAX_TEXT = 65_536

_STAGES = (
    "subscriber lead marketingqualifiedlead salesqualifiedlead opportunity customer"
    " evangelist other"
)
_READ_ONLY = ("createdate", "hs_createdate", "hs_lastmodifieddate", "hs_object_id")
_COMMON_TEXTS = ("hubspot_owner_id", "hs_lead_status", "description", EXTERNAL)
_PLACE_TEXTS = ("website", "phone", "address", "city", "state", "zip", "country")
_COMPANY_TEXTS = ("name", "domain", "industry", "about_us", "founded_year")
_OUR_COMPANY_TEXTS = ("registration_number",)  # defined by a portal's set-up, as `ext_ref` is
_CONTACT_TEXTS = (
    "email",
    "firstname",
    "lastname",
    "mobilephone",
    "company",
    "jobtitle",
    "hs_language",
)
_DEAL_TEXTS = ("dealname", "dealstage", "pipeline", "deal_currency_code", "closed_lost_reason")
_COMMON = dict.fromkeys(_READ_ONLY, "readonly") | dict.fromkeys(_COMMON_TEXTS, "string")
_STANDARD: dict[str, dict[str, str]] = {
    "companies": _COMMON
    | dict.fromkeys(_PLACE_TEXTS + _COMPANY_TEXTS + _OUR_COMPANY_TEXTS, "string")
    | {"numberofemployees": "number", "annualrevenue": "number", "lifecyclestage": _STAGES}
    | {"type": "PROSPECT PARTNER RESELLER VENDOR OTHER"},
    "contacts": _COMMON
    | dict.fromkeys(_PLACE_TEXTS + _CONTACT_TEXTS, "string")
    | {"lifecyclestage": _STAGES},
    "deals": _COMMON
    | dict.fromkeys(_DEAL_TEXTS, "string")
    | {"amount": "number", "closedate": "datetime", "hs_priority": "low medium high"}
    | {"dealtype": "newbusiness existingbusiness"},
}
_UNIQUE = {"contacts": {"email", EXTERNAL}}
_UNIQUE_OURS = {EXTERNAL, "dealix_ref", "dealix_id", "dealix_external_id"}
DEFAULT_READ = {
    "companies": ("name", "domain"),
    "contacts": ("email", "firstname", "lastname"),
    "deals": ("dealname", "dealstage", "pipeline", "amount", "closedate"),
}


def definition(world: World, object_type: str, name: str) -> str | None:
    """How a property is typed: a type name, `readonly`, its options apart by spaces, or None.

    Properties named `dealix_…` stand for those that the set-up of a portal defines: texts, until
    somebody defines one otherwise.
    """
    defined = world.crm_properties.get((object_type, name))
    if defined is not None:
        return " ".join(defined.options) if defined.type == "enumeration" else defined.type
    standard = _STANDARD[object_type].get(name)
    if standard is None and re.fullmatch(OURS + r"[a-z0-9_]+", name):
        return "string"
    return standard


def is_unique(world: World, object_type: str, name: str) -> bool:
    """Whether no two objects may share the property's value, so that it can name an object."""
    defined = world.crm_properties.get((object_type, name))
    if defined is not None:
        return defined.unique
    return name in _UNIQUE_OURS or name in _UNIQUE.get(object_type, ())


def problem(world: World, object_type: str, name: str, value: str) -> dict[str, Any] | None:
    """What is wrong with a value, as HubSpot lists it, or None."""
    kind = definition(world, object_type, name)
    if kind is None:
        return _wrong(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if kind == "readonly":
        return _wrong(name, "READ_ONLY_VALUE", f'"{name}" is a read only property')
    if len(value) > MAX_TEXT:
        return _wrong(name, "INVALID_LENGTH", f"{name} is longer than {MAX_TEXT} characters")
    if value == "" or _fits(kind, value):
        return None
    code = {"number": "INVALID_INTEGER", "date": "INVALID_DATE", "datetime": "INVALID_DATE"}.get(
        kind, "INVALID_OPTION"
    )
    return _wrong(name, code, f"{value[:80]} was not a valid value of {name}")


def _wrong(name: str, code: str, message: str) -> dict[str, Any]:
    return {"isValid": False, "message": message, "error": code, "name": name}


def _fits(kind: str, value: str) -> bool:
    match kind:
        case "string":
            return True
        case "number":
            return _is_number(value)
        case "bool":
            return value in {"true", "false"}
        case "date" | "datetime":
            return _is_moment(value)
        case _:
            return value in kind.split()


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _is_moment(value: str) -> bool:
    if re.fullmatch(r"-?\d{1,14}", value):
        return True
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def define(object_type: str, data: Any) -> CrmProperty | str:
    """The property that a call defines, or what is wrong with it."""
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        return "name is required"
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,99}", data["name"]):
        return "name must be lower case letters, digits and underscores"
    if data.get("type") not in PROPERTY_TYPES:
        return f"type must be one of {sorted(PROPERTY_TYPES)}"
    options = data.get("options") or []
    return CrmProperty(
        object_type=object_type,
        name=data["name"],
        type=data["type"],
        unique=data.get("hasUniqueValue") is True,
        options=[
            str(each["value"]) for each in options if isinstance(each, dict) and "value" in each
        ],
        label=str(data.get("label") or data["name"]),
    )
