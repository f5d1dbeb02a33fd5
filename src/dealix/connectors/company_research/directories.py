"""Directories in which companies are looked up by their name, and what they list. Read only."""

import re
from typing import Annotated, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, Field

from dealix.connectors.company_research.records import Status
from dealix.connectors.data_class import DataClass, Outgoing
from dealix.connectors.metadata import ConnectorMetadata, Health

MOST = 20
"""How many companies of one answer are read."""
_MEANT_OTHERWISE = re.compile(r"[,*\"\\\x00-\x1f]+")


class DirectoryQuery(Outgoing):
    """All that we tell a directory: a company's name, and its country by two letters."""

    name: Annotated[str, Field(min_length=2, max_length=200), DataClass.INTERNAL]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$"), DataClass.PUBLIC]

    @classmethod
    def of(cls, name: str, country: str) -> "DirectoryQuery":
        """A query without the signs that a directory takes for something else than letters.

        Raises:
            ValidationError: no name is left, or the country is not two letters.
        """
        words = " ".join(_MEANT_OTHERWISE.sub(" ", name).split())
        return cls(name=words[:200], country=country)


class ListedCompany(BaseModel):
    """A company as a directory lists it.

    `number` is the directory's own, `registered_as` that of the register in which the company is
    entered; None where the directory does not say.
    """

    model_config = ConfigDict(frozen=True)

    directory: str
    number: str
    registered_as: str | None
    name: str
    other_names: tuple[str, ...] = ()
    country: str
    status: Status
    status_text: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which it is listed."""
        return (self.name, *self.other_names)


class Directory(Protocol):
    """A directory of companies."""

    metadata: ClassVar[ConnectorMetadata]

    def search(self, name: str, country: str) -> tuple[ListedCompany, ...]:
        """The companies that it finds by this name in this country, `MOST` at most.

        They need not be of this name: directories also answer what is only like it. Raises
        `ProviderUnavailable` (ask again later), `ProviderRefused`.
        """
        ...

    def probe(self) -> Health:
        """Whether it answers and accepts us."""
        ...

    def close(self) -> None:
        """Close the pooled connections."""
        ...
