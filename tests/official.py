"""The providers' official descriptions, as validators of what was really sent to them."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import yaml
from openapi_schema_validator import OAS30Validator, OAS31Validator

SPECS = Path(__file__).parents[2] / "shared" / "specs"
DOCUSIGN = SPECS / "docusign.openapi3.json"
WHATSAPP = SPECS / "business-messaging-api_v23.0.yaml"

needs_docusign = pytest.mark.skipif(
    not DOCUSIGN.exists(), reason="DocuSign's specification is not beside this checkout"
)
needs_both = pytest.mark.skipif(
    not (DOCUSIGN.exists() and WHATSAPP.exists()),
    reason="the providers' official descriptions are not beside this checkout",
)


@cache
def docusign() -> dict[str, Any]:
    """DocuSign's specification; its schemas are closed: an unknown field is refused."""
    spec: dict[str, Any] = json.loads(DOCUSIGN.read_text(encoding="utf-8"))
    schemas = spec["components"]["schemas"]
    spec["components"]["schemas"] = {
        name: {"additionalProperties": False} | schema for name, schema in schemas.items()
    }
    return spec


def fits_docusign(name: str, body: object) -> None:
    """Hold a body to a schema of DocuSign's; raises what does not fit."""
    schemas = docusign()["components"]["schemas"]
    root = {"allOf": [schemas[name]], "components": {"schemas": schemas}}
    OAS30Validator(root).validate(body)


@cache
def whatsapp(name: str) -> OAS31Validator:
    """A schema of Meta's. Its text message refuses every real one: it closes itself to the
    properties that it takes over by `allOf`, so here the whole is closed instead."""
    spec = yaml.load(WHATSAPP.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    schemas = spec["components"]["schemas"]
    del schemas["TextMessage"]["allOf"][1]["additionalProperties"]
    base = schemas["BaseMessageProperties"]["properties"]
    base["biz_opaque_callback_data"] = {"type": "string", "maxLength": 512}
    closed = {"unevaluatedProperties": False, "$ref": f"#/components/schemas/{name}"}
    return OAS31Validator({"components": {"schemas": schemas}, **closed})


def misfits(request: dict[str, Any]) -> list[str]:
    """What of a request, as the sandbox received it, its provider's description does not know."""
    if request["provider"] == "whatsapp":
        body = json.loads(request["body"])
        kind = "TextMessage" if body["type"] == "text" else "TemplateMessage"
        return [error.message for error in whatsapp(kind).iter_errors(body)]
    return _misfits_of_docusign(request)


def _misfits_of_docusign(request: dict[str, Any]) -> list[str]:
    path, method = request["path"].removeprefix("/restapi"), request["method"].lower()
    found = [name for name in docusign()["paths"] if _is_at(name, path)]
    operation = docusign()["paths"][found[0]].get(method) if found else None
    if operation is None:
        return [f"no call {method} {path}"]
    known = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
    wrong = [f"no parameter {name}" for name, _ in parse_qsl(request["query"]) if name not in known]
    content = _resolved(operation.get("requestBody", {})).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if bool(request["body"]) != (schema is not None):
        return [*wrong, "a body where none belongs, or none where one does"]
    if schema is not None:
        root = {"allOf": [schema], "components": docusign()["components"]}
        errors = OAS30Validator(root).iter_errors(json.loads(request["body"]))
        wrong += [error.message for error in errors]
    return wrong


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the description itself, where a reference stands for it."""
    found: Any = part
    if "$ref" in part:
        found = docusign()
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
    return dict(found)


def _is_at(template: str, path: str) -> bool:
    parts, given = template.split("/"), path.split("/")
    return len(parts) == len(given) and all(
        one == other or one.startswith("{") for one, other in zip(parts, given, strict=True)
    )
