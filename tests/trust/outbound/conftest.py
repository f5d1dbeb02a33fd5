"""The stage on which effects are tried."""

from collections.abc import Iterator

import pytest
from tests.trust.outbound.staging import Stage, staged

from dealix.store.session import Database


@pytest.fixture
def stage(fresh_database: Database) -> Iterator[Stage]:
    yield from staged(fresh_database)
