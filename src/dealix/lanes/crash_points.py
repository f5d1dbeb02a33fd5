"""Named points at which the crash harness holds a process until it is killed.

Outside the harness `reach` is one comparison with None. A point is `step:point`: `before` (the row
is started, nothing was called), `after` (the provider has done it, nothing is recorded) and
`recorded` (all is committed, the engine has not heard).
"""

import os
import time
from pathlib import Path

from temporalio import activity

_AT = os.environ.get("DEALIX_CRASH_AT")
_DIR = os.environ.get("DEALIX_CRASH_DIR")
PATIENCE = 60.0


def reach(step: str, point: str, run_id: str = "") -> None:
    """Hold here, once per barrier folder, when the harness asked for it; then go on.

    `run_id` names whose step it is where no engine does.
    """
    if _AT is None or _DIR is None:
        return
    wanted = {part.strip() for part in _AT.split(",")}
    if f"{step}:{point}" in wanted:
        _hold(Path(_DIR), f"{step}.{point}", run_id)


def _hold(folder: Path, name: str, run_id: str) -> None:
    try:
        (folder / f"{name}.reached").touch(exist_ok=False)
    except FileExistsError:
        return  # this point has had its crash
    (folder / f"{name}.run").write_text(_held_workflow() or run_id, encoding="utf-8")
    (folder / f"{name}.pid").write_text(str(os.getpid()), encoding="utf-8")
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not (folder / f"{name}.go").exists():
        time.sleep(0.02)


def _held_workflow() -> str:
    """The workflow whose step holds, so that the harness knows which run it was."""
    return (activity.info().workflow_id or "") if activity.in_activity() else ""
