"""What a qualification found of a lead, on which a person decides whether to go on."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from dealix.business.partners.schemas import Strict, Wording
from dealix.connectors.data_class import DataClass
from dealix.lanes.provenance import Provenance

RESTRICTED, INTERNAL = DataClass.RESTRICTED, DataClass.INTERNAL
Ident = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_:\-]{0,127}$")]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Sentence = Annotated[Wording, Field(max_length=600)]


class Finding(Strict):
    """One thing that was found, and the source that says so."""

    topic: Literal["fit", "need", "budget", "authority", "timing", "risk"]
    ar: Sentence
    en: Sentence
    source: Annotated[str, Field(min_length=2, max_length=200)]


class SameAs(Strict):
    """A record that is, or may be, the same person or company."""

    record: Annotated[Ident, RESTRICTED]
    kind: Literal["lead", "company", "partner"]
    by: Literal["registration", "phone", "email", "name", "name_in_other_script", "website"]
    certain: bool


class Researched(Strict):
    """What a register said of the company, and when."""

    register_name: Annotated[str, Field(min_length=2, max_length=60)]
    number: Annotated[str, Field(max_length=60)]
    registered_name: Annotated[str, Field(max_length=300)]
    status: Literal["active", "suspended", "expired", "deleted", "other", "unknown"]
    confirmation_due: date | None
    asked_at: datetime
    cached: bool


class Routed(Strict):
    """To whom a lead goes, and by which rule; `owner` is None where nobody covers it."""

    owner: Annotated[Ident | None, RESTRICTED]
    territory: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    language: Literal["ar", "en"]
    rule: Word
    open_leads: Annotated[int, Field(ge=0)]


class QualificationMemo(Strict):
    """Whether a lead is worth a person's time, why, and what is not known; names nobody."""

    lead_id: Ident
    contact_person_id: Annotated[Ident | None, RESTRICTED]
    verdict: Literal["qualified", "nurture", "disqualified", "needs_person"]
    score: Annotated[int, Field(ge=0, le=100)]
    scorecard: Annotated[str, Field(min_length=1, max_length=60)]
    findings: Annotated[list[Finding], Field(max_length=30)]
    unknown: Annotated[list[Word], Field(max_length=30)]
    same_as: Annotated[list[SameAs], Field(max_length=50)]
    research: Annotated[list[Researched], Field(max_length=10)]
    route: Routed | None
    next_step: Literal[
        "call", "book_meeting", "send_pricing", "follow_up_in_30_days", "hand_to_partners", "stop"
    ]
    summary_ar: Sentence
    summary_en: Sentence
    provenance: Provenance

    @model_validator(mode="after")
    def _agrees(self) -> "QualificationMemo":
        if self.verdict == "qualified" and self.route is None:
            raise PydanticCustomError("route_missing", "who is qualified goes to somebody")
        if (self.verdict == "disqualified") != (self.next_step == "stop"):
            raise PydanticCustomError("next_step_differs", "stop goes with disqualified alone")
        return self
