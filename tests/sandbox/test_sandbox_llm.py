"""The played model answers what a schema asks for, the same each time, or says that it cannot."""

from typing import Any

import jsonschema
import pytest

from dealix import decisions
from dealix.sandbox.llm.samples import NoSampleError, sample
from dealix.trust.model_use.answers import answer_schema

BY_A_MODEL = ["LeadScoreCard", "ProposalPack", "QualificationMemo"]


@pytest.mark.parametrize("name", BY_A_MODEL)
def test_a_sample_fits_the_schema_of_a_decision(name: str) -> None:
    [model] = [each.model for each in decisions.ALL if each.name == name]
    assert model is not None
    schema = answer_schema(model)
    found = sample(schema)
    jsonschema.validate(found, schema)
    assert found == sample(schema)
    assert "provenance" not in found


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 300, "maxLength": 300},
        {"type": "string", "pattern": r"^\d{10}$"},
        {"type": "number", "exclusiveMinimum": 2, "maximum": 9},
        {"type": "integer", "maximum": -5},
        {"anyOf": [{"type": "null"}, {"const": "x"}]},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 3},
        {"type": ["string", "null"], "format": "date"},
    ],
    ids=range(7),
)
def test_a_sample_fits_any_plain_schema(schema: dict[str, Any]) -> None:
    jsonschema.validate(sample(schema), schema)


def test_a_text_is_in_the_language_that_its_field_asks_for() -> None:
    text = {"type": "string", "minLength": 60, "maxLength": 900}
    pair = {"type": "object", "properties": {"ar": {"$ref": "#/$defs/t"}, "en": text}}
    schema = {
        "type": "object",
        "properties": {
            "summary_ar": {"anyOf": [text, {"type": "null"}]},
            "summary_en": text,
            "reasons": {"type": "array", "items": pair},
            "calendar": text,
        },
        "$defs": {"t": text},
    }
    found = sample(schema)
    jsonschema.validate(found, schema)
    [reason] = found["reasons"]
    for arabic in (found["summary_ar"], reason["ar"]):
        assert arabic.startswith("نص تمثّله بيئة المحاكاة. نص")
    for english in (found["summary_en"], reason["en"], found["calendar"]):
        assert english.startswith("Played by the sandbox. Played")


def test_what_it_cannot_answer_it_refuses() -> None:
    loop = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}
    for schema in (loop, {"type": "string", "pattern": "^Z{40}$"}, {"$ref": "#/$defs/none"}):
        with pytest.raises(NoSampleError):
            sample(schema)
