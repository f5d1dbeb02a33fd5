"""Declares a short task and its parts where they are written, for the catalogue to be held to.

`dealix inventory check` reads these decorators from the syntax tree and holds them equal to the
catalogue, so every argument is a literal.
"""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

Method = Literal["upsert", "idempotency_header", "message_id", "request_id", "content_hash"]
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
    """Declare a method as the part called `name`: how it is made once, what stays for good.

    `system` names what it asks; several systems stand in one string, apart by spaces.
    """
    del name, method, system, final  # read from the syntax tree

    def declared(given: Part) -> Part:
        return given

    return declared
