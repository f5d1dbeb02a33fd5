"""What is asked of the knowledge and what is answered; a question is neither kept nor logged."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dealix.lanes.provenance import Provenance

Place = Annotated[int, Field(ge=0)]


class Answer(BaseModel):
    """Nothing unknown goes out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Answer):
    """The document that a passage is from."""

    id: str
    title: str
    media_type: str


class Passage(Answer):
    """A passage of a document.

    `page` is null where the file has no pages; `starts` and `ends` count characters of the page's
    text as it was read, `highlights` those of the passage's own text. `near` is how near it is in
    meaning (null where nothing embeds), `worded` how well its words fit, `letters` the share of the
    question's letters that it holds; `score` orders passages and is no probability.
    """

    id: str
    source: Source
    page: int | None
    starts: Place
    ends: Place
    text: str
    highlights: list[tuple[Place, Place]]
    score: float
    near: float | None
    worded: float
    letters: float


class FoundPassages(Answer):
    """Passages, the best first; `ms` is the time taken."""

    passages: list[Passage]
    ms: float = Field(ge=0)
    provenance: Provenance


class DocumentView(Answer):
    """A document of the knowledge.

    `audience` are the roles that find it, none means everybody. `waiting` passages are found by
    their words only, until their vectors are made.
    """

    id: str
    title: str
    media_type: Literal[
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "text/html",
        "text/plain",
    ]
    sha256: str
    size: int
    pages: int | None
    passages: int
    waiting: int
    audience: list[str]
    added_by: str
    created_at: str
    readable: bool
    changeable: bool
