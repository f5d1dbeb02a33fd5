"""Input from outside against its model: in order, or refused with each wrong field named."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dealix.errors import InvalidInput

Model = TypeVar("Model", bound=BaseModel)


def validated(
    model: type[Model], given: Mapping[str, Any], codes: frozenset[str] = frozenset()
) -> Model:
    """What was given, in order.

    Raises:
        InvalidInput: each wrong field is named with its reason, never with its value; under the
            first of the reasons that is among `codes`, else `invalid_input`.
    """
    try:
        return model.model_validate(dict(given))
    except ValidationError as wrong:
        errors = [
            {"field": ".".join(map(str, error["loc"])), "type": error["type"]}
            for error in wrong.errors(include_input=False, include_url=False)
        ]
        code = next((e["type"] for e in errors if e["type"] in codes), "invalid_input")
        raise InvalidInput(code, errors=errors) from None
