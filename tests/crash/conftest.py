"""One stack with barriers for all crash tests; each test arms the points that it needs."""

import shutil
import tempfile
from pathlib import Path

import pytest

from dealix.engines import postgres
from dealix.engines.home import Home
from dealix.proof import rounds
from dealix.proof.rig import Rig
from dealix.proof.trials import Trials


@pytest.fixture(scope="package")
def rig():
    home = Path(tempfile.mkdtemp(prefix="dealix-crash-"))
    try:
        with Rig(home) as rig:
            yield rig
    finally:
        data = postgres.cluster(Home(home)).data
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(data.parent if home not in data.parents else data, ignore_errors=True)


@pytest.fixture(scope="package")
def cast(rig):
    cast = rounds.cast_of(rig)
    yield cast
    cast.door.close()


@pytest.fixture(scope="package")
def trials(rig, cast):
    trials = Trials(rig, cast)
    yield trials
    trials.close()
