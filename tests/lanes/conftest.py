"""The stage on which small flows run, once per module that asks for it."""

import pytest
from tests.lanes.flow_stage import FlowStage


@pytest.fixture(scope="module")
def stage(engines, database_urls, tmp_path_factory):
    stage = FlowStage(engines, database_urls, tmp_path_factory.mktemp("home"))
    yield stage
    stage.close()
