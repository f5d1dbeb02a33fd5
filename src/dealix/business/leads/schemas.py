"""What is entered about a lead, and the card by which people decide whom to call first."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from dealix.business.partners.schemas import REGISTRATION, Address, Amount, Line, Strict, Wording
from dealix.connectors import phones
from dealix.errors import InvalidInput
from dealix.lanes.provenance import Provenance

Country = Literal["SA", "AE", "BH", "KW", "QA", "OM"]
Industry = Literal[
    "technology", "financial_services", "logistics", "retail", "healthcare", "manufacturing",
    "construction", "real_estate", "energy", "professional_services", "hospitality", "education",
    "public_sector", "other",
]  # fmt: skip
LeadSource = Literal[
    "web_form", "event", "referral", "inbound_message", "import", "research", "partner"
]
DataFrom = Literal["person", "company", "third_party"]
Budget = Literal["unknown", "none", "indicated", "confirmed"]
Timing = Literal["unknown", "now", "quarter", "half_year", "year", "beyond_year"]
ActivityKind = Literal[
    "site_visit", "email_opened", "form_sent", "event_attended", "answered", "pricing_question",
    "demo_request", "meeting_held",
]  # fmt: skip
Grade = Literal["hot", "warm", "cool", "cold"]
Currency = Literal["SAR", "AED", "BHD", "KWD", "QAR", "OMR", "USD"]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:\-]{0,119}$")]


def blank(given: Any) -> Any:
    """A field of a form that was left empty says nothing."""
    return None if isinstance(given, str) and not given.strip() else given


class LeadCompany(Strict):
    """The company of a lead; one that is known by country and name is brought up to date."""

    name: Annotated[Line, Field(title="Company name in English")]
    name_ar: Annotated[
        Line | None, Field(title="Company name in Arabic"), BeforeValidator(blank)
    ] = None
    country: Annotated[Country, Field(title="Country")] = "SA"
    registration_number: Annotated[
        str | None,
        Field(max_length=20, title="Commercial registration"),
        BeforeValidator(blank),
    ] = None
    industry: Annotated[Industry, Field(title="Industry")] = "other"
    employees: Annotated[
        int | None, Field(ge=1, le=5_000_000, title="Employees"), BeforeValidator(blank)
    ] = None
    website: Annotated[
        str | None,
        Field(
            max_length=200,
            pattern=r"^https?://[A-Za-z0-9.\-]+(:\d{1,5})?(/[\x21-\x7e]*)?$",
            title="Website",
        ),
        BeforeValidator(blank),
    ] = None

    @model_validator(mode="after")
    def _registration_fits(self) -> "LeadCompany":
        number = self.registration_number
        if number is not None and not re.fullmatch(REGISTRATION[self.country], number):
            raise PydanticCustomError(
                "malformed_registration", "not in a form that this country issues"
            )
        return self


class LeadContact(Strict):
    """The person. Personal data: it lies in the vault."""

    name: Annotated[Line, Field(title="Contact name")]
    email: Annotated[Address | None, Field(title="Contact email"), BeforeValidator(blank)] = None
    phone: Annotated[
        str | None, Field(max_length=64, title="Contact phone (WhatsApp)"), BeforeValidator(blank)
    ] = None
    job_title: Annotated[Line | None, Field(title="Job title"), BeforeValidator(blank)] = None
    locale: Annotated[Literal["ar", "en"], Field(title="Contact language")] = "ar"


class LeadConsent(Strict):
    """What the person agreed to, in their own word."""

    channel: Annotated[Literal["email", "whatsapp", "sms"], Field(title="Channel")]
    purpose: Annotated[Literal["service", "marketing"], Field(title="Purpose")]


class LeadInput(Strict):
    """A lead as it is entered; the same `key` again brings the same lead up to date."""

    key: Annotated[Key | None, Field(title="Our reference"), BeforeValidator(blank)] = None
    company: Annotated[
        LeadCompany,
        Field(
            title="Company",
            description="A company that is known by country and name is brought up to date.",
        ),
    ]
    contact: Annotated[
        LeadContact,
        Field(title="Contact", description="Personal values; they lie under the person's key."),
    ]
    source: Annotated[LeadSource, Field(title="Where the lead came from")]
    data_from: Annotated[
        DataFrom,
        Field(
            title="Who gave us the personal data",
            json_schema_extra={"labels": {"person": "the_person"}},
        ),
    ] = "person"
    consents: Annotated[list[LeadConsent], Field(max_length=6, title="Consents given")] = Field(
        default_factory=list
    )
    budget: Annotated[Budget, Field(title="Budget")] = "unknown"
    budget_amount: Annotated[
        Amount | None, Field(title="Amount of the budget"), BeforeValidator(blank)
    ] = None
    currency: Annotated[Currency, Field(title="Currency")] = "SAR"
    timing: Annotated[Timing, Field(title="When they want to buy")] = "unknown"

    @field_validator("contact", mode="after")
    @classmethod
    def _phone_in_one_form(cls, contact: LeadContact, info: ValidationInfo) -> LeadContact:
        """The phone in E.164; without a country code it is one of the company's country."""
        if contact.phone is None:
            return contact
        company = info.data.get("company")
        try:
            phone = phones.e164(contact.phone, company.country if company else None)
        except InvalidInput:
            wrong = PydanticCustomError("malformed_phone", "no phone number")
            line = InitErrorDetails(type=wrong, loc=("phone",), input=None)
            raise ValidationError.from_exception_data(cls.__name__, [line]) from None
        return contact.model_copy(update={"phone": phone})

    @model_validator(mode="after")
    def _own_word(self) -> "LeadInput":
        if self.consents and self.data_from != "person":
            raise PydanticCustomError("consent_source", "consent needs the person's own word")
        return self


class NewActivity(Strict):
    """Something that a lead did; the same `key` again changes nothing."""

    kind: Annotated[ActivityKind, Field(title="What happened")]
    key: Key | None = None
    at: Annotated[AwareDatetime | None, Field(title="When")] = None


class Facts(Strict):
    """What a score is made of, as it stands at one moment; nothing in it is personal.

    `recent` counts the lead's activities of the last 30 days by kind, `earlier` those of the 60
    days before.
    """

    country: str
    industry: str
    employees: int | None
    budget: str
    budget_amount: str | None
    currency: str
    timing: str
    recent: dict[str, int]
    earlier: dict[str, int]


class ScoreSignal(Strict):
    """One signal: what it weighs, what it gave, out of what; `known` is False without data."""

    name: str
    weight: int
    points: int
    value: str
    because: str
    known: bool


class Reason(Strict):
    """One reason, in both languages."""

    ar: Annotated[Wording, Field(max_length=300)]
    en: Annotated[Wording, Field(max_length=300)]


class Adjustment(Strict):
    """What a model adds to the rules' points, within the scorecard's bound, and why."""

    points: int
    reasons: Annotated[list[Reason], Field(max_length=5)]
    model: str
    prompt_version: str


class LeadScoreCard(Strict):
    """How promising a lead is, 0–100, with every signal; `known_weight` says out of how much."""

    lead_id: str
    score: Annotated[int, Field(ge=0, le=100)]
    grade: Grade
    scorecard: str
    signals: list[ScoreSignal]
    known_weight: Annotated[int, Field(ge=0, le=100)]
    adjustment: Adjustment | None
    provenance: Provenance


class Entered(Strict):
    """A lead that was entered, and whether it was known already."""

    id: str
    created: bool
