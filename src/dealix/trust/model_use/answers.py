"""What a model may answer, as a schema, and what it answered, read as hostile input."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from dealix.i18n.fit import legible
from dealix.lanes.provenance import Provenance
from dealix.lanes.step_executor import PROVENANCE, A, ModelStep, StepResult
from dealix.trust.model_use.masking import PLACEHOLDER, Mask

LONGEST_ANSWER = 60_000
LONGEST_TEXT = 8_000
DEEPEST = 32
MOST_COMPLAINTS = 8
DROPPED = ("default", "title", "examples", "description")


class BrokenAnswer(ValueError):
    """The answer is not in the schema; `complaint` says why without repeating what it holds."""

    def __init__(self, *wrong: str) -> None:
        self.complaint = (
            "That answer was not in the schema:\n"
            + "\n".join(f"- {each}" for each in wrong[:MOST_COMPLAINTS])
            + "\nAnswer again with one JSON object in the schema, nothing before or after it."
        )
        super().__init__("the answer is not in the schema")


def answer_schema(output: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema that a model answers in: closed, every field required, no provenance.

    Raises:
        TypeError: the output has an object of any keys, which no model can be held to.
    """
    schema = output.model_json_schema()
    schema.get("properties", {}).pop(PROVENANCE, None)
    closed = _closed(schema)
    named = closed.pop("$defs", {})
    needed: dict[str, Any] = {}
    waiting = list(_references(closed))
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = named[name]
            waiting += _references(named[name])
    return {**closed, "$defs": needed} if needed else closed


def read_answer(
    step: ModelStep[Any, A], text: str, mask: Mask, provenance: Provenance
) -> StepResult[A]:
    """The output of an answer, with the persons back in it.

    Raises:
        BrokenAnswer: it is too long, no JSON, not in the schema, or names a placeholder of nobody.
    """
    found = json_object(text)
    if PROVENANCE in found:
        raise BrokenAnswer(f"{PROVENANCE}: no such field")
    restored = mask.restored(found)
    if PLACEHOLDER.search(json.dumps(restored, ensure_ascii=False)):
        raise BrokenAnswer("a placeholder that is not in the facts")
    if PROVENANCE in step.output.model_fields:
        restored[PROVENANCE] = provenance.model_dump(mode="json")
    try:
        output = step.output.model_validate_json(json.dumps(restored), strict=True)
    except ValidationError as wrong:
        raise BrokenAnswer(*_complaints(wrong)) from None
    return StepResult(output, provenance)


def json_object(text: str) -> dict[str, Any]:
    """The JSON object of a model's text, with texts that mislead nobody.

    Raises:
        BrokenAnswer: it is none, too long or too deep.
    """
    if len(text) > LONGEST_ANSWER:
        raise BrokenAnswer(f"longer than {LONGEST_ANSWER} characters")
    try:
        found = json.loads(_unfenced(text), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise BrokenAnswer("no JSON object") from None
    if not isinstance(found, dict):
        raise BrokenAnswer("no JSON object")
    bounded: dict[str, Any] = _bounded(found, 0)
    return bounded


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _unfenced(text: str) -> str:
    """The answer out of the one code fence that some models put around it."""
    bare = text.strip()
    if bare.startswith("```") and bare.endswith("```") and "\n" in bare:
        return bare[bare.index("\n") : -3]
    return bare


def _bounded(value: Any, depth: int) -> Any:
    """The same with texts that mislead nobody, refused where it is too deep or too long."""
    if depth > DEEPEST:
        raise BrokenAnswer("too deep")
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise BrokenAnswer(f"a text of more than {LONGEST_TEXT} characters")
        return legible(value)
    if isinstance(value, list):
        return [_bounded(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {legible(name): _bounded(each, depth + 1) for name, each in value.items()}
    return value


def _complaints(wrong: ValidationError) -> Iterator[str]:
    """Each field with what is wrong; neither its value nor a name that only the answer knows."""
    for each in wrong.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join(str(part)[:40] for part in each["loc"])
        said = "no such field" if each["type"] == "extra_forbidden" else each["msg"]
        yield f"{where or 'the object'}: {said}"


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    kept = {name: each for name, each in node.items() if name not in DROPPED}
    for word in ("properties", "$defs"):
        if isinstance(node.get(word), Mapping):
            kept[word] = {name: _closed(each) for name, each in node[word].items()}
    for word in ("items", "anyOf", "oneOf", "allOf", "prefixItems"):
        if word in node:
            kept[word] = _closed(node[word])
    if kept.get("type") == "object":
        if not kept.get("properties"):
            raise TypeError("an object of any keys is nothing a model can be held to")
        kept |= {"additionalProperties": False, "required": list(kept["properties"])}
    return kept


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _references(each)
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for each in node.values():
            yield from _references(each)
