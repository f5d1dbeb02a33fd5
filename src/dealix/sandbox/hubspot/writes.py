"""HubSpot's writes: upsert and update of objects, and which of them is a new effect.

HubSpot has no memory of keys: writing the same values again changes nothing, and that is why an
upsert may be sent again. So a write is answered again, without a second effect, when an earlier
one of the same object had the same key and the same values *and* it would change nothing now. A
late re-send that overwrites something newer, such as a withdrawal, is an effect of its own.
"""

import hashlib
import json
from dataclasses import dataclass

from dealix.sandbox.door import Call
from dealix.sandbox.hubspot import properties
from dealix.sandbox.rows import CrmObject, Effect, Json
from dealix.sandbox.world import World

FIRST_ID = 30_000_000_001
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One wanted write of one object; `object_id` is None while the object does not exist."""

    object_type: str
    verb: str
    id_property: str | None
    external: str
    object_id: str | None
    properties: dict[str, str]
    trace: str | None

    @property
    def key(self) -> str:
        """Our own key of the write, else the hash of what it writes."""
        return self.trace or f"sha256:{self.values_hash}"

    @property
    def values_hash(self) -> str:
        """SHA-256 over the written values."""
        text = json.dumps(self.properties, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()

    @property
    def idempotency_key(self) -> str:
        """External reference and key: two effects that share it are doubled."""
        return f"{self.external}:{self.key}"


def perform(world: World, call: Call, write: Write) -> tuple[CrmObject, bool]:
    """Write an object; the object as it is now, and whether it is new."""
    before = world.crm.get((write.object_type, write.object_id)) if write.object_id else None
    if before is not None and _is_replay(world, write, before):
        return before, False
    after = _changed(world, call, write, before)
    world.commit(after, _effect(world, call, write, after, is_new=before is None))
    return after, before is None


def _is_replay(world: World, write: Write, now: CrmObject) -> bool:
    if any(now.properties.get(name, "") != value for name, value in write.properties.items()):
        return False
    same_key = world.by_key.get(("hubspot", write.idempotency_key), [])
    earlier = [world.effects[each].body for each in same_key]
    return any(
        (body["object"], body["object_id"], body["values_hash"])
        == (now.type, now.id, write.values_hash)
        for body in earlier
    )


def _earlier(world: World, write: Write) -> list[Effect]:
    """The effects on the same object so far."""
    ids = world.by_object.get((write.object_type, write.object_id or ""), [])
    return [world.effects[each] for each in ids]


def _changed(world: World, call: Call, write: Write, before: CrmObject | None) -> CrmObject:
    if before is None:
        object_id = str(FIRST_ID + len(world.crm))
        created, values, writes = call.at, {}, 0
    else:
        object_id, created = before.id, before.created_at
        values, writes = before.properties, before.writes
    stamps = {
        "createdate": created,
        "hs_createdate": created,
        "hs_lastmodifieddate": call.at,
        "hs_object_id": object_id,
    }
    return CrmObject(
        type=write.object_type,
        id=object_id,
        properties=values | write.properties | stamps,
        created_at=created,
        updated_at=call.at,
        writes=writes + 1,
    )


def _effect(world: World, call: Call, write: Write, after: CrmObject, *, is_new: bool) -> Effect:
    undoes = _undoes(write)
    body: Json = {
        "object": write.object_type,
        "object_id": after.id,
        "id_property": write.id_property,
        "external": write.external,
        "properties": write.properties,
        "trace": write.trace,
        "new": is_new,
        "values_hash": write.values_hash,
    }
    return Effect(
        id=world.next_id(),
        provider="hubspot",
        kind=f"{properties.SINGULAR[write.object_type]}.{write.verb}",
        reference=after.id if after.writes == 1 else f"{after.id}/{after.writes}",
        idempotency_key=write.idempotency_key,
        key=write.key,
        at=call.at,
        received_at=call.received_at,
        body=body,
        scope=call.scope,
        undoes=undoes,
        takes_back=_taken_back(world, write, undoes) if undoes else [],
        request=call.id,
    )


def _undoes(write: Write) -> str | None:
    """What the write says it takes back: a key, the whole object, or None."""
    named = write.properties.get("dealix_undoes")
    if named:
        return named
    return write.external if write.properties.get("dealix_status") == WITHDRAWN else None


def _taken_back(world: World, write: Write, undoes: str) -> list[int]:
    """The standing effects on this object that the withdrawal takes back: by key, else all."""
    whole = not write.properties.get("dealix_undoes")
    return [
        effect.id
        for effect in _earlier(world, write)
        if effect.undone is None
        and effect.undoes is None
        and (whole or undoes in (effect.key, effect.idempotency_key))
    ]
