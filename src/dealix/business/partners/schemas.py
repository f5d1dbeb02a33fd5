"""What starts a partner approval, and the typed outputs on which people decide."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from dealix.connectors import phones
from dealix.connectors.data_class import DataClass
from dealix.errors import InvalidInput
from dealix.lanes.provenance import Provenance

PARTNER_TYPES = ("referral", "distribution", "technology", "strategic", "government")
REGISTRATION: dict[str, str] = {
    "SA": r"(?:[1-5]\d{9}|7\d{9})",
    "AE": r"(?:CN-)?\d{4,10}",
    "BH": r"\d{4,6}(?:-\d{1,2})?",
    "KW": r"\d{4,7}",
    "QA": r"\d{4,6}",
    "OM": r"\d{6,8}",
}
"""Forms of registration numbers by country; a Saudi one has ten digits (7… is unified)."""

FORBIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
SHORTEST = 2
ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def _clean(text: str) -> str:
    """One line of text: no control, bidi or zero-width characters, which only mislead a reader."""
    tidy = unicodedata.normalize("NFC", text).strip()
    if FORBIDDEN.search(tidy):
        raise PydanticCustomError("forbidden_character", "control characters are not allowed")
    if len(tidy) < SHORTEST:
        raise PydanticCustomError("string_too_short", "two characters at least")
    return tidy


def _clean_text(text: str) -> str:
    """Several lines of text, otherwise as strict as one line."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
    if any(FORBIDDEN.search(line.replace("\t", " ")) for line in lines):
        raise PydanticCustomError("forbidden_character", "control characters are not allowed")
    return "\n".join(lines).strip()


def _digits(text: str) -> str:
    """Eastern Arabic and Persian digits as Latin ones."""
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text
    ).strip()


def _address(text: str) -> str:
    if not ADDRESS.fullmatch(text):
        raise PydanticCustomError("email_address", "an address has the form name@domain")
    return text


def _blank(text: str | None) -> str | None:
    """A field of a form that was left empty says nothing."""
    return text.strip() or None if text else None


def _partner_type(text: str) -> str:
    if text not in PARTNER_TYPES:
        raise PydanticCustomError("unknown_partner_type", "unknown partner type")
    return text


def _amount(text: str) -> str:
    plain = _digits(text)
    if re.fullmatch(r"-\d+(\.\d+)?", plain):
        raise PydanticCustomError("negative_amount", "an amount is not negative")
    if not re.fullmatch(r"\d{1,12}(\.\d{1,2})?", plain):
        raise PydanticCustomError("decimal_string", "an amount is a decimal with two places")
    return plain


Line = Annotated[str, Field(min_length=SHORTEST, max_length=200), AfterValidator(_clean)]
Amount = Annotated[str, Field(max_length=20), AfterValidator(_amount)]
# The signature provider takes no longer address than this.
Address = Annotated[str, Field(max_length=100), AfterValidator(_address)]


class Strict(BaseModel):
    """Nothing unknown comes in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Contact(Strict):
    """The person at the partner who gets the terms. Personal data: it lies in the vault."""

    name: Annotated[Line, Field(title="Contact name")]
    email: Annotated[Address, Field(title="Contact email")]
    locale: Annotated[Literal["ar", "en"], Field(title="Contact language")] = "ar"
    phone: Annotated[
        str | None, Field(max_length=64, title="Contact phone (WhatsApp)"), AfterValidator(_blank)
    ] = None


class Economics(Strict):
    """What the partnership is expected to bring, a year, in one currency."""

    expected_revenue: Annotated[Amount, Field(title="Expected revenue a year")]
    setup_cost: Annotated[Amount, Field(title="One-time cost")] = "0"
    revenue_share_percent: Annotated[
        Decimal, Field(ge=0, le=60, decimal_places=2, title="Revenue share in percent")
    ]
    currency: Annotated[
        Literal["SAR", "AED", "BHD", "KWD", "QAR", "OMR", "USD"], Field(title="Currency")
    ] = "SAR"


Saudization = Literal["platinum", "high_green", "medium_green", "low_green", "red", "not_subject"]
"""The bands of Nitaqat; the smallest companies are not subject to it."""
ConsentSource = Literal["given_by_person", "web_form", "signed_contract"]
"""Where the person's own word lies."""


SigningBasis = Literal["power_of_attorney", "joint_signature"]
"""Why a contact may sign who is not a manager that signs alone."""


class ActivationFacts(Strict):
    """What an activation needs on record; what is not given stays as it is.

    The signing fields belong together: a power of attorney, or the other managers' signatures, with
    its reference, what it covers, and from which day to which it holds.
    """

    saudization: Annotated[Saudization | None, Field(title="Saudization (Nitaqat band)")] = None
    data_sharing_consent: Annotated[
        ConsentSource | None, Field(title="Consent to sharing personal data (PDPL)")
    ] = None
    signing_basis: Annotated[SigningBasis | None, Field(title="Why the contact may sign")] = None
    signing_document: Annotated[Line | None, Field(title="Reference of that document")] = None
    signing_scope: Annotated[Line | None, Field(title="What it covers")] = None
    signing_from: Annotated[date | None, Field(title="In force from")] = None
    signing_until: Annotated[date | None, Field(title="In force until")] = None

    @model_validator(mode="after")
    def _signing_is_whole(self) -> "ActivationFacts":
        whole = (self.signing_basis, self.signing_document, self.signing_scope)
        days = (self.signing_from, self.signing_until)
        given = [each is not None for each in (*whole, *days)]
        if any(given) and not all(given):
            raise PydanticCustomError("signing_incomplete", "all of it or nothing")
        if self.signing_from and self.signing_until and self.signing_until < self.signing_from:
            raise PydanticCustomError("signing_backwards", "it ends before it begins")
        return self


class PartnerApprovalInput(Strict):
    """Starts a partner approval."""

    name: Annotated[Line, Field(title="Company name in English")]
    name_ar: Annotated[Line, Field(title="Company name in Arabic")]
    partner_type: Annotated[
        str,
        Field(title="Partner type", json_schema_extra={"enum": list(PARTNER_TYPES)}),
        AfterValidator(_partner_type),
    ]
    country: Annotated[Literal["SA", "AE", "BH", "KW", "QA", "OM"], Field(title="Country")] = "SA"
    registration_number: Annotated[
        str, Field(max_length=20, title="Commercial registration"), AfterValidator(_digits)
    ]
    contact: Contact
    economics: Economics
    exclusivity: Annotated[bool, Field(title="Exclusive partnership")] = False
    approver: Annotated[
        str | None,
        Field(
            max_length=80, title="Manager who shall decide", json_schema_extra={"format": "person"}
        ),
    ] = None
    saudization: Annotated[
        Saudization | None, Field(title="Saudization (Nitaqat band), needed for the activation")
    ] = None
    data_sharing_consent: Annotated[
        ConsentSource | None,
        Field(title="Consent to sharing personal data (PDPL), needed for the activation"),
    ] = None
    deadline: Annotated[AwareDatetime | None, Field(title="Deadline, at most 14 days away")] = None

    @field_validator("contact", mode="after")
    @classmethod
    def _phone_in_one_form(cls, contact: Contact, info: ValidationInfo) -> Contact:
        """The phone in E.164; without a country code it is one of the partner's country."""
        if contact.phone is None:
            return contact
        try:
            phone = phones.e164(contact.phone, info.data.get("country"))
        except InvalidInput:
            wrong = PydanticCustomError("malformed_phone", "no phone number")
            line = InitErrorDetails(type=wrong, loc=("phone",), input=None)
            raise ValidationError.from_exception_data(cls.__name__, [line]) from None
        return contact.model_copy(update={"phone": phone})

    @model_validator(mode="after")
    def _registration_fits(self) -> "PartnerApprovalInput":
        if not re.fullmatch(REGISTRATION[self.country], self.registration_number):
            raise PydanticCustomError(
                "malformed_registration", "not in a form that this country issues"
            )
        return self


Wording = Annotated[str, Field(min_length=SHORTEST, max_length=4000), AfterValidator(_clean_text)]
ClauseKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class ClauseWording(Strict):
    """A clause in both languages."""

    ar: Wording
    en: Wording


Share = Annotated[Decimal, Field(ge=0, le=60, decimal_places=2)]


class PartnerTerms(Economics):
    """One version of what is offered; `clauses` are those worded otherwise than in the library."""

    exclusivity: bool = False
    clauses: dict[ClauseKey, ClauseWording] = Field(default_factory=dict)


class TermsRevision(Strict):
    """Changes of the terms: what is not named stays."""

    expected_revenue: Amount | None = None
    setup_cost: Amount | None = None
    revenue_share_percent: Share | None = None
    exclusivity: bool | None = None
    clauses: Annotated[dict[ClauseKey, ClauseWording], Field(max_length=20)] | None = None


class PartnerAnswer(Strict):
    """What the partner answers to a version of the terms; a counter proposes changes."""

    answer: Literal["accept", "counter", "decline"]
    proposals: TermsRevision = TermsRevision()
    comment: Annotated[str, Field(max_length=4000), AfterValidator(_clean_text)] | None = None
    document: Annotated[str, Field(pattern=r"^doc_[0-9a-z]{10,40}$")] | None = Field(
        None,
        description="The upload of our Word document as they changed it, or of a PDF, which is not "
        "compared: a person reads it.",
    )

    @model_validator(mode="after")
    def _a_counter_proposes(self) -> "PartnerAnswer":
        proposed = self.proposals != TermsRevision() or bool((self.comment or "").strip())
        proposed = proposed or self.document is not None
        if self.answer == "counter" and not proposed:
            raise PydanticCustomError("counter_without_proposal", "a counter proposes something")
        return self


class RegistryManager(Strict):
    """One who manages the partner by the registry, as a person's ID."""

    person_id: Annotated[str, DataClass.RESTRICTED]
    position: str


class RegistryFinding(Strict):
    """What the company registry said of the partner, when, and where the answer is kept.

    `signatory` is whether the contact may sign: alone, with the other managers, or not by the
    registry (then a power of attorney is needed).
    """

    registry: str
    reference: str
    asked_at: datetime
    national_number: str
    registered_name: str
    entity_type: str
    status: Literal["active", "suspended", "expired", "deleted", "other"]
    confirmation_due: date | None
    signing: Literal["alone", "jointly", "unclear"]
    signatory: Literal["alone", "jointly", "unclear", "no"]
    managers: list[RegistryManager]
    provenance: Provenance


class RegistryConfirmation(Strict):
    """What the registry said when it was asked again last, before the activation at the latest."""

    registry: str
    reference: str
    asked_at: datetime
    status: Literal["active", "suspended", "expired", "deleted", "other", "unknown"]
    confirmation_due: date | None
    provenance: Provenance


class PartnerDossier(Strict):
    """Who the partner is. The contact stands in it as a person's ID only."""

    partner_id: str
    name: str
    name_ar: str
    partner_type: str
    country: str
    registration_number: str
    registration_checked: Literal["format_only", "at_registry"]
    contact_person_id: Annotated[str, DataClass.RESTRICTED]
    contact_locale: Literal["ar", "en"]
    exclusivity: bool
    registry: RegistryFinding | None = None
    provenance: Provenance


class SaudizationStatus(Strict):
    """The partner's Nitaqat band, as one of ours put it on record."""

    band: Saudization
    recorded_by: str
    provenance: Provenance


class SigningPower(Strict):
    """Why the contact may sign though the registry does not say so, as one of ours recorded it."""

    basis: SigningBasis
    document: str
    scope: str
    valid_from: date
    valid_until: date
    recorded_by: str
    provenance: Provenance

    def holds(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return self.valid_from <= day <= self.valid_until


class Signal(Strict):
    """One signal of a score: what it weighs, what it gave and why."""

    name: str
    weight: int
    points: int
    because: str


class EconomicsModel(Strict):
    """What the partnership brings and how well it fits, 0–100 by rules, every signal shown."""

    expected_revenue: str
    partner_share: str
    setup_cost: str
    net_first_year: str
    currency: str
    fit_score: int
    signals: list[Signal]
    provenance: Provenance

    def as_stored(self) -> dict[str, Any]:
        """As JSON for the table of outputs."""
        return self.model_dump(mode="json")
