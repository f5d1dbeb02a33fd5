"""Reads for a model in the middle of a step: declared, permitted, bounded, masked, audited.

What a model calls is hostile text. We make no call that the step does not declare, with no
arguments that its schema does not take, and no more of them than the step may; each breach ends
the step, and rules do it. What a tool answers is data, masked like the step's own facts.
"""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError
from pydantic_core import to_jsonable_python

from dealix.actors import system
from dealix.connectors.llm.questions import Called, Offered, Told
from dealix.errors import DealixError
from dealix.lanes.provenance import FallBackReason
from dealix.lanes.step_executor import ModelStep, Read, ReadTool, StepContext
from dealix.records import audit
from dealix.store.session import Database
from dealix.trust.model_use.answers import BrokenAnswer, answer_schema, json_object
from dealix.trust.model_use.masking import PLACEHOLDER, Mask
from dealix.trust.policy import service as policy
from dealix.trust.policy.engine import Evaluator
from dealix.trust.policy.schemas import PolicyQuestion

USED = "tool.used"
LONGEST_ARGUMENTS = 2_000
LONGEST_RESULT = 12_000
"""Characters of what a model may ask with, and of what one read may hand it."""


class FellBack(Exception):
    """Rules do the step, because of this."""

    def __init__(self, because: FallBackReason) -> None:
        self.because: FallBackReason = because
        super().__init__(because)


class Guard(Protocol):
    """Says of each read whether it may be made."""

    def permit(self, tool: ReadTool[Any], context: StepContext, key: str) -> None:
        """Let a read be made that `key` names.

        Raises:
            DealixError: it may not, or nobody can say so.
        """
        ...


@dataclass(frozen=True)
class PolicyGuard:
    """`Guard` by policy, for the system inside the step's tenant.

    Verdict and use stand in the audit before anything is read, with the run and without what was
    asked, which may name somebody.
    """

    database: Database
    engine: Evaluator

    def permit(self, tool: ReadTool[Any], context: StepContext, key: str) -> None:
        """See `Guard.permit`."""
        who = system(context.tenant_id)
        question = PolicyQuestion(
            tenant=context.tenant_id,
            actor=who,
            action=tool.action,
            resource=f"tool:{tool.name}",
            run=context.run_id,
            effect_key=key,
        )
        with self.database.tenant(context.tenant_id) as session:
            policy.permit(session, question, engine=self.engine)
            used = {"tool": tool.name, "run_id": context.run_id, "effect_key": key}
            audit.append(session, who.user_id, USED, context.run_id or tool.name, used)


@dataclass
class Desk:
    """The reads of one step, from its first question to its last; `end` is on the monotonic clock.

    `as_is`: the register lets personal data leave unmasked.
    """

    step: ModelStep[Any, Any]
    context: StepContext
    guard: Guard
    mask: Mask
    end: float
    as_is: bool = False
    made: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def offered(self) -> tuple[Offered, ...]:
        """The step's tools as a model is told of them."""
        return tuple(
            Offered(tool.name, tool.about, answer_schema(tool.arguments))
            for tool in self.step.tools
        )

    def answer(self, calls: Sequence[Called]) -> tuple[Told, ...]:
        """What is handed to the model for its calls.

        Raises:
            FellBack: one of them is none that we make, or there is no time for it.
        """
        return tuple(Told(call, self._answered(call)) for call in calls)

    def _answered(self, call: Called) -> str:
        tool = next((each for each in self.step.tools if each.name == call.name), None)
        if tool is None:
            raise FellBack("read_not_given")
        if len(self.made) >= self.step.most_reads:
            raise FellBack("too_many_reads")
        asked = self._asked(tool, call.arguments)
        self._assert_permitted(tool)
        self.made.append(tool.name)
        try:
            found = self._in_time(tool, asked)
        except DealixError as error:
            return _result(tool, {"error": error.code})
        self.sources += [each for each in found.sources if each not in self.sources]
        shown = to_jsonable_python(found.facts) if self.as_is else self.mask.facts(found.facts)
        text = _result(tool, shown)
        return text if len(text) <= LONGEST_RESULT else _result(tool, {"error": "too_long"})

    def _assert_permitted(self, tool: ReadTool[Any]) -> None:
        key = f"{self.context.key}:{tool.name}:{len(self.made) + 1}"
        try:
            self.guard.permit(tool, self.context, key)
        except DealixError:
            raise FellBack("read_refused") from None

    def _asked(self, tool: ReadTool[Any], arguments: str) -> BaseModel:
        try:
            return _arguments(tool, arguments, self.mask)
        except (BrokenAnswer, ValidationError):
            raise FellBack("read_misused") from None

    def _in_time(self, tool: ReadTool[Any], asked: BaseModel) -> Read:
        """The read, waited for as long as the step has; one that is late ends by itself."""
        threads = ThreadPoolExecutor(1, thread_name_prefix="read-for-model")
        try:
            reading = threads.submit(copy_context().run, tool.read, asked)
            return reading.result(max(0.0, self.end - time.monotonic()))
        except TimeoutError:
            raise FellBack("too_slow") from None
        finally:
            threads.shutdown(wait=False, cancel_futures=True)


def _arguments(tool: ReadTool[Any], text: str, mask: Mask) -> BaseModel:
    """What a model asks with, the persons back in it; `BrokenAnswer` or `ValidationError`."""
    if len(text) > LONGEST_ARGUMENTS:
        raise BrokenAnswer("too long")
    given = json.dumps(mask.restored(json_object(text)), ensure_ascii=False)
    if PLACEHOLDER.search(given):
        raise BrokenAnswer("a placeholder that is not in the facts")
    asked: BaseModel = tool.arguments.model_validate_json(given, strict=True)
    return asked


def _result(tool: ReadTool[Any], found: Any) -> str:
    """An answer of a tool, marked as what it is."""
    return json.dumps({"tool": tool.name, "data": found}, ensure_ascii=False)
