"""The small language in which templates name their places: no more of Jinja than a paper needs.

Jinja's sandbox keeps a template from reaching outside. It does not keep it from counting to a
million a million times, or from writing one letter a billion times; so nothing is read here that
could: no call, no arithmetic, no range, no macro, and loops over a paper's own lists alone.
"""

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = frozenset({"capitalize", "e", "escape", "length", "lower", "title", "trim", "upper"})
TESTS = frozenset({"defined", "undefined", "none"})
LISTS = frozenset({"clauses", "signing"})
PARTS = frozenset({"lines"})
MOST_LOOPS = 20
DEEPEST = 2
"""Loops inside one another: the parties who sign, and the lines of each."""

KNOWN = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If),
    *(nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const),
    *(nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or, nodes.Test, nodes.Filter),
)


class Places(ImmutableSandboxedEnvironment):
    """Fills places and walks over the lists of a paper; an unknown place is an error.

    A template is a company's own file, and whoever writes it may still be mistaken or mean harm.
    """

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The template as a tree, once nothing in it is beyond a paper."""
        tree = super()._parse(source, name, filename)
        waiting: list[nodes.Node] = [tree]
        while waiting:
            found = waiting.pop()
            if not _known(found):
                raise TemplateSyntaxError(type(found).__name__, found.lineno)
            waiting += found.iter_child_nodes()
        loops = list(tree.find_all(nodes.For))
        if len(loops) > MOST_LOOPS or any(_depth(loop) > DEEPEST for loop in loops):
            raise TemplateSyntaxError("For", 1)
        return tree


def _known(node: nodes.Node) -> bool:
    if isinstance(node, nodes.For):
        return _is_list(node.iter) and not node.recursive
    if isinstance(node, nodes.Filter):
        return node.name in FILTERS and not node.args and not node.kwargs
    if isinstance(node, nodes.Test):
        return node.name in TESTS and not node.args and not node.kwargs
    return isinstance(node, KNOWN)


def _is_list(walked: nodes.Node) -> bool:
    if isinstance(walked, nodes.Name):
        return walked.name in LISTS
    return isinstance(walked, nodes.Getattr) and walked.attr in PARTS


def _depth(loop: nodes.For) -> int:
    return 1 + max((_depth(inner) for inner in loop.find_all(nodes.For)), default=0)
