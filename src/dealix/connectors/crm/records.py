"""What we write to a CRM and what it holds, in our words; the wire names are HubSpot's.

Source: HubSpot's public documentation of CRM objects (batch upsert by a unique property). Every
property value is a string on the wire, and `ext_ref` is a property made with `hasUniqueValue`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from dealix.connectors.data_class import DataClass, Outgoing

EXT_REF = "ext_ref"
WITHDRAWN = "withdrawn"
Text = Annotated[str, Field(min_length=1, max_length=500)]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,120}$")]


class CompanyWrite(Outgoing):
    """A partner as a HubSpot company. `status` says where its approval stands.

    A withdrawal writes status `withdrawn` and names in `undoes` the trace of the write that it
    takes back; every other write clears that property.
    """

    ext_ref: Annotated[Reference, DataClass.INTERNAL]
    name: Annotated[Text, DataClass.CONFIDENTIAL]
    country: Annotated[Text, DataClass.CONFIDENTIAL]
    registration_number: Annotated[Text, DataClass.CONFIDENTIAL]
    status: Annotated[Text, DataClass.CONFIDENTIAL] = Field(serialization_alias="dealix_status")
    undoes: Annotated[str, Field(max_length=200), DataClass.INTERNAL] = Field(
        "", serialization_alias="dealix_undoes"
    )


class DealWrite(Outgoing):
    """A partnership as a HubSpot deal; `amount` is a decimal string in `currency`.

    `status` and `undoes` are as on the company.
    """

    ext_ref: Annotated[Reference, DataClass.INTERNAL]
    name: Annotated[Text, DataClass.CONFIDENTIAL] = Field(serialization_alias="dealname")
    stage: Annotated[Text, DataClass.CONFIDENTIAL] = Field(serialization_alias="dealstage")
    amount: Annotated[str, Field(pattern=r"^\d{1,15}(\.\d{1,2})?$"), DataClass.CONFIDENTIAL]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$"), DataClass.CONFIDENTIAL] = Field(
        serialization_alias="deal_currency_code"
    )
    partner_ref: Annotated[Reference, DataClass.INTERNAL] = Field(
        serialization_alias="dealix_partner_ref"
    )
    status: Annotated[Text, DataClass.CONFIDENTIAL] = Field(serialization_alias="dealix_status")
    undoes: Annotated[str, Field(max_length=200), DataClass.INTERNAL] = Field(
        "", serialization_alias="dealix_undoes"
    )


class UpsertInput(Outgoing):
    """One input of `batch/upsert`; `trace` comes back in the errors of a partial success."""

    id: Annotated[Reference, DataClass.INTERNAL]
    id_property: Annotated[str, DataClass.PUBLIC] = Field(EXT_REF, serialization_alias="idProperty")
    properties: Annotated[Mapping[str, str], DataClass.CONFIDENTIAL]
    trace: Annotated[Text, DataClass.INTERNAL] = Field(serialization_alias="objectWriteTraceId")


class UpsertBatch(Outgoing):
    """Body of `POST …/batch/upsert`; HubSpot takes up to 100 inputs, we send one an effect."""

    inputs: Annotated[tuple[UpsertInput, ...], Field(max_length=100), DataClass.CONFIDENTIAL]


@dataclass(frozen=True)
class CrmReceipt:
    """The CRM holds the record; `reference` is its ID there, `created` whether it is new."""

    reference: str
    created: bool


@dataclass(frozen=True)
class CrmRecord:
    """What the CRM holds under our reference."""

    reference: str
    properties: Mapping[str, Any]
