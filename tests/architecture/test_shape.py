"""The house's own rules, read from the syntax tree: private tables, small pieces, real codes."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import dealix
from dealix import errors
from dealix.error_codes import CODES

PACKAGE = Path(dealix.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
MIGRATIONS = "dealix.store.migrations"
# Modules that may name every table: the list of tables, and what fills the example company's.
LISTS = ("dealix.store.tables", "dealix.processes.seed")
# The run and the ledger are what the layers right above are made of; doors and capabilities of the
# business reach them through services only.
SHARED_BY_LAYERS = {
    "dealix.lanes": ("dealix.trust", "dealix.bootstrap"),
    "dealix.records": ("dealix.lanes", "dealix.trust", "dealix.bootstrap"),
}
# A lane hands its flows the run that it has loaded, so a capability may name that one type.
GIVEN = {"dealix.lanes.models": ("Run", "dealix.business")}


def tree(file: Path) -> ast.Module:
    return parsed(file.read_text(encoding="utf-8"))


@cache
def parsed(text: str) -> ast.Module:
    return ast.parse(text)


def module(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(file: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every imported module with the names taken from it; `from x import y` may name a module."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, tuple(alias.name for alias in node.names)
            yield from ((f"{node.module}.{alias.name}", ()) for alias in node.names)
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def strangers(file: Path) -> Iterator[str]:
    me = module(file)
    for name, taken in imports(file):
        owner, _, last = name.rpartition(".")
        if not name.startswith("dealix.") or last not in ("models", "inbox_models"):
            continue
        given, to = GIVEN.get(name, ("", ""))
        if taken == (given,) and inside(me, to):
            continue
        allowed = (owner, *SHARED_BY_LAYERS.get(owner, ()))
        if me not in LISTS and not any(inside(me, package) for package in allowed):
            yield f"{me} imports {name}"


def test_tables_are_private_to_their_package():
    found = [text for file in FILES if MIGRATIONS not in module(file) for text in strangers(file)]
    assert found == []


def test_the_check_of_private_tables_sees_a_stranger(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.PACKAGE", tmp_path / "dealix")
    file = tmp_path / "dealix" / "business" / "leads" / "service.py"
    file.parent.mkdir(parents=True)
    for line in (
        "from dealix.business.partners.models import Partner",
        "from dealix.business.partners import models",
        "import dealix.business.partners.models",
        "from dealix.lanes.models import Run, Signal",
        "from dealix.records.models import Effect",
    ):
        file.write_text(f"{line}\n")
        assert list(strangers(file)), line
    file.write_text("from dealix.lanes.models import Run\n")
    assert not list(strangers(file))


def test_files_stay_below_400_lines():
    long = {module(f): n for f in FILES if (n := len(f.read_text().splitlines())) >= 400}
    assert long == {}


def test_functions_have_50_lines_at_most():
    long = []
    for file in FILES:
        for node in ast.walk(tree(file)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > 50:
                    long.append(f"{module(file)}.{node.name}: {lines}")
    assert long == []


def raised_codes() -> Iterator[tuple[str, str]]:
    kinds = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.DealixError)
    }
    for file in FILES:
        for node in ast.walk(tree(file)):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else None
            called = node.func.id if isinstance(node.func, ast.Name) else called
            first = node.args[0]
            if called in kinds and isinstance(first, ast.Constant):
                yield f"{module(file)}:{node.lineno}", str(first.value)


def test_every_raised_error_code_exists():
    found = list(raised_codes())
    assert found
    assert [f"{where} raises {code}" for where, code in found if code not in CODES] == []


# What a flow must not touch: it runs again from its history, and must then do the same.
LOTS_AND_CLOCKS = {"random", "secrets", "uuid", "time", "threading", "os", "socket", "httpx"}
MACHINE_CLOCK = {"now", "today", "utcnow", "real_now", "monotonic", "perf_counter"}
OWN_CLOCK = "workflow"


def flows() -> list[Path]:
    """Every module whose code runs inside a workflow; the bare ones of the bench too."""
    return [file for file in FILES if ("temporalio", ("workflow",)) in imports(file)]


def chances(file: Path) -> Iterator[str]:
    """What a module would do differently when it runs again."""
    for name, _ in imports(file):
        if name.partition(".")[0] in LOTS_AND_CLOCKS or name == "dealix.clock":
            yield f"{module(file)} imports {name}"
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Attribute) and node.attr in MACHINE_CLOCK:
            of = node.value.id if isinstance(node.value, ast.Name) else None
            if of != OWN_CLOCK:
                yield f"{module(file)}:{node.lineno} asks {of}.{node.attr}"
        if isinstance(node, ast.Name) and node.id in {"open", "input"}:
            yield f"{module(file)}:{node.lineno} uses {node.id}"


def test_flows_read_no_clock_and_draw_no_lots():
    assert len(flows()) > 3
    assert [found for file in flows() for found in chances(file)] == []


# Modules of steps that may ask the machine for the time, each with the reason.
ASKS_THE_MACHINE: dict[str, str] = {}


def step_modules() -> list[Path]:
    """Every module that declares steps, questions or undos, and the lanes' own activities."""
    return [file for file in FILES if "activities" in file.stem and "source" not in file.stem]


def machine_times(file: Path) -> Iterator[str]:
    """Where a module of steps reads the machine's clock instead of the run's (`clock.now`)."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Attribute) and node.attr in MACHINE_CLOCK:
            of = node.value.id if isinstance(node.value, ast.Name) else None
            if (of, node.attr) != ("clock", "now"):
                yield f"{module(file)}:{node.lineno} asks {of}.{node.attr}"
    for name, taken in imports(file):
        if name == "time" or MACHINE_CLOCK & set(taken):
            yield f"{module(file)} imports {name}"


def test_steps_of_durable_flows_ask_their_run_for_the_time():
    assert len(step_modules()) > 5
    asking = {module(file) for file in step_modules() if list(machine_times(file))}
    assert asking == set(ASKS_THE_MACHINE)


def test_the_check_of_steps_sees_the_machine_s_clock(tmp_path, monkeypatch):
    file = tmp_path / "dealix" / "activities.py"
    file.parent.mkdir()
    file.write_text("import time\nx = clock.real_now()\ny = clock.now()\nz = datetime.now()\n")
    monkeypatch.setitem(globals(), "PACKAGE", file.parent)
    assert list(machine_times(file)) == [
        "dealix.activities:2 asks clock.real_now",
        "dealix.activities:4 asks datetime.now",
        "dealix.activities imports time",
    ]


def test_the_check_of_flows_sees_a_clock(tmp_path, monkeypatch):
    file = tmp_path / "dealix" / "flow.py"
    file.parent.mkdir()
    file.write_text("import random\nfrom temporalio import workflow\nx = datetime.now()\n")
    monkeypatch.setitem(globals(), "PACKAGE", file.parent)
    assert list(chances(file)) == ["dealix.flow imports random", "dealix.flow:3 asks datetime.now"]
