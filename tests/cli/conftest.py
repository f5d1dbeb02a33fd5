import json
import os
from dataclasses import dataclass

import pytest
from tests.api.conftest import Door, door  # noqa: F401 (the API's door is this one's other end)

from dealix.cli.main import run


@dataclass
class Terminal:
    """Somebody's terminal: what a command printed, and how it ended."""

    door: Door
    capsys: pytest.CaptureFixture

    def __call__(self, *words: str, who: str | None = "noura") -> tuple[int, str, str]:
        speaker = ["--as", self.door.person(who)["email"]] if who else []
        code = run([*words, *speaker])
        printed = self.capsys.readouterr()
        return code, printed.out, printed.err

    def data(self, *words: str, who: str | None = "noura"):
        code, out, err = self(*words, "--json", who=who)
        assert code == 0, err
        return json.loads(out)


@pytest.fixture
def terminal(door, tmp_path, monkeypatch, capsys):  # noqa: F811
    record = {
        "url": door.url,
        "sandbox_url": None,
        "temporal_ui_url": None,
        "sign_ins": door.sign_ins,
        "processes": {"api": os.getpid()},
    }
    (tmp_path / "stack.json").write_text(json.dumps(record))
    monkeypatch.setenv("DEALIX_HOME", str(tmp_path))
    for name in ("DEALIX_TOKEN", "DEALIX_PUBLIC_URL", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return Terminal(door, capsys)
