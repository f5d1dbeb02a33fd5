"""HubSpot's batches: many objects in one call, of which some may fail while others are written."""

import json
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from dealix.sandbox import moments
from dealix.sandbox.door import Call, Reply
from dealix.sandbox.hubspot import answers, properties
from dealix.sandbox.hubspot.writes import Write
from dealix.sandbox.rows import CrmObject, Json
from dealix.sandbox.world import World

MAX_INPUTS = 100
Perform = Callable[[World, Call, Write], tuple[CrmObject, bool]]


def upsert(world: World, call: Call, object_type: str, data: Any, perform: Perform) -> Reply:
    """Create or update by a unique property: 200 all, 207 some, 400 none written."""
    inputs = data.get("inputs")
    if (refused := _malformed(inputs)) is not None:
        return refused
    started = moments.now()
    results: list[Json] = []
    errors: list[Json] = []
    for each in inputs:
        failure = _failure(world, object_type, each)
        if failure is not None:
            errors.append(_batch_error(failure, each))
            continue
        row, is_new = perform(world, call, _write(world, object_type, each))
        trace = each.get("objectWriteTraceId")
        shown_row = shown(row, each["properties"]) | {"new": is_new}
        results.append(shown_row | ({"objectWriteTraceId": trace} if trace else {}))
    if not results:
        return answers.error(400, errors[0]["message"], errors=[each["detail"] for each in errors])
    body: Json = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": started,
        "completedAt": moments.now(),
    }
    if errors:
        plain = [{name: each[name] for name in each if name != "detail"} for each in errors]
        return Reply(207, body | {"numErrors": len(errors), "errors": plain})
    return Reply(200, body)


def _malformed(inputs: Any) -> Reply | None:  # noqa: PLR0911 (one line for each rule)
    if not isinstance(inputs, list) or not inputs:
        return answers.bad_json("inputs is a list of at least one object")
    if len(inputs) > MAX_INPUTS:
        return answers.error(400, f"The maximum number of inputs is {MAX_INPUTS}")
    for each in inputs:
        if not isinstance(each, dict) or not isinstance(each.get("id"), str) or not each["id"]:
            return answers.bad_json("each input has an id")
        if isinstance(wanted := values(each), str):
            return answers.bad_json(wanted)
        for name in ("idProperty", "objectWriteTraceId"):
            if not isinstance(each.get(name, ""), str):
                return answers.bad_json(f"{name} is a string")
    ids = [(each.get("idProperty"), each["id"]) for each in inputs]
    if len(set(ids)) < len(ids):
        twice = sorted({name for _, name in ids if sum(name == other for _, other in ids) > 1})
        return answers.error(
            400, f"Duplicate IDs found in batch input: {twice}. IDs must be unique"
        )
    return None


def values(data: Any) -> dict[str, str] | str:
    """The properties of an input, or what is wrong with them: HubSpot's values are all strings."""
    wanted = data.get("properties")
    if not isinstance(wanted, dict):
        return "properties is an object"
    for name, value in wanted.items():
        if not isinstance(value, str):
            return f"the value of properties.{name} is not a string"
    return wanted


def _failure(world: World, object_type: str, each: Json) -> Reply | None:
    """Why one input cannot be written, or None."""
    named = each.get("idProperty") or "hs_object_id"
    if named == "hs_object_id":
        if (object_type, each["id"]) not in world.crm:
            return answers.not_found(f"No object has the id {each['id'][:80]}")
    elif not properties.is_unique(world, object_type, named):
        return answers.error(400, f'Property "{named[:80]}" is not a unique identifier property')
    return invalid(
        world, object_type, each["properties"], holder(world, object_type, named, each["id"])
    )


def invalid(
    world: World, object_type: str, wanted: dict[str, str], own: str | None
) -> Reply | None:
    """Why values cannot be written to the object `own` (None is a new one), or None."""
    found = [properties.problem(world, object_type, name, value) for name, value in wanted.items()]
    wrong = [each for each in found if each is not None]
    if wrong:
        message = f"Property values were not valid: {json.dumps(wrong, ensure_ascii=False)}"
        details = [
            {
                "message": each["message"],
                "code": each["error"],
                "context": {"propertyName": [each["name"]]},
            }
            for each in wrong
        ]
        return answers.error(400, message, errors=details)
    for name, value in wanted.items():
        if value and properties.is_unique(world, object_type, name):
            other = holder(world, object_type, name, value)
            if other not in (None, own):
                message = f"{properties.SINGULAR[object_type]} already exists. Existing ID: {other}"
                return answers.error(409, message, "CONFLICT")
    return None


def holder(world: World, object_type: str, name: str, value: str) -> str | None:
    """The id of the object that has this value in a unique property."""
    if name == "hs_object_id":
        return value if (object_type, value) in world.crm else None
    return world.crm_unique.get((object_type, name, value))


def _write(world: World, object_type: str, each: Json) -> Write:
    named = each.get("idProperty") or "hs_object_id"
    own = {} if named == "hs_object_id" else {named: each["id"]}
    return Write(
        object_type=object_type,
        verb="upsert",
        id_property=named,
        external=each["id"],
        object_id=holder(world, object_type, named, each["id"]),
        properties=own | each["properties"],
        trace=each.get("objectWriteTraceId") or None,
    )


def _batch_error(failure: Reply, each: Json) -> Json:
    trace = each.get("objectWriteTraceId")
    context = {"objectWriteTraceId": [trace]} if trace else {"ids": [each["id"]]}
    data = failure.data
    return {
        "status": "error",
        "id": str(uuid4()),
        "category": data["category"],
        "message": data["message"],
        "errors": data.get("errors", []),
        "context": context,
        "links": {},
        "detail": {"message": data["message"], "context": context},
    }


def shown(row: CrmObject, names: Iterable[str] = ()) -> Json:
    """An object as answers show it: its default properties and those asked for."""
    wanted = {*properties.DEFAULT_READ[row.type], *names}
    wanted |= {"createdate", "hs_lastmodifieddate", "hs_object_id"}
    values_shown = {name: row.properties[name] for name in sorted(wanted) if name in row.properties}
    return {
        "id": row.id,
        "properties": values_shown,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "archived": False,
    }


def read(world: World, call: Call, object_type: str, data: Any) -> Reply:
    """Many objects at once, by id or by a unique property: 200 all, 207 when some are missing."""
    inputs = data.get("inputs")
    if not isinstance(inputs, list) or not 0 < len(inputs) <= MAX_INPUTS:
        return answers.bad_json(f"inputs is a list of 1 to {MAX_INPUTS} objects")
    if not all(isinstance(each, dict) and isinstance(each.get("id"), str) for each in inputs):
        return answers.bad_json("each input has an id")
    named = str(data.get("idProperty") or "hs_object_id")
    ids = [holder(world, object_type, named, each["id"]) for each in inputs]
    names = data.get("properties") if isinstance(data.get("properties"), list) else []
    found = [shown(world.crm[(object_type, each)], map(str, names)) for each in ids if each]
    missing = [each["id"] for each, own in zip(inputs, ids, strict=True) if own is None]
    body: Json = {
        "status": "COMPLETE",
        "results": found,
        "startedAt": call.at,
        "completedAt": call.at,
    }
    if not missing:
        return Reply(200, body)
    error = {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": "Could not get some objects, they may be deleted or not exist.",
        "context": {"ids": missing},
    }
    return Reply(207, body | {"numErrors": 1, "errors": [error]})
