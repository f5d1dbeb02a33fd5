"""The short lane: a task answers while its caller waits, and its parts are declared where they are.

`dealix inventory check` reads these decorators from the syntax tree and holds them equal to the
catalogue, so every argument is a literal. A task writes nothing outside and undoes nothing.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from dealix.errors import DealixError
from dealix.lanes.steps import Method
from dealix.observability import metrics

Task = TypeVar("Task", bound=type[Any])
Part = TypeVar("Part", bound=Callable[..., Any])


def task(*, name: str) -> Callable[[Task], Task]:
    """Make a class the short task called `name`: its `run` calls its parts in their order."""

    def named(given: Task) -> Task:
        given.workflow = name
        return given

    return named


def part(
    name: str, *, method: Method, system: str | None = None, final: bool = False
) -> Callable[[Part], Part]:
    """Declare a method as the part called `name`: the system that it asks, how it is made once."""
    del name, method, system, final  # read from the syntax tree

    def declared(given: Part) -> Part:
        return given

    return declared


@contextmanager
def timed(workflow: str) -> Iterator[None]:
    """Count one run of a short task, with its time and how it ended."""
    began, outcome = time.perf_counter(), "failed"
    try:
        yield
        outcome = "done"
    except DealixError as error:
        outcome = error.code
        raise
    finally:
        metrics.short_task(workflow, outcome, time.perf_counter() - began)
