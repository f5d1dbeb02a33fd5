"""Whether a configured model answers a structured step, and reads by a tool of ours on the way.

It is what `dealix doctor` asks of it.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from dealix.connectors.data_class import DataClass
from dealix.connectors.llm import StructuredModel
from dealix.lanes.provenance import Executor, Provenance
from dealix.lanes.step_executor import Facts, ModelStep, Read, ReadTool, Rules, StepContext
from dealix.trust.model_use.executor import ModelExecutor

WORD = "مرحبا"
SECONDS = 15.0
AGENT_SECONDS = 60.0
"""An agent's first turn takes seconds, whatever the model."""


class Greeting(Facts):
    """A word to repeat; it names nobody."""

    word: Annotated[str, DataClass.PUBLIC] = WORD


class Greeted(BaseModel):
    """The word, by whoever did the step."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answers: bool
    word: str


def _by_rules(given: Greeting) -> dict[str, Any]:
    return {"answers": False, "word": given.word}


CHECK: ModelStep[Greeting, Greeted] = ModelStep(
    name="connection.check",
    prompt="connection_check",
    facts=Greeting,
    output=Greeted,
    rules=_by_rules,
    rules_version="connection-1",
    seconds=SECONDS,
    most_tokens=100,
)


class Numbered(Facts):
    """Which word to ask for; it names nobody."""

    number: Annotated[int, DataClass.PUBLIC] = 1


class AskedWord(BaseModel):
    """What the tool of the check takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: Annotated[int, Field(ge=1, le=9)]


class ToldWord(Facts):
    """What the tool of the check answers."""

    word: Annotated[str, DataClass.PUBLIC]


def _told(_asked: AskedWord) -> Read:
    return Read(ToldWord(word=WORD), ("the check",))


TOOL = ReadTool("word_of_the_check", "Tells the word of a number.", AskedWord, "record.read", _told)
READ_CHECK: ModelStep[Numbered, Greeted] = ModelStep(
    name="connection.read_check",
    prompt="read_check",
    facts=Numbered,
    output=Greeted,
    rules=lambda _given: {"answers": False, "word": ""},
    rules_version="connection-1",
    seconds=AGENT_SECONDS,
    most_tokens=100,
    tools=(TOOL,),
    most_reads=2,
)


class _Unguarded:
    def permit(self, tool: ReadTool[Any], context: StepContext, key: str) -> None:
        """The operator asks, no company: the word is nobody's."""


class _Unlimited:
    def set_aside(self, tokens: int, cost: Decimal) -> bool:
        del tokens, cost
        return True

    def settle(self, tokens: int, cost: Decimal) -> None:
        """Nothing is kept: the operator asks, no company."""


def check(kind: Executor, model: StructuredModel) -> Provenance:
    """Ask one structured question; the provenance says how it went."""
    executor = ModelExecutor(kind, model, _Unlimited(), Rules(not_configured=()))
    context = StepContext("", "doctor:connection:1", sources=("doctor",))
    return executor.execute(CHECK, Greeting(), context).provenance


def check_reads(kind: Executor, model: StructuredModel) -> Provenance:
    """Ask one question that wants a tool of ours; the provenance names what was read by it."""
    executor = ModelExecutor(
        kind, model, _Unlimited(), Rules(not_configured=()), guard=_Unguarded()
    )
    context = StepContext("", "doctor:reads:1", sources=("doctor",))
    return executor.execute(READ_CHECK, Numbered(), context).provenance
