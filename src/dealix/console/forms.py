"""Makes a form out of a workflow's JSON Schema, and an input out of what the form sends.

A form holds what the schema says and nothing else: no workflow has a page of its own. Everything
works without JavaScript; a list gets another empty entry by a button that sends the form back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

INPUT_TYPES = {"integer": "number", "number": "number"}
LONG_TEXT = 300
FORMATS = {
    "email": "email",
    "idn-email": "email",
    "uri": "url",
    "date": "date",
    "date-time": "datetime-local",
    "time": "time",
}
MAX_ENTRIES = 50


@dataclass
class Field:
    """One question of a form, ready to be drawn."""

    name: str
    kind: str
    label: str
    hint: str = ""
    required: bool = False
    optional: bool = False
    input_type: str = "text"
    value: Any = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    children: list["Field"] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def html_id(self) -> str:
        """The id of its control, which its label names."""
        return "f-" + self.name.replace(".", "-")


class SchemaForm:
    """The fields of one JSON Schema, filled with values and errors."""

    def __init__(
        self,
        schema: Mapping[str, Any],
        zone: ZoneInfo,
        people: Sequence[tuple[str, str]] = (),
        find: Callable[[str], str] | None = None,
        written: Callable[[str], str] = str,
        products: Callable[[], Sequence[tuple[str, str]]] = tuple,
    ) -> None:
        """`zone`: whose clocks its times are read on; `products` can be offered, (number, name).

        The rest is a `people.Choice`.
        """
        self.schema = schema
        self.zone = zone
        self.people = list(people)
        self.find = find
        self.written = written
        self.products = cache(products)
        self._definitions = schema.get("$defs", {})

    def fields(
        self,
        values: Mapping[str, Any],
        errors: Mapping[str, list[str]] | None = None,
    ) -> list[Field]:
        """The fields of the form with what was entered and what is wrong with it."""
        return self._fields_of(self._resolve(self.schema), "", values, errors or {})

    def read(self, sent: Mapping[str, list[str]]) -> dict[str, Any]:
        """The input that a sent form means; what is no number stays text, for its error to show."""
        value = self._read_object(self._resolve(self.schema), "", sent)
        return value if isinstance(value, dict) else {}

    def _fields_of(
        self,
        schema: Mapping[str, Any],
        prefix: str,
        values: Any,
        errors: Mapping[str, list[str]],
    ) -> list[Field]:
        required = set(schema.get("required", ()))
        held = values if isinstance(values, Mapping) else {}
        return [
            self._field(
                f"{prefix}{key}",
                part,
                held.get(key, self._resolve(part).get("default", "")),
                errors,
                required=key in required,
            )
            for key, part in schema.get("properties", {}).items()
            if "const" not in self._resolve(part)
        ]

    def _field(
        self,
        name: str,
        part: Mapping[str, Any],
        value: Any,
        errors: Mapping[str, list[str]],
        *,
        required: bool,
    ) -> Field:
        schema = self._resolve(part)
        made = Field(
            name=name,
            kind=_kind(schema, self._items(schema)),
            label=str(schema.get("title") or name.rsplit(".", 1)[-1].replace("_", " ")),
            hint=str(schema.get("description", "")),
            required=required,
            optional=not required and schema.get("default") in (None, ""),
            value="" if value is None else value,
            errors=list(errors.get(name, ())),
            attributes=_attributes(schema),
        )
        if schema.get("format") == "person":
            made.kind = "person" if self.find is None else "person_written"
            made.options, made.value = self.people, self.written(str(made.value))
        elif schema.get("format") == "product" and self.products():
            made.kind, made.options = "product", _with(self.products(), str(made.value))
        elif made.kind == "input":
            made.input_type = _input_type(schema)
            if made.input_type == "datetime-local":
                made.value = _on_the_clock(str(made.value), self.zone)
        elif made.kind in ("choice", "choices"):
            holder = schema if made.kind == "choice" else self._items(schema)
            made.options = _options(holder)
            made.value = value if made.kind == "choices" else str(made.value)
        elif made.kind == "group":
            made.children = self._fields_of(schema, f"{name}.", value, errors)
        elif made.kind == "list":
            made.children = self._entries(name, schema, value, errors)
        elif made.kind == "lines" and isinstance(value, list):
            made.value = "\n".join(str(line) for line in value)
        return made

    def _entries(
        self,
        name: str,
        schema: Mapping[str, Any],
        value: Any,
        errors: Mapping[str, list[str]],
    ) -> list[Field]:
        held = list(value) if isinstance(value, list) else []
        while len(held) < max(1, int(schema.get("minItems", 0))):
            held.append({})
        items = self._items(schema)
        return [
            Field(
                name=f"{name}.{index}",
                kind="group",
                label=str(index + 1),
                children=self._fields_of(items, f"{name}.{index}.", entry, errors),
                errors=list(errors.get(f"{name}.{index}", ())),
            )
            for index, entry in enumerate(held)
        ]

    def _read_object(
        self, schema: Mapping[str, Any], prefix: str, sent: Mapping[str, list[str]]
    ) -> Any:
        found: dict[str, Any] = {}
        required = set(schema.get("required", ()))
        for key, part in schema.get("properties", {}).items():
            resolved = self._resolve(part)
            value = self._read(f"{prefix}{key}", resolved, sent)
            if value not in (None, "", [], {}) or (key in required and value in ([], {})):
                found[key] = value
        return found

    def _read(self, name: str, schema: Mapping[str, Any], sent: Mapping[str, list[str]]) -> Any:
        if "const" in schema:
            return schema["const"]
        kind = _kind(schema, self._items(schema))
        if kind in ("group", "list"):
            return self._read_parts(kind, name, schema, sent)
        given = [text.strip() for text in sent.get(name, [])]
        first = given[0] if given else ""
        if kind == "check":
            return first == "true"
        if kind == "choices":
            return given
        if kind == "lines":
            return [line.strip() for line in first.splitlines() if line.strip()]
        find = self.find if schema.get("format") == "person" else None
        return find(first) if find is not None else _typed(first, schema, self.zone)

    def _read_parts(
        self, kind: str, name: str, schema: Mapping[str, Any], sent: Mapping[str, list[str]]
    ) -> Any:
        if kind == "group":
            return self._read_object(schema, f"{name}.", sent)
        return self._read_list(name, schema, sent)

    def _read_list(
        self, name: str, schema: Mapping[str, Any], sent: Mapping[str, list[str]]
    ) -> list[Any]:
        entries = []
        for index in range(MAX_ENTRIES):
            prefix = f"{name}.{index}."
            if not any(key.startswith(prefix) for key in sent):
                break
            entry = self._read_object(self._items(schema), prefix, sent)
            if entry:
                entries.append(entry)
        return entries

    def _items(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._resolve(schema.get("items", {})) if schema.get("type") == "array" else {}

    def _resolve(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        """A part with its reference followed and its one meaningful alternative chosen."""
        while "$ref" in part:
            rest = {key: value for key, value in part.items() if key != "$ref"}
            part = {**self._definitions[part["$ref"].rsplit("/", 1)[-1]], **rest}
        for word in ("anyOf", "oneOf", "allOf"):
            if word in part:
                chosen = self._resolve(_alternative(part[word]))
                return {**chosen, **{key: held for key, held in part.items() if key != word}}
        return part


def asked_for_more(sent: Mapping[str, list[str]]) -> str | None:
    """The list that the visitor wants another entry of, if the form was sent back for that."""
    wanted = sent.get("_more")
    return wanted[0] if wanted else None


def with_another(values: dict[str, Any], name: str) -> dict[str, Any]:
    """The values with one more empty entry in the list called `name`."""
    holder: Any = values
    *path, last = name.split(".")
    for key in path:
        holder = holder[int(key)] if isinstance(holder, list) else holder.setdefault(key, {})
    holder.setdefault(last, []).append({})
    return values


def _alternative(alternatives: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Null says only that the field may stay empty; of number or text, text keeps every digit."""
    real = [each for each in alternatives if each.get("type") != "null"]
    texts = [each for each in real if each.get("type") == "string"]
    return (texts or real or [{}])[0]


def _kind(schema: Mapping[str, Any], items: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if "enum" in schema:
        return "choice"
    if kind == "boolean":
        return "check"
    if kind == "object" or "properties" in schema:
        return "group"
    if kind == "array":
        return _kind_of_list(items)
    is_long = int(schema.get("maxLength") or 0) > LONG_TEXT
    return "text" if is_long or schema.get("format") == "textarea" else "input"


def _kind_of_list(items: Mapping[str, Any]) -> str:
    if "enum" in items:
        return "choices"
    return "list" if "properties" in items else "lines"


def _input_type(schema: Mapping[str, Any]) -> str:
    if schema.get("format") in FORMATS:
        return FORMATS[str(schema["format"])]
    return INPUT_TYPES.get(str(schema.get("type")), "text")


def _options(schema: Mapping[str, Any]) -> list[tuple[str, str]]:
    labels = schema.get("labels", {})
    return [(str(value), str(labels.get(value, value))) for value in schema.get("enum", ())]


def _with(options: Sequence[tuple[str, str]], held: str) -> list[tuple[str, str]]:
    """The options, and what was entered, so that it is not lost where it is none of them."""
    known = not held or held in dict(options)
    return [*options] if known else [*options, (held, held)]


def _attributes(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What a browser may hold people to while they type; the door judges all the same."""
    found: dict[str, Any] = {}
    for word, attribute in (
        ("minLength", "minlength"),
        ("maxLength", "maxlength"),
        ("minimum", "min"),
        ("maximum", "max"),
    ):
        if word in schema:
            found[attribute] = schema[word]
    if schema.get("type") == "number":
        found["step"] = "any"
    if _is_decimal_text(schema):
        found["inputmode"] = "decimal"
    return found


def _is_decimal_text(schema: Mapping[str, Any]) -> bool:
    return schema.get("format") == "decimal" or (
        schema.get("type") == "string" and "\\d" in str(schema.get("pattern", ""))
    )


def _on_the_clock(text: str, zone: ZoneInfo) -> str:
    """A moment as the browser's own picker wants it: local, without its offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    local = moment.astimezone(zone) if moment.tzinfo else moment
    return local.strftime("%Y-%m-%dT%H:%M")


def _typed(text: str, schema: Mapping[str, Any], zone: ZoneInfo) -> Any:
    if not text:
        return None
    kind = schema.get("type")
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return float(text)
        if schema.get("format") == "date-time":
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()
    except ValueError:
        return text
    return text
