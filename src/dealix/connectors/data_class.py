"""Says of every field that leaves the house how it is classified; none exists without it."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class DataClass(StrEnum):
    """The four classes of data, from harmless to protected; `rank` orders them."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"

    @property
    def rank(self) -> int:
        """0 for public to 3 for restricted."""
        return list(DataClass).index(self)


class Outgoing(BaseModel):
    """Base of every request model: each field is `Annotated[type, DataClass.…]`.

    A model with an unclassified field fails when its class is made. Errors never quote values.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Refuse the class when one of its fields is not classified."""
        missing = [name for name, found in classes_of(cls).items() if found is None]
        if missing:
            raise TypeError(f"{cls.__name__}: no data class on {', '.join(missing)}")


def classes_of(model: type[BaseModel]) -> dict[str, DataClass | None]:
    """The data class of each field of a request model, None where it is missing."""
    return {
        name: next((each for each in field.metadata if isinstance(each, DataClass)), None)
        for name, field in model.model_fields.items()
    }


def highest(*models: type[BaseModel]) -> DataClass:
    """The most protected class among the fields of these models."""
    found = [each for model in models for each in classes_of(model).values() if each]
    return max(found, key=lambda each: each.rank, default=DataClass.PUBLIC)
