"""Values that fit a JSON Schema, always the same ones: what the sandbox answers, by no model.

A text is in the language that its field asks for: Arabic where the field is named `ar` or `…_ar`,
else English.
"""

import re
from typing import Any

Json = dict[str, Any]
DEEPEST = 24
TEXT = "Played by the sandbox"
ARABIC = "نص تمثّله بيئة المحاكاة"
IN_ARABIC = re.compile(r"(?:^|_)ar$")
"""Names of fields that ask for Arabic."""

FORMATS = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "09:00:00Z",
    "duration": "P1D",
    "email": "played@sandbox.example",
    "uri": "https://sandbox.example/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
CANDIDATES = (
    *(
        "0",
        "1",
        "0.00",
        "1.00",
        "SAR",
        "SA",
        "sandbox",
        "a",
        "A",
        "sandbox_played",
        "sandbox:1",
    ),
    *("1010000001", "2026-01-01", "P1D", "played@sandbox.example", "sha256:" + "0" * 64, "0" * 64),
)


class NoSampleError(ValueError):
    """The schema asks for something of which the sandbox knows no value."""


def sample(schema: Json) -> Any:
    """A value that fits; NoSampleError where none is known."""
    return _value(schema, schema, 0)


def _value(schema: Any, root: Json, depth: int, name: str = "") -> Any:
    """A value of the field `name`, which tells its language."""
    if depth > DEEPEST or not isinstance(schema, dict):
        raise NoSampleError("the schema is too deep or no schema")
    if "$ref" in schema:
        return _value(_referred(root, str(schema["$ref"])), root, depth + 1, name)
    fixed = [schema["const"]] if "const" in schema else schema.get("enum")
    if fixed:
        return fixed[0]
    for word in ("anyOf", "oneOf", "allOf"):
        if schema.get(word):
            return _value(_first(schema[word]), root, depth + 1, name)
    return _typed(schema, root, depth, name)


def _typed(schema: Json, root: Json, depth: int, name: str) -> Any:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object":
        properties = schema.get("properties") or {}
        return {field: _value(each, root, depth + 1, field) for field, each in properties.items()}
    if kind == "array":
        return _array(schema, root, depth, name)
    return _plain(kind, schema, name)


def _array(schema: Json, root: Json, depth: int, name: str) -> list[Any]:
    most = schema.get("maxItems")
    count = max(int(schema.get("minItems", 0)), 0 if most == 0 else 1)
    items = schema.get("items", {"type": "string"})
    return [_value(items, root, depth + 1, name) for _ in range(count)]


def _plain(kind: object, schema: Json, name: str) -> Any:
    if kind == "null":
        return None
    if kind == "boolean":
        return False
    if kind in {"integer", "number"}:
        return _number(schema)
    return _text(schema, name)


def _number(schema: Json) -> int | float:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    found = 0 if low is None else low + ("exclusiveMinimum" in schema)
    if low is None and high is not None and high < 0:
        found = high - 1
    if high is not None and found > high:
        raise NoSampleError("no number lies between its bounds")
    return int(found) if float(found).is_integer() else float(found)


def _text(schema: Json, name: str) -> str:
    usual = ARABIC if IN_ARABIC.search(name) else TEXT
    shortest, longest = int(schema.get("minLength", 0)), int(schema.get("maxLength", 10**6))
    pattern = schema.get("pattern")
    named = FORMATS.get(str(schema.get("format")))
    own = (" ".join([f"{usual}."] * (shortest // len(usual) + 1)),) if shortest > len(usual) else ()
    candidates: tuple[str, ...] = (named,) if named else (*own, usual, *CANDIDATES)
    padded = (each if len(each) >= shortest else each.ljust(shortest, ".") for each in candidates)
    for text in padded:
        if len(text) <= longest and (pattern is None or re.search(pattern, text)):
            return text
    if pattern is None:
        return usual[:longest]
    raise NoSampleError("the sandbox knows no text of this pattern")


def _first(choices: list[Any]) -> Any:
    """The first choice that is not null."""
    return next((each for each in choices if each != {"type": "null"}), choices[0])


def _referred(root: Json, name: str) -> Any:
    found: Any = root
    for part in name.removeprefix("#/").split("/"):
        found = found.get(part) if isinstance(found, dict) else None
    return found
