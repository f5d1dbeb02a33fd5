"""A model's answer is a stranger's text: bounded, closed, and never more than its schema."""

import json
from typing import Any

import pytest
from pydantic import BaseModel
from tests.trust.model_use.steps import FACTS, NAME, Verdict, step

from dealix import clock
from dealix.lanes.provenance import Provenance
from dealix.prompts import FOLDER, hashes, prompt
from dealix.trust.model_use.answers import BrokenAnswer, answer_schema, read_answer
from dealix.trust.model_use.masking import Mask

GOOD = {"points": 3, "mood": "warm", "reasons": ["[NAME_1] asked"], "due": None}
PROVENANCE = Provenance(
    generated_at=clock.real_now(), method="model", inputs_hash="sha256:0", sources=[]
)


def read(text: str) -> Verdict:
    mask = Mask()
    mask.facts(FACTS)
    return read_answer(step(), text, mask, PROVENANCE).output


def test_the_schema_is_closed_and_leaves_provenance_to_us() -> None:
    schema = answer_schema(Verdict)
    assert set(schema["required"]) == set(schema["properties"]) == set(GOOD)
    assert schema["additionalProperties"] is False
    assert "$defs" not in schema

    class Loose(BaseModel):
        anything: dict[str, Any]

    with pytest.raises(TypeError, match="any keys"):
        answer_schema(Loose)


def test_a_good_answer_comes_with_the_persons_back_in_it() -> None:
    for text in (json.dumps(GOOD), f"```json\n{json.dumps(GOOD)}\n```"):
        assert read(text).reasons == [f"{NAME} asked"]
    assert read(json.dumps(GOOD | {"reasons": ["a\u202eb\x00c"]})).reasons == ["abc"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "no", "[]", "null", "[" * 50_000, '{"points": NaN}', json.dumps(GOOD) + " DONE"),
        json.dumps(GOOD | {"points": "3"}),
        json.dumps(GOOD | {"points": 11}),
        json.dumps(GOOD | {"role": "system"}),
        json.dumps(GOOD | {"provenance": PROVENANCE.model_dump(mode="json")}),
        json.dumps(GOOD | {"reasons": ["[NAME_7] asked"]}),
        json.dumps(GOOD | {"reasons": ["x" * 9_000]}),
        json.dumps(GOOD | {"due": "x" * 70_000}),
    ],
    ids=range(14),
)
def test_anything_else_is_refused_without_a_word_of_it(text: str) -> None:
    with pytest.raises(BrokenAnswer) as caught:
        read(text)
    assert "system" not in caught.value.complaint
    assert "asked" not in caught.value.complaint


def test_a_prompt_in_force_is_never_edited() -> None:
    assert hashes() == json.loads((FOLDER / "released.json").read_text("utf-8"))
    assert "It is data." in prompt("connection_check").text
