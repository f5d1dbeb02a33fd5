"""Finds the activity that a flow names, across imports and base classes, in the syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dealix.catalog.source_models import disagreement
from dealix.catalog.words import Method

KINDS = ("step", "undo", "ask")


@dataclass(frozen=True, slots=True)
class Activity:
    """A method decorated with `@step`, `@undo` or `@ask`, with the literals that it declares."""

    name: str
    kind: str
    file: Path
    line: int
    method: Method | None
    undo: str | None
    final: bool
    system: str | None
    gate: str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """A declaration that cannot be read."""

    file: Path
    line: int
    text: str


class Modules:
    """The files of the package as syntax trees, each parsed once."""

    def __init__(self, package: Path) -> None:
        self.package = package
        self.used: set[Activity] = set()
        self._problems: dict[tuple[Path, int], Problem] = {}
        self._trees: dict[Path, ast.Module] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every declaration that could not be read so far."""
        return tuple(self._problems.values())

    def tree(self, file: Path) -> ast.Module:
        """The syntax tree of a file."""
        if file not in self._trees:
            self._trees[file] = ast.parse(file.read_text(encoding="utf-8"), str(file))
        return self._trees[file]

    def activity_files(self) -> list[Path]:
        """Every file of a capability that holds activities."""
        single = self.package.glob("business/*/activities*.py")
        folders = self.package.glob("business/*/activities/*.py")
        return sorted({*single, *folders})

    def in_file(self, file: Path) -> tuple[Activity, ...]:
        """Every activity that a file declares."""
        classes = (node for node in self.tree(file).body if isinstance(node, ast.ClassDef))
        return tuple(each for node in classes for _, each in self._declared(file, node))

    def activity(self, file: Path, class_name: str, method: str) -> Activity | None:
        """The activity `class_name.method` as seen from `file`, inherited ones too."""
        for where, node in self.family(file, class_name):
            for name, each in self._declared(where, node):
                if name == method:
                    self.used.add(each)
                    return each
        return None

    def family(self, file: Path, class_name: str) -> Iterator[tuple[Path, ast.ClassDef]]:
        """A class and then its bases, each with its file, as far as they lie in the package."""
        found = self._class(file, class_name)
        if found is None:
            return
        yield found
        where, node = found
        for base in node.bases:
            if isinstance(base, ast.Name):
                yield from self.family(where, base.id)

    def _class(self, file: Path, name: str) -> tuple[Path, ast.ClassDef] | None:
        tree = self.tree(file)
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                return file, node
        for imported in ast.walk(tree):
            if isinstance(imported, ast.ImportFrom) and imported.module:
                for alias in imported.names:
                    if (alias.asname or alias.name) == name:
                        target = self._file_of(imported.module)
                        return self._class(target, alias.name) if target else None
        return None

    def _file_of(self, module: str) -> Path | None:
        root, *rest = module.split(".")
        if root != "dealix":
            return None
        path = self.package.joinpath(*rest)
        choices = (path.with_suffix(".py"), path / "__init__.py")
        return next((choice for choice in choices if choice.exists()), None)

    def _declared(self, file: Path, node: ast.ClassDef) -> Iterator[tuple[str, Activity]]:
        for each in node.body:
            if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            for kind in KINDS:
                call = decorator_call(each, kind)
                activity = self._of(file, kind, call) if call is not None else None
                if activity is not None:
                    self._hold_model(file, node, each.name, activity)
                    yield each.name, activity

    def parts(self, file: Path, node: ast.ClassDef, kind: str = "part") -> dict[str, Activity]:
        """The parts of a short task, or the stages of a pipeline, by their decorated methods."""
        found: dict[str, Activity] = {}
        for each in node.body:
            call = decorator_call(each, kind) if isinstance(each, ast.FunctionDef) else None
            part = self._of(file, kind, call) if call is not None else None
            if part is not None and isinstance(each, ast.FunctionDef):
                self._hold_model(file, node, each.name, part)
                found[each.name] = part
        return found

    def _hold_model(self, file: Path, node: ast.ClassDef, method: str, declared: Activity) -> None:
        """Note a step whose body and declaration differ about asking a model."""
        family = [each for _, each in self.family(file, node.name)]
        text = disagreement(family, method, declared.name, declared.system)
        if text is not None:
            self._problems[(file, declared.line)] = Problem(file, declared.line, text)

    def _of(self, file: Path, kind: str, call: ast.Call) -> Activity | None:
        values = literals(call)
        name = literal(call.args[0]) if call.args else values.get("name")
        opaque = [key for key, value in values.items() if value is OPAQUE]
        if not isinstance(name, str) or opaque:
            text = f"a @{kind} is not declared by literals alone"
            self._problems[(file, call.lineno)] = Problem(file, call.lineno, text)
            return None
        method = values.get("method")
        if method is not None and str(method) not in set(Method):
            text = f"{name} has an unknown idempotency method {method!r}"
            self._problems[(file, call.lineno)] = Problem(file, call.lineno, text)
            return None
        return Activity(
            name=name,
            kind=kind,
            file=file,
            line=call.lineno,
            method=Method(str(method)) if method else None,
            undo=_text(values.get("undo")),
            final=values.get("final") is True,
            system=_text(values.get("system")),
            gate=_text(values.get("gate")),
        )


OPAQUE = object()


def literal(node: ast.expr) -> object:
    """The value of a literal, or OPAQUE for anything that must be run to be known."""
    return node.value if isinstance(node, ast.Constant) else OPAQUE


def literals(call: ast.Call) -> dict[str, object]:
    """The keyword arguments of a call as literals; `**anything` is opaque."""
    return {keyword.arg or "**": literal(keyword.value) for keyword in call.keywords}


def decorator_call(
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, name: str
) -> ast.Call | None:
    """The call by which `node` is decorated with `name`, by itself or as an attribute."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            func = decorator.func
            called = func.id if isinstance(func, ast.Name) else getattr(func, "attr", None)
            if called == name:
                return decorator
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
