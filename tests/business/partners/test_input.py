"""What may start a partner approval: every field says no to what does not belong in it."""

import copy
import json
from typing import Any

import pytest
from pydantic import ValidationError

from dealix.business.partners.examples import partner_example
from dealix.business.partners.schemas import ActivationFacts, PartnerApprovalInput


def given(**changes: Any) -> dict[str, Any]:
    """A valid input with some values changed; `contact__email` names a nested one."""
    data = copy.deepcopy(partner_example(0))
    for path, value in changes.items():
        outer, _, inner = path.partition("__")
        if inner:
            data[outer][inner] = value
        else:
            data[outer] = value
    return data


def refusal(**changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        PartnerApprovalInput.model_validate(given(**changes))
    return caught.value.errors()[0]["type"]


@pytest.mark.parametrize(
    ("country", "registration", "phone", "kept"),
    [
        ("SA", "1010123456", "٠٥٠ ١٢٣ ٤٥٦٧", "+966501234567"),
        ("AE", "123456", "050 123 4567", "+971501234567"),
        ("AE", "123456", "+966 50 123 4567", "+966501234567"),
        ("SA", "1010123456", " ", None),
    ],
)
def test_a_phone_without_a_country_code_is_of_the_partners_country(
    country: str, registration: str, phone: str, kept: str | None
) -> None:
    changes = {"country": country, "registration_number": registration, "contact__phone": phone}
    assert PartnerApprovalInput.model_validate(given(**changes)).contact.phone == kept


def test_the_first_hundred_examples_are_valid_and_distinct() -> None:
    examples = [partner_example(number) for number in range(100)]
    for example in examples:
        PartnerApprovalInput.model_validate(example)
    assert len({example["registration_number"] for example in examples}) == 100
    assert len({example["name"] for example in examples}) == 100
    assert len({json.dumps(example, sort_keys=True) for example in examples}) == 100


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("name", "N", "string_too_short"),
        ("name", "   ", "string_too_short"),
        ("name", " N ", "string_too_short"),
        ("name", "x" * 201, "string_too_long"),
        ("name", 7, "string_type"),
        ("name_ar", "نجد\u202eشركة", "forbidden_character"),
        ("name_ar", "نجد\u061cشركة", "forbidden_character"),
        ("name_ar", "نجد\u2067شركة", "forbidden_character"),
        ("name", "Najd\u200bLogistics", "forbidden_character"),
        ("name", "Najd\u2028Logistics", "forbidden_character"),
        ("name", "Najd\nBcc: all", "forbidden_character"),
        ("contact__name", "نورة\u200f القحطاني", "forbidden_character"),
        ("contact__email", "n" * 90 + "@partner.example", "string_too_long"),
        ("contact__email", "nora", "email_address"),
        ("contact__email", "nora@localhost", "email_address"),
        ("contact__email", "nora@x.example\nBcc: a@b.example", "email_address"),
        ("contact__locale", "fr", "literal_error"),
        ("contact__phone", "1", "malformed_phone"),
        ("contact__phone", 966501234567, "string_type"),
        ("contact__phone", "+966 50 123 4567 x 9", "malformed_phone"),
        ("contact__fax", "1", "extra_forbidden"),
        ("partner_type", "friend", "unknown_partner_type"),
        ("country", "EG", "literal_error"),
        ("economics__expected_revenue", "-1", "negative_amount"),
        ("economics__expected_revenue", "-٥٠٠", "negative_amount"),
        ("economics__expected_revenue", "1e9", "decimal_string"),
        ("economics__expected_revenue", "1.234", "decimal_string"),
        ("economics__expected_revenue", "²000", "decimal_string"),
        ("economics__expected_revenue", 5.0, "string_type"),
        ("economics__setup_cost", "-0.01", "negative_amount"),
        ("economics__revenue_share_percent", "-1", "greater_than_equal"),
        ("economics__revenue_share_percent", "60.01", "less_than_equal"),
        ("economics__revenue_share_percent", "NaN", "finite_number"),
        ("economics__currency", "EUR", "literal_error"),
        ("exclusivity", "perhaps", "bool_parsing"),
        ("approver", "u" * 81, "string_too_long"),
        ("deadline", "2027-03-01T08:00:00", "timezone_aware"),
        ("deadline", "tomorrow", "datetime_from_date_parsing"),
        ("surprise", 1, "extra_forbidden"),
    ],
)
def test_every_field_refuses_what_does_not_belong_in_it(field: str, value: Any, kind: str) -> None:
    assert refusal(**{field: value}) == kind


@pytest.mark.parametrize(
    ("country", "number", "good"),
    [
        ("SA", "1010000000", True),
        ("SA", "7001234567", True),
        ("SA", "١٠١٠٠٠٠٠٠٠", True),
        ("SA", "۱۰۱۰۰۰۰۰۰۰", True),
        ("SA", "²010000000", False),
        ("SA", "101000000", False),
        ("SA", "6010000000", False),
        ("SA", "10100000000", False),
        ("SA", "101000000x", False),
        ("AE", "CN-1234567", True),
        ("AE", "123", False),
        ("AE", "DN-1234567", False),
        ("BH", "12345-1", True),
        ("BH", "12345-123", False),
        ("KW", "1234", True),
        ("KW", "12345678", False),
        ("QA", "123456", True),
        ("QA", "1234567", False),
        ("OM", "1234567", True),
        ("OM", "12345", False),
    ],
)
def test_a_registration_number_has_its_countrys_form(
    country: str, number: str, *, good: bool
) -> None:
    if good:
        made = PartnerApprovalInput.model_validate(
            given(country=country, registration_number=number)
        )
        assert made.registration_number.isascii()
    else:
        assert refusal(country=country, registration_number=number) == "malformed_registration"


def test_eastern_arabic_digits_of_an_amount_become_latin() -> None:
    made = PartnerApprovalInput.model_validate(given(economics__expected_revenue="٤٠٠٠٠٠.٥٠"))
    assert made.economics.expected_revenue == "400000.50"


POWER = {
    "signing_basis": "joint_signature",
    "signing_document": "Resolution 12",
    "signing_scope": "This partnership",
    "signing_from": "2026-01-01",
    "signing_until": "2026-12-31",
}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        *(({name: None}, "signing_incomplete") for name in sorted(POWER)),
        ({"signing_until": "2025-12-31"}, "signing_backwards"),
    ],
)
def test_a_power_to_sign_is_whole_and_runs_forward(changed, code):
    assert ActivationFacts.model_validate(POWER).signing_basis == "joint_signature"
    with pytest.raises(ValidationError) as refused:
        ActivationFacts.model_validate({**POWER, **changed})
    assert refused.value.errors()[0]["type"] == code
