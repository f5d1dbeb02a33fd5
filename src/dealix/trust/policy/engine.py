"""Evaluates the Rego sources in this process: a prebuilt bundle, and an interpreter per thread."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from regopy import Bundle, Interpreter, RegoError

from dealix.errors import InvalidInput, InvariantBroken
from dealix.trust.policy.schemas import PolicyQuestion, Verdict

SOURCES = Path(__file__).parent / "rego"
QUERY = "verdict = data.dealix.decision.verdict"


class Evaluator(Protocol):
    """Whoever evaluates the Rego sources: this process, or a server that has the same files."""

    def evaluate(self, question: PolicyQuestion) -> Verdict:
        """The verdict on one question."""
        ...


class PolicyEngine:
    """Policy decisions from Rego, about 0.3 ms each.

    An interpreter holds the input of the query that it runs, so two threads on one interpreter
    answer each other's questions: every thread builds its own, once, bundle included.
    """

    def __init__(self, sources: Mapping[str, str] | None = None) -> None:
        self.sources = dict(read_sources() if sources is None else sources)
        self.version = version_of(self.sources)
        self._mine = threading.local()

    def evaluate(self, question: PolicyQuestion) -> Verdict:
        """The verdict on one question; when Rego does not answer, that is an error, never a yes."""
        return verdict_of(self.ask(question.as_input()), question, self.version)

    def ask(self, document: dict[str, Any]) -> dict[str, Any]:
        """Rego's own answer to an input document.

        Raises:
            InvalidInput: a text holds NUL, where the interpreter would cut it: two would be one.
            InvariantBroken: Rego gave no verdict.
        """
        assert_whole(document)
        interpreter, bundle = self._own()
        try:
            interpreter.set_input(document)
            output = interpreter.query_bundle(bundle)
            verdict: dict[str, Any] = output[0]["verdict"]
        except (RegoError, ValueError, LookupError) as silent:
            raise InvariantBroken("invariant_broken", what="the policy gave no verdict") from silent
        return verdict

    def _own(self) -> tuple[Interpreter, Bundle]:
        """This thread's interpreter and bundle, built at its first question."""
        if not hasattr(self._mine, "pair"):
            self._mine.pair = build(self.sources)
        pair: tuple[Interpreter, Bundle] = self._mine.pair
        return pair


def verdict_of(found: Mapping[str, Any], question: PolicyQuestion, version: str) -> Verdict:
    """Rego's answer to a question as a verdict, with the versions by which it was given."""
    return Verdict(
        allowed=found["allowed"] is True,
        rule=str(found["rule"]),
        reason=str(found["reason"]),
        action_class=str(found["class"]),
        policy_version=version,
        authority_version=question.authority.version,
    )


def assert_whole(document: Mapping[str, Any]) -> None:
    """Refuse a document with NUL in a text: an interpreter cuts it there, and two would be one."""
    if any("\x00" in one for one in _texts(document)):
        raise InvalidInput("invalid_input", errors=[{"field": "question", "type": "nul"}])


def _texts(value: Any) -> Iterator[str]:
    """Every text of a document, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)


def build(sources: Mapping[str, str]) -> tuple[Interpreter, Bundle]:
    """Compile the sources.

    Raises:
        InvariantBroken: the sources do not compile.
    """
    interpreter = Interpreter()
    try:
        for name, source in sorted(sources.items()):
            interpreter.add_module(name, source)
        bundle = interpreter.build(QUERY)
    except (RegoError, ValueError) as wrong:
        raise InvariantBroken("invariant_broken", what="the policy does not compile") from wrong
    if not bundle.ok():
        raise InvariantBroken("invariant_broken", what="the policy does not compile")
    return interpreter, bundle


def read_sources(folder: Path = SOURCES) -> dict[str, str]:
    """Every Rego file of a folder by its name."""
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.rego"))}


def version_of(sources: Mapping[str, str]) -> str:
    """`sha256:…` over names and texts of the sources: every verdict shows which policy gave it."""
    text = json.dumps(dict(sources), sort_keys=True, ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@cache
def default_engine() -> PolicyEngine:
    """The engine of this process, over the sources that ship with it."""
    return PolicyEngine()
