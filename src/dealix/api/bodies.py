"""What every request body is held to: no unknown fields, no text that misleads or breaks."""

import math
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from dealix.i18n.fit import fit

DEEPEST = 24


class Body(BaseModel):
    """A JSON body: unknown fields are refused, and so is unfit text anywhere inside."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _fit(cls, given: Any) -> Any:
        refuse_unfit(given)
        return given


def refuse_unfit(given: Any) -> None:
    """Refuse control characters, bidi overrides, lone surrogates, NaN and bottomless nesting.

    Raises:
        PydanticCustomError: with the `path` of the first unfit value in its context.
    """
    for path, value, depth in walk(given):
        if depth > DEEPEST:
            raise PydanticCustomError("too_deep", "nested too deeply", {"path": path})
        if isinstance(value, str) and not fit(value):
            raise PydanticCustomError("forbidden_character", "unfit character", {"path": path})
        if isinstance(value, float) and not math.isfinite(value):
            raise PydanticCustomError("finite_number", "not a number", {"path": path})


def walk(given: Any) -> Iterator[tuple[str, Any, int]]:
    """Every value and key inside, with its path and depth; without recursion."""
    waiting: list[tuple[str, Any, int]] = [("", given, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        yield path, value, depth
        if depth > DEEPEST:
            continue
        if isinstance(value, dict):
            for key, inner in value.items():
                yield path, key, depth
                waiting.append((f"{path}.{key}" if path else str(key), inner, depth + 1))
        elif isinstance(value, list):
            waiting += [
                (f"{path}.{n}" if path else str(n), v, depth + 1) for n, v in enumerate(value)
            ]


def _written(value: Any) -> Any:
    """Times and durations are written as ISO 8601 texts: a bare number has no unit."""
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "write it as a text")
    return value


Written = BeforeValidator(_written)
Comment = Annotated[str, Field(max_length=4000)]
Line = Annotated[str, Field(min_length=2, max_length=200)]
Email = Annotated[str, Field(min_length=3, max_length=254)]
Password = Annotated[str, Field(min_length=1, max_length=1024)]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
