"""The register of processing as a scan reads it: each activity with who processes for it, where."""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from dealix.trust.privacy.processing import SHIPPED, Processing


class Processor(BaseModel):
    """Who processes for us, known by the setting with its address.

    `outside` of the Kingdom; None where the register alone can say so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    setting: str
    outside: bool | None = None


PROCESSORS: dict[str, tuple[Processor, ...]] = {
    "lead_capture": (
        Processor(name="HubSpot", setting="hubspot_url", outside=True),
        Processor(name="Wathq", setting="wathq_url", outside=False),
        Processor(name="GLEIF", setting="gleif_url", outside=True),
        Processor(name="OpenCorporates", setting="opencorporates_url", outside=True),
    ),
    "whatsapp": (Processor(name="Meta", setting="whatsapp_url", outside=True),),
    "email": (Processor(name="Mail server", setting="smtp_url"),),
    "ai_analysis": (
        Processor(name="Model provider", setting="model_url"),
        Processor(name="Embeddings provider", setting="embeddings_url"),
    ),
}
"""By activity. A provider that is in none of them, such as one of signatures, is not named yet."""


class Activity(BaseModel):
    """One entry of the company's register; `abroad`: it says that data leave the Kingdom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    data: list[str]
    legal_basis: str
    retention_months: int | None
    abroad: bool
    processors: tuple[Processor, ...]

    @property
    def lacks(self) -> list[str]:
        """What the entry does not say and must."""
        said = {"data": self.data, "retention": self.retention_months}
        return [name for name, value in said.items() if not value]

    def states(self, processor: Processor) -> bool:
        """Whether the entry admits where this processor works."""
        return self.abroad or not processor.outside


def activities(entry_of: Callable[[str], Processing] = SHIPPED.__getitem__) -> tuple[Activity, ...]:
    """Every entry of the register; what ships, unless the company's own is read."""
    return tuple(_activity(key, entry_of(key)) for key in SHIPPED)


def _activity(key: str, entry: Processing) -> Activity:
    return Activity(
        key=key,
        data=list(entry.categories),
        legal_basis=entry.basis,
        retention_months=entry.months,
        abroad=entry.abroad,
        processors=PROCESSORS.get(key, ()),
    )
