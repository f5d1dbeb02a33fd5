"""Reads from the syntax tree what the code of a lane declares: flows, their steps and undos.

Nothing is imported and nothing is registered by hand, so the catalogue is compared with what
really stands in the files. A lane file that nobody can read is a finding, not a silence.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dealix.catalog.source_activities import Activity, Modules, decorator_call, literal, literals
from dealix.catalog.words import Lane, Method, StepKind, Undo

PACKAGE = Path(__file__).parent.parent

# The methods of a flow that are read, in the order in which they run, and what a flow calls there.
BODIES = ("steps", "conclude")
SIDE_BY_SIDE = "gates"
CALLS = {
    "step": StepKind.ACT,
    "gate": StepKind.GATE,
    "event": StepKind.EVENT,
    "timer": StepKind.TIMER,
}


@dataclass(frozen=True, slots=True)
class CodeStep:
    """A step as its flow calls it and as its activity declares it."""

    key: str
    kind: StepKind
    method: Method | None
    undo: Undo
    undo_by: str | None
    system: str | None


@dataclass(frozen=True, slots=True)
class CodeFlow:
    """A workflow as its file writes it."""

    workflow: str
    lane: Lane
    file: str
    steps: tuple[CodeStep, ...]


@dataclass(slots=True)
class Reading:
    """Every flow that was found, and what could not be read or belongs to nobody."""

    flows: dict[str, CodeFlow] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def finding(self, file: Path, line: int, text: str) -> None:
        """Note what is wrong at a line of a file."""
        self.findings.append(f"{file.parent.name}/{file.name}:{line}: {text}")


def read(package: Path = PACKAGE) -> Reading:
    """Read every lane file of every capability under `package`."""
    reading = Reading()
    modules = Modules(package)
    for name, reader in READERS.items():
        for file in sorted(package.glob(PLACES.get(name, f"business/*/{name}"))):
            reader(file, modules, reading)
    for problem in modules.problems:
        reading.finding(problem.file, problem.line, problem.text)
    _unused(modules, reading)
    return reading


def _read_workflows(file: Path, modules: Modules, reading: Reading) -> None:
    """The durable lane: classes decorated `@workflow.defn(name=…)` with their `steps()`."""
    for node in modules.tree(file).body:
        if not isinstance(node, ast.ClassDef):
            continue
        defined = decorator_call(node, "defn")
        if defined is None:
            continue
        name = literals(defined).get("name")
        if not isinstance(name, str):
            reading.finding(file, node.lineno, f"the flow {node.name} has no literal name")
            continue
        if name in reading.flows:
            reading.finding(file, node.lineno, f"a second flow is called {name}")
            continue
        steps = _Flow(file, node, modules, reading).read()
        reading.flows[name] = CodeFlow(name, Lane.DURABLE, str(file), steps)


def _read_tasks(file: Path, modules: Modules, reading: Reading) -> None:
    """The short lane: classes decorated `@task(name=…)`, whose `run` calls their parts."""
    for node in modules.tree(file).body:
        defined = decorator_call(node, "task") if isinstance(node, ast.ClassDef) else None
        if defined is None or not isinstance(node, ast.ClassDef):
            continue
        name = literals(defined).get("name")
        if not isinstance(name, str) or name in reading.flows:
            reading.finding(
                file, node.lineno, f"the task {node.name} has no literal name of its own"
            )
            continue
        parts = modules.parts(file, node)
        called = [each for each in _calls_of_run(node) if each in parts]
        for method in parts.keys() - set(called):
            reading.finding(file, parts[method].line, f"{node.name}.run never calls {method}")
        steps = tuple(_of_activity(parts[method]) for method in dict.fromkeys(called))
        reading.flows[name] = CodeFlow(name, Lane.SHORT, str(file), steps)


def _calls_of_run(node: ast.ClassDef) -> Iterator[str]:
    """The methods of itself that a task's `run` calls, in the order in which its lines stand."""
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "run":
            calls = [each for each in ast.walk(method) if isinstance(each, ast.Call)]
            for call in sorted(calls, key=lambda each: (each.lineno, each.col_offset)):
                owner = call.func.value if isinstance(call.func, ast.Attribute) else None
                if isinstance(owner, ast.Name) and owner.id == "self":
                    yield call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _read_pipelines(file: Path, modules: Modules, reading: Reading) -> None:
    """The medium lane: classes decorated `@pipeline(name=…)`, whose stages run as they stand."""
    for node in modules.tree(file).body:
        defined = decorator_call(node, "pipeline") if isinstance(node, ast.ClassDef) else None
        if defined is None or not isinstance(node, ast.ClassDef):
            continue
        name = literals(defined).get("name")
        stages = modules.parts(file, node, "stage").values()
        if not isinstance(name, str) or name in reading.flows:
            text = f"the pipeline {node.name} has no literal name of its own"
            reading.finding(file, node.lineno, text)
            continue
        steps = tuple(map(_of_activity, stages))
        reading.flows[name] = CodeFlow(name, Lane.MEDIUM, str(file), steps)


FlowMethod = ast.AsyncFunctionDef | ast.FunctionDef
Reader = Callable[[Path, Modules, Reading], None]
READERS: dict[str, Reader] = {
    "workflows.py": _read_workflows,
    "pipelines.py": _read_pipelines,
    "tasks.py": _read_tasks,
}
PLACES = {"tasks.py": "**/tasks.py"}
"""Where lane files lie that are not those of a capability of the business alone."""


class _Flow:
    """One flow's class, walked in the order in which its lines stand."""

    def __init__(self, file: Path, node: ast.ClassDef, modules: Modules, reading: Reading) -> None:
        self.file, self.node, self.modules, self.reading = file, node, modules, reading
        self.methods = dict(_methods(file, node, modules))
        self.steps: dict[str, CodeStep] = {}
        self.entered: set[str] = set()

    def read(self) -> tuple[CodeStep, ...]:
        """Its steps, each where it is called first."""
        if "steps" not in self.methods:
            self.reading.finding(self.file, self.node.lineno, f"{self.node.name} has no steps()")
        for body in BODIES:
            self._enter(body)
        return tuple(self.steps.values())

    def _enter(self, name: str) -> None:
        if name in self.methods and name not in self.entered:
            self.entered.add(name)
            outer, (self.file, method) = self.file, self.methods[name]
            for statement in method.body:
                self._walk(statement)
            self.file = outer

    def _walk(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self._walk(child)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return
        owner, called = node.func.value, node.func.attr
        if not isinstance(owner, ast.Name) or owner.id != "self":
            return
        if called in CALLS and called not in self.methods:
            step = self._step(CALLS[called], node)
            if step is not None:
                self.steps.setdefault(step.key, step)
        elif called == SIDE_BY_SIDE and called not in self.methods:
            self._side_by_side(node)
        else:
            self._enter(called)

    def _step(self, kind: StepKind, call: ast.Call) -> CodeStep | None:
        if kind is StepKind.ACT:
            activity = self._activity(call.args[0]) if call.args else None
            if activity is None or activity.kind != "step":
                self._odd(call, "calls no activity that is decorated with @step")
                return None
            return _of_activity(activity)
        name = literal(call.args[0]) if call.args else None
        if not isinstance(name, str):
            self._odd(call, f"has a {kind} without a literal name")
            return None
        if kind is StepKind.GATE:
            self._asked(name, call)
        method = Method.REQUEST_ID if kind is StepKind.GATE else Method.UPSERT
        return CodeStep(name, kind, method, Undo.NONE, None, None)

    def _side_by_side(self, call: ast.Call) -> None:
        """Gates opened together: each keyword is a gate, its value the question."""
        if call.args or not call.keywords:
            self._odd(call, "opens gates side by side otherwise than by their names")
        for keyword in call.keywords:
            if keyword.arg is None:
                self._odd(call, "opens gates side by side that are not written out")
                continue
            self._asks(keyword.arg, keyword.value, call)
            step = CodeStep(keyword.arg, StepKind.GATE, Method.REQUEST_ID, Undo.NONE, None, None)
            self.steps.setdefault(step.key, step)

    def _asked(self, gate: str, call: ast.Call) -> None:
        self._asks(gate, call.args[1] if len(call.args) > 1 else None, call)

    def _asks(self, gate: str, question: ast.expr | None, call: ast.Call) -> None:
        activity = self._activity(question) if question is not None else None
        if activity is None or activity.kind != "ask":
            self._odd(call, f"opens the gate {gate} by no activity that is decorated with @ask")
        elif activity.gate != gate:
            self._odd(call, f"opens the gate {gate} by the question of {activity.gate}")

    def _activity(self, node: ast.expr) -> Activity | None:
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return None
        return self.modules.activity(self.file, node.value.id, node.attr)

    def _odd(self, call: ast.Call, text: str) -> None:
        self.reading.finding(self.file, call.lineno, f"{self.node.name} {text}")


def _methods(
    file: Path, node: ast.ClassDef, modules: Modules
) -> Iterator[tuple[str, tuple[Path, FlowMethod]]]:
    """A flow's methods with the file of each: its own, else those of the parts that it shares.

    Only lane files hold parts of flows; what carries every flow (the lanes) is not read.
    """
    family = list(modules.family(file, node.name))
    for where, each in reversed(family):
        if where.name == file.name:
            for method in each.body:
                if isinstance(method, (ast.AsyncFunctionDef, ast.FunctionDef)):
                    yield method.name, (where, method)


def _of_activity(activity: Activity) -> CodeStep:
    undo = Undo.UNDOABLE if activity.undo else Undo.FINAL if activity.final else Undo.NONE
    return CodeStep(
        activity.name, StepKind.ACT, activity.method, undo, activity.undo, activity.system
    )


def _unused(modules: Modules, reading: Reading) -> None:
    """Activities that no flow calls, undos that no step names, and undos that do not exist."""
    activities = [each for file in modules.activity_files() for each in modules.in_file(file)]
    undos = {each.name for each in activities if each.kind == "undo"}
    wanted = {each.undo for each in activities if each.undo}
    for each in activities:
        if each.kind == "undo" and each.name not in wanted:
            reading.finding(each.file, each.line, f"no step names the undo {each.name}")
        if each.kind != "undo" and each not in modules.used:
            reading.finding(each.file, each.line, f"no flow calls the {each.kind} {each.name}")
        if each.undo and each.undo not in undos:
            reading.finding(
                each.file, each.line, f"{each.name} names an undo {each.undo} that is nowhere"
            )
