"""A page of a longer list: one row more is asked for than is shown, to know whether it goes on."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode


def cut(found: Sequence[dict[str, Any]], size: int, name: str = "id") -> tuple[Any, str]:
    """The rows of a page out of `size` and one more, and behind which row the next one begins."""
    further = str(found[size - 1][name]) if len(found) > size else ""
    return list(found[:size]), further


def address(path: str, **query: str) -> str:
    """A path with these values, those that say something."""
    said: Mapping[str, str] = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(said)}" if said else path
