"""Says what is wrong with a field, in the reader's language, from the kind of the error alone."""

from collections.abc import Mapping
from typing import Any

from dealix.console.forms import Field
from dealix.error_codes import CODES
from dealix.errors import DealixError
from dealix.i18n import N_, translate
from dealix.i18n.words import word

KINDS: dict[str, str] = {
    "missing": N_("Fill this in."),
    "extra_forbidden": N_("This field is not known."),
    "string_too_short": N_("Too short: at least {minlength} characters."),
    "string_too_long": N_("Too long: at most {maxlength} characters."),
    "string_pattern_mismatch": N_("This is not in the expected form."),
    "enum": N_("Choose one of the given answers."),
    "literal_error": N_("Choose one of the given answers."),
    "int_parsing": N_("Write a whole number."),
    "int_type": N_("Write a whole number."),
    "float_parsing": N_("Write a number."),
    "decimal_parsing": N_("Write a number."),
    "decimal_type": N_("Write a number."),
    "decimal_max_places": N_("Too many digits after the point."),
    "decimal_max_digits": N_("Too many digits."),
    "greater_than": N_("Too small."),
    "greater_than_equal": N_("Too small."),
    "less_than": N_("Too large."),
    "less_than_equal": N_("Too large."),
    "bool_parsing": N_("Answer yes or no."),
    "date_from_datetime_parsing": N_("Write a date."),
    "date_parsing": N_("Write a date."),
    "datetime_parsing": N_("Write a date and a time."),
    "too_short": N_("Too few entries."),
    "too_long": N_("Too many entries."),
    "decimal_string": N_("Write an amount with at most two places, such as 1250.50."),
    "email_address": N_("Write an address in the form name@domain."),
    "time_parsing": N_("Write a time such as 09:00."),
    "hours_backwards": N_("Hours end after they begin."),
    "hours_missing": N_("Other hours need a begin and an end, and only they have them."),
    "forbidden_character": N_("Remove invisible control characters."),
    "timezone_aware": N_("Write a date and a time."),
    "datetime_from_date_parsing": N_("Write a date and a time."),
    "url_parsing": N_("Write an address that starts with https://."),
    "value_error": N_("This is not right."),
}


FIELD_OF = {
    "malformed_registration": "registration_number",
    "malformed_phone": "contact.phone",
    "deadline_past": "deadline",
    "deadline_too_far": "deadline",
    "contact_opted_out": "contact.email",
    "unknown_person": "approver",
    "unknown_partner_type": "partner_type",
    "signing_incomplete": "signing_basis",
    "signing_backwards": "signing_until",
}
"""The field at which a rule of the business is said, when the rule names none itself."""


def sentences(
    locale: str, refusal: DealixError, fields: list[Field], given: Mapping[str, Any]
) -> tuple[dict[str, list[str]], list[str]]:
    """Sentences by field, and those about no field of the form (say, the input as a whole)."""
    known = {each.name: each for each in _all(fields)}
    by_field: dict[str, list[str]] = {}
    others: list[str] = []
    listed: Any = refusal.params.get("errors") or [{"field": "", "type": refusal.code}]
    for error in listed:
        kind = str(error.get("type", ""))
        name = _nearest(str(error.get("field", "")) or FIELD_OF.get(kind, ""), known)
        sentence = _sentence(locale, kind, known.get(name), {**given, **refusal.params})
        if name:
            by_field.setdefault(name, []).append(sentence)
        else:
            others.append(sentence)
    return by_field, others


def _sentence(locale: str, kind: str, field: Field | None, given: Mapping[str, Any]) -> str:
    text = KINDS.get(kind) or CODES.get(kind) or KINDS["value_error"]
    params = {name: word(locale, value) for name, value in given.items()}
    params.update(field.attributes if field else {})
    if field is not None:
        params["field"] = translate(locale, field.label)
    return translate(locale, text, **params)


def _nearest(name: str, known: dict[str, Field]) -> str:
    """The field that an error's path leads to; alternatives of a schema add parts to the path."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def _all(fields: list[Field]) -> list[Field]:
    return [each for made in fields for each in (made, *_all(made.children))]
