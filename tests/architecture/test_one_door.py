"""Every way to decide goes through one function; these routes reach it, and no others."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import dealix

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


def decides(node: ast.AST, local: set[str]) -> bool:
    """Whether a function calls `….decide(…)`, or one of the same file that does."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "decide":
                return True
            if isinstance(call.func, ast.Name) and call.func.id in local:
                return True
    return False


def route(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute):
            path = mark.args[0] if mark.args else None
            if mark.func.attr in VERBS and isinstance(path, ast.Constant):
                return f"{mark.func.attr.upper()} {path.value}"
    return None


def routes_that_decide(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*.py")):
        local: set[str] = set()
        found = functions(file)
        for _ in found:  # as many rounds as a chain of calls inside one file can be long
            local |= {node.name for node in found if decides(node, local)}
        for node in found:
            if node.name in local and (path := route(node)):
                yield path


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


def test_nobody_behind_the_doors_decides():
    files = {caller.split(":")[0] for caller in callers_elsewhere()}
    beside = {"proof" if file.startswith("proof/") else file for file in files}
    assert beside <= PLAYERS


def test_the_search_follows_a_call_inside_a_file(tmp_path):
    (tmp_path / "routes.py").write_text(
        "@router.post('/votes')\ndef vote(): return helper()\n"
        "def helper(): return service.decide()\n"
        "@router.get('/votes')\ndef read(): return 1\n"
    )
    assert list(routes_that_decide(tmp_path)) == ["POST /votes"]
