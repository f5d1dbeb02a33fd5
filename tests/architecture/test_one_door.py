"""Every way to decide goes through one function; these routes reach it, and no others."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

import dealix
from dealix.api.app import create_app
from dealix.bootstrap import Services
from dealix.console.routes import add_pages
from dealix.settings import Settings

PACKAGE = Path(dealix.__file__).parent
DOORS = ("api", "console")
# Each route that lets somebody decide; a new one is added here, in the open.
ROUTES: set[str] = {
    "api: POST /{approval_id}/decisions",
    "console: POST /approvals/{approval_id}/decide",
    "console: POST /d/{token}",
}
# Who plays people: a rehearsal's director and the crash harness, which decide through the doors.
PLAYERS = {"lanes/rehearsal.py", "cli/deciding.py", "cli/adr_measure.py", "proof"}
VERBS = ("post", "put", "patch", "get", "delete")


def functions(file: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]


def decides(node: ast.AST, known: set[str]) -> bool:
    """Whether a function touches `….decide`, called or handed on, or a function that does."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr in {"decide", *known}:
            return True
        if isinstance(part, ast.Name) and part.id in known:
            return True
        if isinstance(part, ast.Constant) and part.value == "decide":
            return True  # by `getattr`
    return False


def route(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute):
            path = mark.args[0] if mark.args else None
            if mark.func.attr in VERBS and isinstance(path, ast.Constant):
                return f"{mark.func.attr.upper()} {path.value}"
    return None


def deciding(folder: Path) -> set[str]:
    """The names of a door's functions that decide, through calls across its files too."""
    found = [node for file in sorted(folder.rglob("*.py")) for node in functions(file)]
    known: set[str] = set()
    while more := {n.name for n in found if n.name not in known and decides(n, known)}:
        known |= more
    return known


def routes_that_decide(folder: Path) -> Iterator[str]:
    known = deciding(folder)
    for file in sorted(folder.rglob("*.py")):
        for node in functions(file):
            if node.name in known and (path := route(node)):
                yield path


def mounted(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every mounted route, however it was declared, with the source of its endpoint's function."""
    waiting = list(app.routes)
    while waiting:
        one = waiting.pop()
        inner = getattr(one, "original_router", None) or getattr(one, "app", None)
        waiting += list(getattr(inner, "routes", ()))
        if endpoint := getattr(one, "endpoint", None):
            yield getattr(one, "path", "?"), inspect.getsource(inspect.unwrap(endpoint))


def callers_elsewhere() -> list[str]:
    """Code outside the doors and outside approvals that decides."""
    own = PACKAGE / "trust" / "approvals"
    skipped = (own, PACKAGE / "sandbox", *(PACKAGE / door for door in DOORS))
    files = (f for f in PACKAGE.rglob("*.py") if not any(f.is_relative_to(s) for s in skipped))
    return [
        f"{file.relative_to(PACKAGE)}:{node.name}"
        for file in files
        for node in functions(file)
        if decides(node, set())
    ]


def test_the_routes_that_decide_are_these():
    found = {f"{door}: {path}" for door in DOORS for path in routes_that_decide(PACKAGE / door)}
    there = {door for door in DOORS if len(list((PACKAGE / door).glob("*.py"))) > 1}
    if not there:
        pytest.skip("no door is in this checkout yet")
    assert found == {route for route in ROUTES if route.split(":")[0] in there}


def test_no_route_was_mounted_past_the_search():
    """The same question to the application itself: `add_api_route` and mounts included."""
    known = {name for door in DOORS for name in deciding(PACKAGE / door)}
    found = {
        path
        for path, source in mounted(create_app(Services(Settings()), add_pages))
        if decides(ast.parse(textwrap.dedent(source)), known)
    }
    assert found == {
        "/approvals/{approval_id}/decisions",
        "/approvals/{approval_id}/decide",
        "/d/{token}",
    }


def test_nobody_else_writes_decisions():
    own = PACKAGE / "trust" / "approvals"
    for file in PACKAGE.rglob("*.py"):
        if file.is_relative_to(own):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "Decision", file
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert "INTO decisions" not in node.value, file


def test_nobody_behind_the_doors_decides():
    files = {caller.split(":")[0] for caller in callers_elsewhere()}
    beside = {"proof" if file.startswith("proof/") else file for file in files}
    assert beside <= PLAYERS


def test_the_search_follows_calls_across_files_and_other_ways_to_name_it(tmp_path):
    (tmp_path / "routes.py").write_text(
        "@router.post('/votes')\ndef vote(): return helper()\n"
        "def helper(): return other.elsewhere()\n"
        "@router.get('/votes')\ndef read(): return 1\n"
    )
    (tmp_path / "other.py").write_text(
        "def elsewhere():\n    chosen = service.approvals.decide\n    return chosen()\n"
        "@router.put('/named')\ndef named(): return getattr(service, 'decide')()\n"
    )
    assert sorted(routes_that_decide(tmp_path)) == ["POST /votes", "PUT /named"]
