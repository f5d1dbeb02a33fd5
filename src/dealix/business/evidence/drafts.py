"""What a pack's pipeline has gathered so far, between one step and the next."""

import base64
import json
from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix.business.evidence.models import EvidenceDraft
from dealix.business.evidence.schemas import RecordItem, SealedItem
from dealix.business.evidence.sources import Item
from dealix.store.session import tenant_of


def keep(session: Session, run_id: str, name: str, items: Sequence[Item]) -> None:
    """Keep the items of a step; the same step again replaces them."""
    content = json.dumps([_written(item) for item in items], ensure_ascii=False).encode()
    values = {"tenant_id": tenant_of(session), "run_id": run_id, "name": name}
    session.execute(
        insert(EvidenceDraft)
        .values(**values, content=content)
        .on_conflict_do_update(
            index_elements=["tenant_id", "run_id", "name"], set_={"content": content}
        )
    )


def read(session: Session, run_id: str, name: str) -> list[Item]:
    """The items that a step has kept."""
    row = session.get_one(EvidenceDraft, (tenant_of(session), run_id, name))
    return [_read(item) for item in json.loads(row.content)]


def drop(session: Session, run_id: str) -> None:
    """Nothing of it is needed any more."""
    session.execute(delete(EvidenceDraft).where(EvidenceDraft.run_id == run_id))


def _written(item: Item) -> dict[str, object]:
    if isinstance(item, SealedItem):
        rest = item.model_dump(exclude={"ciphertext"})
        return {"sealed": rest, "bytes": base64.b64encode(item.ciphertext).decode()}
    if isinstance(item.body, bytes):
        rest = item.model_dump(exclude={"body"})
        return {"record": rest, "bytes": base64.b64encode(item.body).decode()}
    return {"record": item.model_dump()}


def _read(written: dict[str, dict[str, object]]) -> Item:
    content = base64.b64decode(str(written["bytes"])) if "bytes" in written else None
    if "sealed" in written:
        return SealedItem.model_validate({**written["sealed"], "ciphertext": content})
    more = {} if content is None else {"body": content}
    return RecordItem.model_validate({**written["record"], **more})
