"""A form is its schema: every kind of question is drawn, and what is sent becomes the input."""

from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import pytest
from pydantic import AwareDatetime, BaseModel, Field

from dealix.business.partners.examples import partner_example
from dealix.business.partners.schemas import PartnerApprovalInput
from dealix.console.field_errors import sentences
from dealix.console.forms import SchemaForm, asked_for_more, with_another
from dealix.errors import InvalidInput

RIYADH = ZoneInfo("Asia/Riyadh")


class Line(BaseModel):
    product: str
    count: int = 1


class Everything(BaseModel):
    name: Annotated[str, Field(title="Name", max_length=80)]
    story: Annotated[str, Field(max_length=5000)] = ""
    kind: Literal["one", "two"]
    level: int
    share: float | None = None
    price: Decimal = Decimal(0)
    agreed: bool = False
    day: AwareDatetime | None = None
    tags: list[Literal["a", "b", "c"]] = []
    aliases: list[str] = []
    lines: Annotated[list[Line], Field(min_length=1)]
    version: Literal[1] = 1


def form(model: type[BaseModel] = Everything) -> SchemaForm:
    return SchemaForm(model.model_json_schema(), RIYADH, [("usr_1", "Noura")])


def test_every_kind_of_question_is_drawn():
    kinds = {field.name: (field.kind, field.input_type) for field in form().fields({})}
    assert kinds == {
        "name": ("input", "text"),
        "story": ("text", "text"),
        "kind": ("choice", "text"),
        "level": ("input", "number"),
        "share": ("input", "number"),
        "price": ("input", "text"),
        "agreed": ("check", "text"),
        "day": ("input", "datetime-local"),
        "tags": ("choices", "text"),
        "aliases": ("lines", "text"),
        "lines": ("list", "text"),
    }


def test_what_is_sent_becomes_a_valid_input():
    sent = {
        "name": [" Najd "],
        "kind": ["two"],
        "level": ["3"],
        "share": [""],
        "price": ["12.50"],
        "agreed": ["true"],
        "day": ["2026-12-01T10:00"],
        "tags": ["a", "c"],
        "aliases": ["x\n\n y "],
        "lines.0.product": ["rope"],
        "lines.0.count": ["2"],
        "lines.1.product": [""],
        "lines.1.count": [""],
    }
    given = form().read(sent)
    assert given["lines"] == [{"product": "rope", "count": 2}]
    assert given["day"] == "2026-12-01T10:00:00+03:00"
    assert "share" not in given
    checked = Everything.model_validate(given)
    assert (checked.name, checked.price, checked.tags) == ("Najd", Decimal("12.50"), ["a", "c"])
    assert checked.aliases == ["x", "y"]


def test_what_is_no_number_is_kept_for_its_error_to_be_shown():
    assert form().read({"level": ["many"]})["level"] == "many"


def test_a_moment_comes_back_as_the_browsers_picker_wants_it():
    fields = {f.name: f for f in form().fields({"day": "2026-12-01T07:00:00+00:00"})}
    assert fields["day"].value == "2026-12-01T10:00"


def test_another_entry_is_added_on_request_and_nothing_is_lost():
    sent = {"_more": ["lines"], "lines.0.product": ["rope"], "name": ["Najd"]}
    assert asked_for_more(sent) == "lines"
    given = with_another(form().read(sent), "lines")
    drawn = {field.name: field for field in form().fields(given)}
    assert [child.children[0].value for child in drawn["lines"].children] == ["rope", ""]
    assert drawn["name"].value == "Najd"


@pytest.mark.parametrize("number", [0, 3, 7])
def test_an_example_goes_through_the_form_unchanged(number):
    given = partner_example(number)
    schema = SchemaForm(PartnerApprovalInput.model_json_schema(), RIYADH)
    sent: dict[str, list[str]] = {}

    def collect(fields):
        for field in fields:
            if field.kind == "group":
                collect(field.children)
            elif field.kind == "check":
                sent[field.name] = ["true"] if field.value in (True, "true") else []
            else:
                sent[field.name] = [str(field.value)]

    collect(schema.fields(given))
    read = schema.read(sent)
    wanted = PartnerApprovalInput.model_validate(given)
    assert PartnerApprovalInput.model_validate(read) == wanted


def test_people_are_chosen_by_name():
    schema = SchemaForm(PartnerApprovalInput.model_json_schema(), RIYADH, [("usr_1", "Noura")])
    approver = next(f for f in schema.fields({}) if f.name == "approver")
    assert (approver.kind, approver.options) == ("person", [("usr_1", "Noura")])


def test_errors_are_said_at_their_fields_in_the_readers_language():
    fields = SchemaForm(PartnerApprovalInput.model_json_schema(), RIYADH).fields({})
    refusal = InvalidInput(
        "invalid_input",
        errors=[
            {"field": "contact.email", "type": "email_address"},
            {"field": "name", "type": "string_too_short"},
            {"field": "", "type": "malformed_registration"},
            {"field": "economics.revenue_share_percent.decimal", "type": "less_than_equal"},
            {"field": "surprise", "type": "extra_forbidden"},
        ],
    )
    wrong, others = sentences("ar", refusal, fields, {"country": "SA"})
    assert set(wrong) == {
        "contact.email",
        "name",
        "registration_number",
        "economics.revenue_share_percent",
    }
    assert "2" in wrong["name"][0]
    assert "السعودية" in wrong["registration_number"][0]
    assert others == ["هذا الحقل غير معروف."]


def test_an_error_of_the_business_is_said_where_it_belongs():
    fields = SchemaForm(PartnerApprovalInput.model_json_schema(), RIYADH).fields({})
    refusal = InvalidInput("unknown_person", person="usr_9")
    wrong, others = sentences("en", refusal, fields, {})
    assert wrong == {"approver": ["There is no active person called usr_9 in this company."]}
    assert others == []
