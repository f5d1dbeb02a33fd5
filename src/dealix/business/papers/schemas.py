"""What papers are made of: wordings, facts, clauses of a drafted paper, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dealix.printing import clean, western

Prevailing = Literal["ar", "en"]
TERM_SHEET = "term_sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


def _tidy(text: str) -> str:
    """Text as it is kept: no misleading characters, one kind of digits, plain line ends."""
    return western(clean(text.replace("\r\n", "\n"))).strip()


Text = Annotated[str, Field(min_length=2, max_length=6000), AfterValidator(_tidy)]
Title = Annotated[str, Field(min_length=2, max_length=160), AfterValidator(_tidy)]


class Wording(BaseModel):
    """A clause in both languages, with what may be offered instead of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title_ar: Title
    title_en: Title
    ar: Text
    en: Text
    fallback_ar: Annotated[str, Field(max_length=6000), AfterValidator(_tidy)] = ""
    fallback_en: Annotated[str, Field(max_length=6000), AfterValidator(_tidy)] = ""


class ClauseChangeBody(BaseModel):
    """A change of a clause: what is absent stays; `version` is the one that was seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(ge=0, description="The version that the change starts from; 0 if new.")
    owner: str | None = Field(None, max_length=40, description="The role that owns the clause.")
    position: int | None = Field(None, ge=1, le=999, description="Its place in the paper.")
    title_ar: Title | None = None
    title_en: Title | None = None
    ar: Text | None = None
    en: Text | None = None
    fallback_ar: Annotated[str, Field(max_length=6000), AfterValidator(_tidy)] | None = None
    fallback_en: Annotated[str, Field(max_length=6000), AfterValidator(_tidy)] | None = None


@dataclass(frozen=True)
class TermSheetFacts:
    """What a term sheet says of this partnership; `contact_name` is personal.

    One of a `practice` run is marked as not valid on every page.
    """

    reference: str
    company: str
    company_ar: str
    partner: str
    partner_ar: str
    registration_number: str
    partner_type: str
    exclusive: bool
    share_percent: str
    expected_revenue: str
    currency: str
    contact_name: str
    issued_at: datetime
    practice: bool = False


@dataclass(frozen=True)
class Negotiated:
    """The wording of a clause that this run agreed on; both languages, since both go out."""

    ar: str
    en: str
    title_ar: str = ""
    title_en: str = ""


Change = Negotiated | Literal["fallback", "leave_out"]


@dataclass(frozen=True)
class PaperClause:
    """A clause as it stands in a paper, its places filled; `digest` is of both texts."""

    number: str
    key: str
    title_ar: str
    title_en: str
    ar: str
    en: str
    digest: str
    source: Literal["library", "fallback", "negotiated"] = "library"
    clause_version: int | None = None


@dataclass(frozen=True)
class Paper:
    """A drafted paper in both forms; `digest` is over its clauses and facts without the person.

    `made_of` is everything that it was made of, the person included, in canonical form.
    """

    docx: bytes
    pdf: bytes
    digest: str
    clauses: Sequence[PaperClause]
    version: int
    template_version: str
    prevailing: Prevailing
    made_of: bytes


@dataclass(frozen=True)
class KeptPaper:
    """A paper on record: the commitments by which packets, ledger and evidence know its files."""

    id: str
    version: int
    docx_digest: str
    pdf_digest: str
    template_version: str
    clauses: Sequence[dict[str, Any]]

    @property
    def wording(self) -> list[PaperClause]:
        """Its clauses as they went out; they name no person and stay after an erasure."""
        return [PaperClause(**clause) for clause in self.clauses]


@dataclass(frozen=True)
class WordChange:
    """Words that stayed, went or came."""

    op: Literal["same", "gone", "come"]
    text: str


@dataclass(frozen=True)
class ClauseChange:
    """A difference between two papers.

    `number` is the clause's in the first paper, `number_now` in the second. `marked` says of a
    returned file whether the change was tracked there. One that is `not_compared` stands for a
    whole file that a person must read. `where` other than `clause` is text that a
    reader of the page does not see or would not look for.
    """

    kind: Literal["added", "removed", "changed", "renumbered", "hidden", "not_compared"]
    number: str | None
    number_now: str | None
    key: str | None = None
    ar: Sequence[WordChange] = ()
    en: Sequence[WordChange] = ()
    marked: Literal["all", "some", "none"] = "none"
    where: Literal[
        "clause", "preamble", "comment", "header", "footer", "note", "text_box", "hidden_text"
    ] = "clause"
    titles: Sequence[str] = field(default=())
