"""Does a step by a model: masked, bounded in time and money, repaired once, else by rules.

Where the step declares tools, the model may have something read in between; we read it.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from pydantic_core import to_jsonable_python

from dealix import clock
from dealix.connectors.llm.questions import (
    ModelCutOff,
    ModelDeclined,
    Question,
    Reading,
    Reply,
    StructuredModel,
    Turn,
)
from dealix.errors import NotConfigured, ProviderRefused, ProviderUnavailable
from dealix.lanes.provenance import Executor, FallBack, FallBackReason, Provenance
from dealix.lanes.step_executor import A, F, ModelStep, Rules, StepContext, StepResult
from dealix.prompts import Prompt, prompt
from dealix.trust.model_use.answers import BrokenAnswer, answer_schema, read_answer
from dealix.trust.model_use.masking import Mask
from dealix.trust.model_use.reading import Desk, FellBack, Guard

log = logging.getLogger(__name__)
LEAST_SECONDS = 0.05
CHARACTERS_A_TOKEN = 2
"""Few, so that what is set aside is enough for Arabic, which takes more tokens than English."""

MILLION = Decimal(1_000_000)
SHOWN_OF_ANSWER = 8_000
UNKNOWN = ("HTTP 400", "HTTP 404", "HTTP 405", "HTTP 422")
"""How an endpoint says that it does not know what it was asked with, such as tools."""

SLOW = frozenset({"ReadTimeout", "WriteTimeout", "ConnectTimeout"})


class ToolsRefused(FellBack):
    """The endpoint would not take the question, perhaps for its tools."""


@dataclass(frozen=True)
class Prices:
    """What a million tokens cost, in SAR."""

    reading: Decimal = Decimal(0)
    writing: Decimal = Decimal(0)

    def of(self, read: int, written: int) -> Decimal:
        """What these tokens cost."""
        return (self.reading * read + self.writing * written) / MILLION


class Spending(Protocol):
    """A tenant's tokens and money of the day."""

    def set_aside(self, tokens: int, cost: Decimal) -> bool:
        """Set aside what a call may take at most; False where the day's limit does not allow it."""
        ...

    def settle(self, tokens: int, cost: Decimal) -> None:
        """Add to what was set aside: less than it where the call took less (a negative number)."""
        ...


@dataclass(frozen=True)
class ModelExecutor:
    """`StepExecutor` over one model. `as_is`: the register lets personal data leave unmasked.

    Without a `guard` no tool is offered, whatever a step declares.
    """

    kind: Executor
    model: StructuredModel
    spending: Spending
    rules: Rules
    prices: Prices = Prices()
    as_is: bool = False
    guard: Guard | None = None
    find_prompt: Callable[[str], Prompt] = prompt
    sleep: Callable[[float], None] = time.sleep

    def execute(self, step: ModelStep[F, A], facts: F, context: StepContext) -> StepResult[A]:
        """See `StepExecutor.execute`."""
        try:
            return self._by_model(step, facts, context)
        except FellBack as fell:
            log.warning("step %s by %s fell back to rules: %s", step.name, self.kind, fell.because)
            back = FallBack(chosen=self.kind, because=fell.because)
            return self.rules.instead_of(back, step, facts, context)

    def by_rules(self, step: ModelStep[F, A], facts: F, context: StepContext) -> StepResult[A]:
        """See `StepExecutor.by_rules`."""
        return self.rules.execute(step, facts, context)

    def _by_model(self, step: ModelStep[F, A], facts: F, context: StepContext) -> StepResult[A]:
        end = time.monotonic() + step.seconds
        mask, words = Mask(), self.find_prompt(step.prompt)
        leaving = to_jsonable_python(facts) if self.as_is else mask.facts(facts)
        question = Question(
            name=step.name,
            key=context.key,
            instructions=words.text,
            facts=json.dumps(leaving, ensure_ascii=False),
            schema=answer_schema(step.output),
            seconds=step.seconds,
            most_tokens=step.most_tokens,
        )
        desk = self._desk(step, context, mask, end)
        if desk is not None:
            question = _changed(question, tools=desk.offered())
        about = Provenance(
            generated_at=clock.now(),
            method="model",
            prompt_version=words.version,
            inputs_hash=facts.hashed(),
            sources=list(context.sources),
            executor=self.kind,
            fresh_as_of=context.fresh_as_of,
        )
        question, reply = self._conversed(question, desk, end)
        try:
            return read_answer(step, reply.text, mask, _by(about, reply, desk))
        except BrokenAnswer as broken:
            turn = Turn(reply.text[:SHOWN_OF_ANSWER], broken.complaint)
        turns = (*question.turns, turn)
        question = _changed(question, turns=turns, follows=reply.mark)
        _, again = self._conversed(question, desk, end)
        try:
            return read_answer(step, again.text, mask, _by(about, again, desk, repaired=True))
        except BrokenAnswer:
            raise FellBack("invalid_answer") from None

    def _desk(
        self, step: ModelStep[F, A], context: StepContext, mask: Mask, end: float
    ) -> Desk | None:
        """Where its reads are made, for a step that declares any."""
        if self.guard is None or not step.tools:
            return None
        return Desk(step, context, self.guard, mask, end, as_is=self.as_is)

    def _conversed(
        self, question: Question, desk: Desk | None, end: float
    ) -> tuple[Question, Reply]:
        """Ask until it answers, and read for it in between; each turn reads, or it ends.

        An endpoint that refuses a question for its tools is asked the same without them.
        """
        while True:
            try:
                reply = self._asked(question, end)
            except ToolsRefused:
                log.warning(
                    "step %s: %s takes no tools, so nothing is read", question.name, self.kind
                )
                question, desk = _changed(question, tools=()), None
                continue
            if desk is None or not reply.calls:
                return question, reply
            turns = (*question.turns, Reading(desk.answer(reply.calls)))
            question = _changed(question, turns=turns, follows=reply.mark)

    def _asked(self, question: Question, end: float) -> Reply:
        """One answer within the day's limit; what it did not take is given back."""
        read = _tokens(question)
        most = read + question.most_tokens
        cost = self.prices.of(read, question.most_tokens)
        if not self.spending.set_aside(most, cost):
            raise FellBack("over_limit")
        taken, spent = 0, Decimal(0)
        try:
            reply = self._answered(question, end)
            told = reply.tokens_in is not None and reply.tokens_out is not None
            got = reply.tokens_in if told else read
            wrote = reply.tokens_out if told else len(reply.text) // CHARACTERS_A_TOKEN
            taken, spent = (got or 0) + (wrote or 0), self.prices.of(got or 0, wrote or 0)
            return reply
        except FellBack as fell:
            if fell.because not in NOT_TAKEN:
                taken, spent = most, cost
            raise
        finally:
            self.spending.settle(taken - most, spent - cost)

    def _answered(self, question: Question, end: float) -> Reply:
        """One answer, asked for once more where that may help and there is time."""
        card = self.model.metadata.retries
        for attempt in range(1, (card.attempts or 1) + 1):
            left = end - time.monotonic()
            if left < LEAST_SECONDS:
                raise FellBack("too_slow")
            try:
                return self.model.ask(_within(question, left))
            except ProviderUnavailable as away:
                reason = reason_of(away)
                wait = _wait(away, card.first.total_seconds())
                if attempt == card.attempts or reason == "too_slow":
                    raise FellBack(reason) from None
                if wait + LEAST_SECONDS > end - time.monotonic():
                    raise FellBack(reason) from None
                self.sleep(wait)
            except ProviderRefused as no:
                if question.tools and not question.turns and _told_of(no).startswith(UNKNOWN):
                    raise ToolsRefused("rejected") from None
                raise FellBack(_refusal(no)) from None
            except NotConfigured:
                raise FellBack("not_configured") from None
        raise FellBack("unavailable")


NOT_TAKEN = frozenset({"not_configured", "rejected", "rate_limited"})
"""Where nothing was billed; any other failure may have cost what was set aside."""


def _tokens(question: Question) -> int:
    """About how many tokens the model reads."""
    asked = (
        question.instructions,
        question.facts,
        json.dumps(question.schema),
        *(f"{tool.about}{json.dumps(tool.schema)}" for tool in question.tools),
        *(words for turn in question.turns for words in _words(turn)),
    )
    return sum(len(each) for each in asked) // CHARACTERS_A_TOKEN + 1


def _words(turn: Turn | Reading) -> Iterator[str]:
    if isinstance(turn, Turn):
        yield from (turn.answer, turn.complaint)
        return
    for each in turn.told:
        yield from (each.call.arguments, each.result)


def _by(
    about: Provenance, reply: Reply, desk: Desk | None, *, repaired: bool = False
) -> Provenance:
    """Where the answer comes from: who wrote it, and what was read for it."""
    read = desk.sources if desk else []
    return about.model_copy(
        update={
            "generated_at": clock.now(),
            "model": reply.model,
            "repaired": repaired or None,
            "reads": list(desk.made) if desk else None,
            "sources": [*about.sources, *(each for each in read if each not in about.sources)],
        }
    )


def _within(question: Question, seconds: float) -> Question:
    return _changed(question, seconds=seconds)


def _changed(question: Question, **changes: Any) -> Question:
    return Question(**{**vars(question), **changes})


def reason_of(away: ProviderUnavailable) -> FallBackReason:
    """Why a provider that did not answer did not, in the words of provenance."""
    reason = str(away.params.get("reason"))
    if reason == "too many requests":
        return "rate_limited"
    return "too_slow" if reason in SLOW else "unavailable"


def _wait(away: ProviderUnavailable, usual: float) -> float:
    told = away.params.get("retry_after")
    return float(told) if isinstance(told, int | float) else usual


def _refusal(no: ProviderRefused) -> FallBackReason:
    if isinstance(no, ModelDeclined):
        return "refused"
    if isinstance(no, ModelCutOff):
        return "cut_off"
    return "rejected" if _told_of(no).startswith("HTTP") else "invalid_answer"


def _told_of(no: ProviderRefused) -> str:
    return str(no.params.get("reason"))
