"""Whether a configured model answers a structured step: what `dealix doctor` asks of it."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from dealix.connectors.data_class import DataClass
from dealix.connectors.llm import StructuredModel
from dealix.lanes.provenance import Executor, Provenance
from dealix.lanes.step_executor import Facts, ModelStep, Rules, StepContext
from dealix.trust.model_use.executor import ModelExecutor

WORD = "مرحبا"
SECONDS = 15.0


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
