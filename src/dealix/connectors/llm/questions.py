"""What a model is asked and what it answers: one structured answer, text until we validate it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from dealix.connectors.metadata import ConnectorMetadata, Health
from dealix.errors import ProviderRefused

LARGEST_ANSWER = 400_000
"""Bytes of an HTTP answer that are read; what the model wrote in it is bounded further by us."""


@dataclass(frozen=True)
class Turn:
    """An answer that broke the schema, and what was wrong with it: what a repair is asked with."""

    answer: str
    complaint: str


@dataclass(frozen=True)
class Question:
    """One structured question. `facts` is JSON text, masked already where it has to be.

    `seconds` are those that the answer may take in all, `most_tokens` those of the answer.
    """

    name: str
    key: str
    instructions: str
    facts: str
    schema: Mapping[str, Any]
    seconds: float
    most_tokens: int
    repair: Turn | None = None


@dataclass(frozen=True)
class Reply:
    """What came back: hostile text, which model says it wrote it, and the tokens it counted.

    The counts are None where the endpoint tells none.
    """

    text: str
    model: str
    tokens_in: int | None
    tokens_out: int | None


class ModelDeclined(ProviderRefused):
    """The model said that it will not answer."""


class ModelCutOff(ProviderRefused):
    """The answer ended before it was whole: longer than the tokens it was given."""


class StructuredModel(Protocol):
    """A model that answers questions in a schema. It has no effect: asking again is harmless."""

    metadata: ClassVar[ConnectorMetadata]

    @property
    def model(self) -> str:
        """The name of the model that is asked."""
        ...

    def ask(self, question: Question) -> Reply:
        """One answer.

        Raises `ModelDeclined`, `ModelCutOff`, `ProviderRefused`, `ProviderUnavailable`.
        """
        ...

    def close(self) -> None:
        """Close the pooled connections."""
        ...

    def probe(self) -> Health:
        """Whether it answers and accepts our key; asks the model nothing."""
        ...
