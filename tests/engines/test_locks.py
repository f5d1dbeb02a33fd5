"""The lock files hold every dependency by hash, and name no host and no folder of a machine."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda p: p.name)
def test_a_lock_names_versions_and_hashes_only(lock):
    text = lock.read_text()
    assert not re.search(r"://|^\s*--(index|find|extra)|file:|^/", text, re.MULTILINE)
    pinned = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert pinned
    assert all("==" in entry and "--hash=sha256:" in entry for entry in pinned)


def test_the_locks_hold_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = [re.split(r"[^a-z0-9-]", line, maxsplit=1)[0] for line in asked]
    assert "temporalio" in names
    lock = (ROOT / "requirements-dev.lock").read_text()
    assert not [name for name in names if not re.search(rf"^{name}(\[.*\])?==", lock, re.MULTILINE)]
