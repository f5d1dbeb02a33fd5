"""Reads from the syntax tree which methods of a class may ask a model, and by which port."""

import ast
from collections.abc import Container, Iterable, Iterator, Sequence

EXECUTOR = "StepExecutor"
PROBES = "Questions"
"""What only asks whether a system is there: it reaches a model as far as a probe does."""
ALONE = "by_rules"
"""The one way through the port on which nobody is asked."""
MODEL_SYSTEMS = frozenset({"llm", "step_model"})
"""The systems behind the port: a model provider, or whatever does the step here."""
Method = ast.FunctionDef | ast.AsyncFunctionDef


def askers(classes: Iterable[ast.ClassDef], kinds: Container[str]) -> frozenset[str]:
    """The methods of a class (with its bases) that reach a port, through its other methods too.

    A port is an attribute declared to be one of `kinds`: a field of the class, or what its
    `__init__` keeps of an argument.
    """
    nodes = list(classes)
    methods: dict[str, Method] = {}
    for node in nodes:
        for each in node.body:
            if isinstance(each, Method):
                methods.setdefault(each.name, each)
    ports = {name for node in nodes for name in _ports(node, kinds)}
    found = {name for name, method in methods.items() if _asks(method, ports)}
    while more := {
        name
        for name, method in methods.items()
        if name not in found and found & {each.attr for each in _own(method)}
    }:
        found |= more
    return frozenset(found)


def disagreement(
    classes: Sequence[ast.ClassDef], method: str, name: str, system: str | None
) -> str | None:
    """What is wrong with a step whose declaration and body differ about a model; None if nothing.

    `system` is what the step declares: one key, several apart by spaces, or none.
    """
    declared = MODEL_SYSTEMS.intersection((system or "").split())
    if not declared and method in askers(classes, {EXECUTOR}):
        return f"{name} asks a model and declares none of {', '.join(sorted(MODEL_SYSTEMS))}"
    if declared and method not in askers(classes, {EXECUTOR, PROBES}):
        return f"{name} declares {', '.join(sorted(declared))} and asks no model"
    return None


def _ports(node: ast.ClassDef, kinds: Container[str]) -> Iterator[str]:
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            if _is_port(each.annotation, kinds):
                yield each.target.id
        elif isinstance(each, ast.FunctionDef) and each.name == "__init__":
            arguments = (*each.args.posonlyargs, *each.args.args, *each.args.kwonlyargs)
            typed = {one.arg: one.annotation for one in arguments if one.annotation}
            given = {name for name, kind in typed.items() if _is_port(kind, kinds)}
            yield from _kept(each, given)


def _kept(init: ast.FunctionDef, given: set[str]) -> Iterator[str]:
    """The attributes in which `__init__` keeps some of its arguments, one or several at once."""
    for each in ast.walk(init):
        if isinstance(each, ast.Assign):
            for target in each.targets:
                for one, value in zip(_parts(target), _parts(each.value), strict=False):
                    if isinstance(one, ast.Attribute) and getattr(value, "id", None) in given:
                        yield one.attr


def _parts(node: ast.expr) -> Sequence[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else (node,)


def _is_port(annotation: ast.expr, kinds: Container[str]) -> bool:
    names = (getattr(each, "id", getattr(each, "attr", None)) for each in ast.walk(annotation))
    return any(name in kinds for name in names)


def _asks(method: Method, ports: set[str]) -> bool:
    """Whether it touches a port otherwise than to have a step done by rules alone."""
    alone = {
        id(each.value)
        for each in ast.walk(method)
        if isinstance(each, ast.Attribute) and each.attr == ALONE
    }
    reads = (each for each in _own(method) if isinstance(each.ctx, ast.Load))
    return any(each.attr in ports and id(each) not in alone for each in reads)


def _own(method: Method) -> Iterator[ast.Attribute]:
    for each in ast.walk(method):
        if isinstance(each, ast.Attribute) and getattr(each.value, "id", None) == "self":
            yield each
