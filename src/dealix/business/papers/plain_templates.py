"""Templates that people bring: they name what a paper has and go through its clauses, no more.

Jinja's sandbox keeps a template from reaching outside. It does not keep it from counting to a
million a million times, or from writing one letter a billion times; so nothing is read here that
could: no call, no arithmetic, no range, no macro, and loops over the clauses alone.
"""

from collections.abc import Iterator

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If),
    *(nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const),
    *(nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or, nodes.Test, nodes.Filter),
)
FILTERS = frozenset({"e", "escape", "upper", "lower", "title", "trim", "length"})
TESTS = frozenset({"defined", "undefined", "none"})
CLAUSES = "clauses"
MOST_LOOPS = 20
DEEPEST_LOOP = 2


class PlainTemplates(ImmutableSandboxedEnvironment):
    """Jinja with the few words that a paper needs; another one is `TemplateSyntaxError`."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in _all(tree):
            if not _plain(node):
                raise TemplateSyntaxError("a paper needs no such word", node.lineno, name)
        if len(list(tree.find_all(nodes.For))) > MOST_LOOPS or _depth(tree) > DEEPEST_LOOP:
            raise TemplateSyntaxError("a paper needs no so many loops", 1, name)
        return tree


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += found.iter_child_nodes()


def _plain(node: nodes.Node) -> bool:
    if isinstance(node, nodes.For):
        over = node.iter
        return isinstance(over, nodes.Name) and over.name == CLAUSES and not node.recursive
    if isinstance(node, nodes.Filter):
        return node.name in FILTERS and not node.args and not node.kwargs
    if isinstance(node, nodes.Test):
        return node.name in TESTS and not node.args and not node.kwargs
    return isinstance(node, ALLOWED)


def _depth(node: nodes.Node) -> int:
    """How deep loops lie in loops."""
    below = max((_depth(child) for child in node.iter_child_nodes()), default=0)
    return below + isinstance(node, nodes.For)
