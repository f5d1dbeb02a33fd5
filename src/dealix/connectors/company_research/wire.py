"""Wathq's answers as they come over the wire, in each generation; only what we read of them.

There is no public specification. Sources: the portal's own text (developer.wathq.sa: paths, the
`apiKey` header, `{code, message}` for errors) and independent public clients of each generation.
What does not fit is no answer: a `ValidationError`, which the connector turns into a stable error.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

Text = Annotated[str, Field(min_length=1)]
Number = Annotated[str, Field(pattern=r"^[1-9][0-9]{9}$")]


def _day(value: object) -> object:
    """The day of a moment: some answers write a date with a time."""
    return value[:10] if isinstance(value, str) else value


class Part(BaseModel):
    """A part of an answer: what else it says is not read, a number may stand for a text."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )


class Named(Part):
    """Anything that has a name, such as an activity or a position."""

    name: Text


class Dates(Part):
    """A date in both calendars; either may be missing."""

    gregorian: Annotated[date | None, BeforeValidator(_day)] = None


class Standing(Part):
    """`status{id,name,confirmationDate}` of the un-versioned generation (two 2025 clients)."""

    name: Text
    confirmation_date: Dates | None = None


class Form(Part):
    """`entityType{id,name,formId,formName}` (two 2025 clients)."""

    name: str | None = None
    form_name: str | None = None


class ManagingPerson(Named):
    """One of `management.managers[]`, with `positions[]` (two 2025 clients)."""

    positions: tuple[Named, ...] | None = None


class Management(Part):
    """`management{structureName,managers[]}`; `wayOfWork` is named by the contract API."""

    way_of_work: str | None = None
    managers: tuple[ManagingPerson, ...] | None = None


class UnifiedNumber(Part):
    """Answer of `/commercial-registration/crNationalNumber/{crNumber}` (two 2025 clients)."""

    cr_national_number: Number


class CurrentCompany(UnifiedNumber):
    """Answer of `/commercial-registration/fullinfo/{crNationalNumber}` (two 2025 clients)."""

    cr_number: Number
    name: Text
    status: Standing
    entity_type: Form | None = None
    activities: tuple[Named, ...] | None = None
    parties: tuple[Named, ...] | None = None
    management: Management | None = None


class OldStatus(Part):
    """`status{id,name,nameEn}` of the versioned generations; `id` is a word such as `active`."""

    id: str | None = None
    name: str | None = None
    name_en: str | None = None


class Relation(Part):
    """What a party is to the company: `relation{id,name}` (a 2024 client of `/v5`)."""

    id: str | None = None
    name: str | None = None


class OldParty(Named):
    """One of `parties[]` of `/v5/…/fullinfo` (a 2024 client)."""

    relation: Relation | None = None


class OldActivities(Part):
    """`activities{description,isic[]}` of the versioned generations."""

    isic: tuple[Named, ...] | None = None


class OldCompany(Part):
    """Answer of `/v5/commercialregistration/fullinfo/{cr}` (a 2024 client).

    `/v4/commercialregistration/info/{cr}` answers the same without `parties` (four public clients,
    one with a whole sample). The portal's text of `/v4` shows a `cr_info` in snake case, which
    no client that we found has ever met; such an answer does not fit.
    """

    cr_name: Text
    cr_number: Number
    cr_entity_number: str | None = None
    status: OldStatus
    business_type: Relation | None = None
    activities: OldActivities | None = None
    parties: tuple[OldParty, ...] | None = None
