"""What a model is asked and what it answers: one structured answer, text until we validate it.

Instead of an answer it may call tools that the question offers; whoever asked reads for it, and
asks again with what was read.
"""

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
class Offered:
    """A tool that a model may call: its name, what it is for, and the schema of its arguments."""

    name: str
    about: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Called:
    """A call of a tool, as a model wrote it: hostile text until it is looked at."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Told:
    """A call, and what we answer to it: JSON text, masked already where it has to be."""

    call: Called
    result: str


@dataclass(frozen=True)
class Reading:
    """The calls of one reply, each with our answer."""

    told: tuple[Told, ...]


@dataclass(frozen=True)
class Question:
    """One structured question. `facts` is JSON text, masked already where it has to be.

    `seconds` are those that the answer may take in all, `most_tokens` those of the answer. `turns`
    are what came after the facts, in their order; `follows` is the mark of the last reply.
    """

    name: str
    key: str
    instructions: str
    facts: str
    schema: Mapping[str, Any]
    seconds: float
    most_tokens: int
    turns: tuple[Turn | Reading, ...] = ()
    tools: tuple[Offered, ...] = ()
    follows: str | None = None

    @property
    def repair(self) -> Turn | None:
        """The last answer that broke the schema, where there was one."""
        return next((each for each in reversed(self.turns) if isinstance(each, Turn)), None)


@dataclass(frozen=True)
class Reply:
    """What came back: hostile text, which model says it wrote it, and the tokens it counted.

    The counts are None where the endpoint tells none. With `calls` it is no answer yet; `mark` is
    what the endpoint wants to see in the next question where it keeps the conversation itself.
    """

    text: str
    model: str
    tokens_in: int | None
    tokens_out: int | None
    calls: tuple[Called, ...] = ()
    mark: str | None = None


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
        """One answer, or calls of tools where the question offers any.

        Raises `ModelDeclined`, `ModelCutOff`, `ProviderRefused`, `ProviderUnavailable`.
        """
        ...

    def close(self) -> None:
        """Close the pooled connections."""
        ...

    def probe(self) -> Health:
        """Whether it answers and accepts our key; asks the model nothing."""
        ...
