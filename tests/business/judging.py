"""Examples of decisions, changed in one place, against the rules of their schemas."""

from copy import deepcopy
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel, ValidationError

from dealix import decisions

HASH = "a" * 64
PROVENANCE = {
    "generated_at": "2026-10-01T08:00:00+00:00",
    "method": "rules",
    "rules_version": "1",
    "inputs_hash": f"sha256:{HASH}",
    "sources": ["example"],
}


def changed(example: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The example with what stands at a path such as `lines.0.total` replaced."""
    copy = deepcopy(example)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    inner: Any = copy
    for part in way:
        inner = inner[part]
    inner[last] = value
    return copy


def accepted(model: type[BaseModel], example: dict[str, Any]) -> None:
    """The example is in order, by the model and by the JSON Schema that goes out."""
    found = model.model_validate(example)
    decision = next(each for each in decisions.ALL if each.model is model)
    schema = decisions.schema_of(decision)
    jsonschema.validate(example, schema)
    jsonschema.validate(found.model_dump(mode="json"), schema)


def refused(model: type[BaseModel], example: dict[str, Any], code: str) -> None:
    """The example is refused for this reason and no other."""
    with pytest.raises(ValidationError) as wrong:
        model.model_validate(example)
    assert {each["type"] for each in wrong.value.errors()} == {code}
