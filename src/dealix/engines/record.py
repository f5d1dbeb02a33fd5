"""Keeps `stack.json` true: addresses and pids of a running stack, rewritten when a pid changes."""

import json
from collections.abc import Mapping
from typing import Any

import psutil

from dealix.engines import postgres
from dealix.engines.home import Home, read_json, write_private
from dealix.engines.plan import Plan


class Record:
    """The pids of a stack; `stack.json` exists exactly while the stack is ready."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.pids: dict[str, int] = {}
        self.ready = False

    def started(self, name: str, pid: int) -> None:
        """Note that a process runs under a new pid."""
        self.pids[name] = pid
        write_private(self.plan.home.pids_file, json.dumps(self.pids))
        if self.ready:
            self.write()

    def became_ready(self, supervisor: int) -> None:
        """Publish the stack."""
        self.pids["supervisor"] = supervisor
        self.ready = True
        self.write()

    def write(self) -> None:
        """Replace `stack.json` in one step."""
        content = describe(self.plan, self.pids)
        write_private(self.plan.home.stack_file, json.dumps(content, indent=1, ensure_ascii=False))

    def ended(self) -> None:
        """Withdraw the stack."""
        self.ready = False
        self.plan.home.stack_file.unlink(missing_ok=True)
        self.plan.home.pids_file.unlink(missing_ok=True)


def describe(plan: Plan, pids: Mapping[str, int]) -> dict[str, Any]:
    """The content of `stack.json`."""
    runs = {name: pid for name, pid in pids.items() if name not in {"supervisor", "prepare"}}
    sign_ins = (
        json.loads(plan.home.sign_ins_file.read_text(encoding="utf-8"))
        if (plan.home.sign_ins_file.exists())
        else []
    )
    return {
        "url": plan.url if "api" in runs else None,
        "sandbox_url": plan.sandbox_url if "sandbox" in runs else None,
        "sandbox_smtp": plan.sandbox_smtp if "sandbox" in runs else None,
        "temporal_address": plan.temporal_address,
        "temporal_ui_url": plan.temporal_ui_url,
        "database_url": plan.database_url,
        "processes": runs,
        "sign_ins": sign_ins,
        "supervisor": pids.get("supervisor"),
        "home": str(plan.home.root),
        "database_folder": str(postgres.cluster(plan.home).data) if postgres.NAME in runs else None,
        "rehearsal_address": plan.rehearsal_address,
    }


def end_leftovers(home: Home) -> list[int]:
    """Kill what a killed supervisor left running where the machine could not do it; which pids.

    Only processes that carry this folder in their environment are ours.
    """
    ours = [pid for pid in read_json(home.pids_file).values() if isinstance(pid, int)]
    ended: list[psutil.Process] = []
    for pid in ours:
        try:
            process = psutil.Process(pid)
            if process.environ().get("DEALIX_HOME") == str(home.root):
                process.kill()
                ended.append(process)
        except psutil.Error:
            continue
    psutil.wait_procs(ended, timeout=10)
    home.stack_file.unlink(missing_ok=True)
    home.pids_file.unlink(missing_ok=True)
    return [process.pid for process in ended]
