"""What the supervisor starts: a program with its arguments, environment and way of stopping."""

import functools
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from dealix.errors import NotConfigured


@dataclass(frozen=True)
class Program:
    """One process of the stack."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10.0


def mortal(argv: Sequence[str], *extra: str) -> list[str]:
    """The command, made to die with the process that starts it; `extra` goes to `setpriv`."""
    found = setpriv()
    return [*found, *extra, "--", *argv] if found else list(argv)


@functools.cache
def setpriv() -> tuple[str, ...]:
    """`setpriv --pdeathsig KILL` where the machine has it (util-linux), else nothing."""
    path = shutil.which("setpriv")
    command = (path, "--pdeathsig", "KILL") if path else ()
    if not command or not succeeds([*command, "--", "true"]):
        return ()
    return command


@functools.cache
def user_namespaces() -> bool:
    """Whether this user may run a program under another user's number, without being one."""
    return shutil.which("unshare") is not None and succeeds([*unprivileged(), "true"])


def unprivileged() -> list[str]:
    """The prefix under which a program of root sees itself as an ordinary user."""
    return ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]


def is_root() -> bool:
    """Whether this process has the rights that PostgreSQL refuses to run with."""
    return os.geteuid() == 0


def succeeds(argv: Sequence[str]) -> bool:
    """Whether a short command ends well."""
    done = subprocess.run(argv, capture_output=True, check=False, timeout=20)
    return done.returncode == 0


def script(name: str) -> Path:
    """A program that a wheel put beside this interpreter, or one of the machine."""
    beside = Path(sysconfig.get_path("scripts")) / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise NotConfigured("program_missing", program=name)
    return Path(found)


def wheel_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise NotConfigured("program_missing", program=package)
    return Path(next(iter(spec.submodule_search_locations)))


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules with this interpreter."""
    return [sys.executable, "-m", module, *arguments]


def base_environment() -> dict[str, str]:
    """The environment that programs inherit: ours without what belongs to migrations or tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    kept.pop("DEALIX_MIGRATION_DATABASE_URL", None)
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": os.pathsep.join(own_path())}


def own_path() -> list[str]:
    """Where this package lies, then what the environment names."""
    source = str(Path(__file__).parents[2])
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [source, *(entry for entry in given if entry and entry != source)]
