"""Says what is wrong with a field from the kind of the error alone: no value is repeated."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dealix.error_codes import CODES
from dealix.i18n import N_, translate

NAMEABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}|\d{1,6}")
MOST = 50

SENTENCES: dict[str, str] = {
    "missing": N_("Fill this in."),
    "extra_forbidden": N_("This field is not known."),
    "json_invalid": N_("This is not JSON."),
    "string_type": N_("Write a text."),
    "string_too_short": N_("This is too short."),
    "string_too_long": N_("This is too long."),
    "string_pattern_mismatch": N_("This is not in the expected form."),
    "enum": N_("Choose one of the given answers."),
    "literal_error": N_("Choose one of the given answers."),
    "int_parsing": N_("Write a whole number."),
    "int_type": N_("Write a whole number."),
    "int_from_float": N_("Write a whole number."),
    "float_parsing": N_("Write a number."),
    "finite_number": N_("Write a number."),
    "decimal_parsing": N_("Write a number."),
    "decimal_type": N_("Write a number."),
    "decimal_max_places": N_("Too many digits after the point."),
    "decimal_max_digits": N_("Too many digits."),
    "decimal_string": N_("Write an amount with at most two places, such as 1250.50."),
    "greater_than": N_("Too small."),
    "greater_than_equal": N_("Too small."),
    "less_than": N_("Too large."),
    "less_than_equal": N_("Too large."),
    "bool_parsing": N_("Answer yes or no."),
    "bool_type": N_("Answer yes or no."),
    "date_parsing": N_("Write a date."),
    "datetime_parsing": N_("Write a date and a time."),
    "datetime_from_date_parsing": N_("Write a date and a time."),
    "timezone_aware": N_("Write a date and a time."),
    "time_delta_parsing": N_("Write a duration such as P2D or PT4H."),
    "dict_type": N_("Write an object with named fields."),
    "model_attributes_type": N_("Write an object with named fields."),
    "list_type": N_("Write a list."),
    "too_short": N_("Too few entries."),
    "too_long": N_("Too many entries."),
    "too_deep": N_("This is nested too deeply."),
    "email_address": N_("Write an address in the form name@domain."),
    "time_parsing": N_("Write a time such as 09:00."),
    "hours_backwards": N_("Hours end after they begin."),
    "hours_missing": N_("Other hours need a begin and an end, and only they have them."),
    "forbidden_character": N_("Remove invisible control characters."),
}
OTHERWISE = N_("This is not right.")


def from_validation(errors: Sequence[Any]) -> list[dict[str, str]]:
    """Errors of pydantic as `{field, type}`, without the values that were sent."""
    return [{"field": field_of(error), "type": str(error.get("type", ""))} for error in errors]


def public(errors: Any, locale: str) -> list[dict[str, str]]:
    """The `errors` of an `InvalidInput`, each with its sentence in `locale`."""
    if isinstance(errors, Mapping):
        errors = [{"field": name, "type": str(kind)} for name, kind in errors.items()]
    if not isinstance(errors, Iterable) or isinstance(errors, str):
        return []
    said = []
    for error in list(errors)[:MOST]:
        kind = str(error.get("type") or error.get("code") or "")
        text = SENTENCES.get(kind) or CODES.get(kind) or OTHERWISE
        field = nameable(str(error.get("field", "")).split("."))
        said.append({"field": field, "code": kind, "detail": translate(locale, text, field=field)})
    return said


def field_of(error: Mapping[str, Any]) -> str:
    """The path of a field without the part of the request it is in (`body`, `query`)."""
    path = (error.get("ctx") or {}).get("path")
    if path is not None:
        return nameable(str(path).split("."))
    return nameable([str(part) for part in error.get("loc", ())[1:]])


def nameable(parts: Sequence[str]) -> str:
    """The path with parts that look like no field of ours left out: a key may be personal too."""
    return ".".join(part if NAMEABLE.fullmatch(part) else "…" for part in parts if part)
