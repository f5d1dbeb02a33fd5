"""Declares a step where it is written: its system, idempotency method and undo, as literals.

`dealix inventory check` reads these decorators from the syntax tree and holds them equal to the
catalogue, so every argument is a literal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from temporalio import activity

from dealix.declaring import Method

OnStarted = Literal["resend", "look_up", "ask"]
ActivityMethod = TypeVar("ActivityMethod", bound=Callable[..., Any])

ATTRIBUTE = "__dealix_step__"


@dataclass(frozen=True)
class StepFacts:
    """What is declared about one step or undo action.

    `method`: how doing it twice is prevented. `on_started`: what happens when its row is found
    started: `resend` (the provider dedups by key), `look_up` (by our key, then decide) or `ask`.
    """

    name: str
    system: str | None
    method: Method
    undo: str | None
    final: bool
    on_started: OnStarted
    is_undo: bool = False
    gate: str | None = None


def step(
    name: str,
    *,
    method: Method,
    system: str | None = None,
    undo: str | None = None,
    final: bool = False,
    on_started: OnStarted | None = None,
) -> Callable[[ActivityMethod], ActivityMethod]:
    """Make a method an activity called `name`; one with a system states its `on_started`."""
    started = stated(name, system, method, on_started)
    return _declare(StepFacts(name, system, method, undo, final, started))


def undo(
    name: str, *, method: Method, system: str | None = None, on_started: OnStarted | None = None
) -> Callable[[ActivityMethod], ActivityMethod]:
    """Make a method the activity that takes a step back."""
    started = stated(name, system, method, on_started)
    return _declare(StepFacts(name, system, method, None, True, started, is_undo=True))


def ask(name: str, *, gate: str) -> Callable[[ActivityMethod], ActivityMethod]:
    """Make a method the activity that opens `gate`; its method is the request ID."""
    return _declare(StepFacts(name, None, "request_id", None, False, "resend", gate=gate))


def facts_of(method: Callable[..., Any]) -> StepFacts:
    """The facts declared on an activity method."""
    facts = getattr(method, ATTRIBUTE, None)
    if not isinstance(facts, StepFacts):
        raise TypeError(f"{method!r} is no step: decorate it with @step, @ask or @undo")
    return facts


def stated(
    name: str, system: str | None, method: Method, on_started: OnStarted | None
) -> OnStarted:
    """What happens when a step's row is found started; on our own stores it is done again.

    Raises:
        TypeError: a step that calls a system does not say it, or says that a message or an
            envelope is sent again blindly.
    """
    if system is None:
        return on_started or "resend"
    if on_started is None:
        raise TypeError(f"{name}: what happens when its row is found started is not stated")
    if method in {"message_id", "request_id"} and on_started == "resend":
        raise TypeError(f"{name}: a message or an envelope is never sent again blindly")
    return on_started


def _declare(facts: StepFacts) -> Callable[[ActivityMethod], ActivityMethod]:
    def declare(method: ActivityMethod) -> ActivityMethod:
        setattr(method, ATTRIBUTE, facts)
        return activity.defn(name=facts.name, no_thread_cancel_exception=True)(method)

    return declare
