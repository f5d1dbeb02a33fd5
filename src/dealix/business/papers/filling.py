"""The small language in which templates name their places: no more of Jinja than a paper needs."""

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = ("capitalize", "default", "e", "escape", "lower", "title", "trim", "upper")
LISTS = ("clauses", "signing")
PARTS = ("lines",)
DEEPEST = 2
"""Loops inside one another: the parties who sign, and the lines of each."""

UNKNOWN = (
    *(nodes.Macro, nodes.CallBlock, nodes.Call, nodes.Block),
    *(nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport),
    *(nodes.Mul, nodes.Pow, nodes.Concat, nodes.FilterBlock),
)
"""What could run for long, grow without end, or reach for more than the paper."""


class Places(ImmutableSandboxedEnvironment):
    """Fills places and walks over the lists of a paper; an unknown place is an error.

    A template is a company's own file, and whoever writes it may still be mistaken or mean harm.
    """

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The template as a tree, once nothing in it is beyond a paper."""
        tree = super()._parse(source, name, filename)
        unknown = next(tree.find_all(UNKNOWN), None)
        if unknown is not None:
            raise TemplateSyntaxError(type(unknown).__name__, unknown.lineno)
        for loop in tree.find_all(nodes.For):
            if loop.recursive or not _is_list(loop.iter) or _depth(loop) > DEEPEST:
                raise TemplateSyntaxError("For", loop.lineno)
        return tree


def _is_list(walked: nodes.Node) -> bool:
    if isinstance(walked, nodes.Name):
        return walked.name in LISTS
    return isinstance(walked, nodes.Getattr) and walked.attr in PARTS


def _depth(loop: nodes.For) -> int:
    return 1 + max((_depth(inner) for inner in loop.find_all(nodes.For)), default=0)
