"""Records, links and findings as plain values, equal in the database, an export and a pack."""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, computed_field

GENESIS = "0" * 64

FindingKind = Literal["altered", "missing", "reordered", "broken_hash", "unsealed", "truncated"]


def moment(value: datetime) -> str:
    """A time as hashes and exports write it: UTC, microseconds, RFC 3339."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


class Record(BaseModel):
    """One audit record; `at` is the run's clock, `recorded_at` the database's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant_id: str
    id: str
    chain: str
    actor_id: str
    action: str
    subject: str
    data: dict[str, Any]
    at: str
    recorded_at: str


class Link(BaseModel):
    """A seal: the record at `seq` of a chain, and the hash that binds it to the one before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant_id: str
    chain: str
    seq: int
    record_id: str
    record_digest: str
    prev_hash: str
    hash: str
    sealed_at: str


class Entry(BaseModel):
    """A record with its link; without one it is not sealed yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record: Record | None
    link: Link | None


class Finding(BaseModel):
    """Something wrong, naming the record or, where the record is gone, its place in the chain."""

    model_config = ConfigDict(frozen=True)

    kind: FindingKind
    chain: str
    seq: int | None = None
    record_id: str | None = None
    detail: str

    @property
    def name(self) -> str:
        """How a sentence calls the bad record."""
        place = f"{self.chain}#{self.seq}" if self.seq is not None else self.chain
        return f"{self.record_id or 'record'} ({place}): {self.detail}"


class Head(BaseModel):
    """The newest link of a chain: keep it elsewhere, and no later cut goes unseen."""

    model_config = ConfigDict(frozen=True)

    seq: int
    hash: str


class Verification(BaseModel):
    """What a look at the chains found; `first_bad` names the first bad record."""

    records: int
    unsealed: int
    heads: dict[str, Head]
    findings: list[Finding]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ok(self) -> bool:
        """Whether nothing at all was found."""
        return not self.findings

    @computed_field  # type: ignore[prop-decorator]
    @property
    def first_bad(self) -> str | None:
        """The first bad record in a sentence; damage comes before what is only late."""
        return self.findings[0].name if self.findings else None
