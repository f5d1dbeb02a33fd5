"""What a pack is made of, what its manifest says, and what a verification reports."""

from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    computed_field,
    model_serializer,
)

FORM: Literal["dealix-evidence-1"] = "dealix-evidence-1"
NAME = r"^[a-z0-9][a-z0-9_.-]*$"


class RecordItem(BaseModel):
    """A record as JSON: IDs, states, hashes and commitments, nothing personal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=NAME)
    kind: str
    source: str = Field(description="Where the source record is found, as a path of the API.")
    body: Any = Field(description="JSON, or bytes as they are.")
    suffix: str = Field("jsonl", description="Of the file, where the body is bytes.")


class SealedItem(BaseModel):
    """A personal document as `Vault.seal` gave it; `commitment` is that of its clear bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=NAME)
    kind: str
    source: str
    person_id: str
    ciphertext: bytes
    commitment: str | None = None
    suffix: str = Field(".txt", description="Of the clear file, when it is revealed.")
    hashed: bool = Field(
        False, description="The commitment is to the SHA-256 of the clear file, not to its bytes."
    )


class ManifestItem(BaseModel):
    """One item of a pack and the hash of its bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=NAME)
    path: str = Field(pattern=r"^(items|sealed)/[a-z0-9][a-z0-9_.-]*$")
    kind: str
    source: str
    sha256: str
    size: int
    sealed_for: str | None = None
    commitment: str | None = None
    suffix: str | None = None
    hashed: bool | None = None

    @model_serializer(mode="wrap")
    def _as_ever(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `hashed` where it says nothing: a pack of before keeps its hash."""
        shown: dict[str, Any] = handler(self)
        if shown.get("hashed") is None:
            shown.pop("hashed", None)
        return shown


class Manifest(BaseModel):
    """What a pack holds; `sha256` is that of the whole manifest without itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Literal["dealix-evidence-1"] = FORM
    pack_id: str
    tenant_id: str
    run_id: str
    kind: str
    chain: str
    assembled_at: str
    items: list[ManifestItem]
    sha256: str = ""


class CommitmentEntry(BaseModel):
    """A commitment inside the sealed items: the digest of a salt and a value that lie elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    person_id: str
    subject: str
    field: str
    digest: str


class OpenedValue(BaseModel):
    """The salt and value behind a commitment; a document's value lies in `file`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commitment: str
    salt: str
    text: str | None = None
    base64: str | None = None
    file: str | None = None
    hashed: bool | None = Field(None, description="The commitment is to the file's SHA-256.")


class Revealed(BaseModel):
    """The part that a download adds: what is still to be read, and who has been erased."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    revealed_at: str
    values: list[OpenedValue]
    erased: list[str]


class PackFinding(BaseModel):
    """Something wrong with one part of a pack."""

    model_config = ConfigDict(frozen=True)

    name: str
    detail: str


class Report(BaseModel):
    """What the verification of a pack found; made without a database or a stack."""

    pack_id: str | None = None
    run_id: str | None = None
    sha256: str | None = Field(None, description="Of the sealed pack, as the audit recorded it.")
    items: int = 0
    sealed_documents: int = 0
    audit_records: int = 0
    audit_unsealed: int = 0
    commitments: int = 0
    revealed: int = Field(0, description="Values in clear that their commitment proves.")
    erased: int = Field(0, description="Commitments of persons who have been erased.")
    findings: list[PackFinding] = []

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ok(self) -> bool:
        """Whether everything verifies."""
        return not self.findings

    @computed_field  # type: ignore[prop-decorator]
    @property
    def first_bad(self) -> str | None:
        """The first bad record in a sentence."""
        return f"{self.findings[0].name}: {self.findings[0].detail}" if self.findings else None
