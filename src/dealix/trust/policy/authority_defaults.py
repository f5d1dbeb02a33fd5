"""The authority tables that ship with Dealix, as data in `authority_defaults.yaml`."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dealix.trust.policy.authority import Row, parse

FILE = Path(__file__).with_suffix(".yaml")
STANDARD = "standard"


def rows_for(tenant_id: str) -> tuple[Row, ...]:
    """The table with which a tenant starts."""
    return _tables()[_document()["tenants"].get(tenant_id, STANDARD)]


@cache
def _document() -> Any:
    return yaml.safe_load(FILE.read_text("utf-8"))


@cache
def _tables() -> dict[str, tuple[Row, ...]]:
    return {name: parse(rows) for name, rows in _document()["tables"].items()}
