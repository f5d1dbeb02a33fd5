"""Two ways in which an embedded Rego answers wrongly without a word, and that we take neither."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from regopy import Interpreter
from tests.trust.policy.cast import DECIDE, SEND

from dealix.errors import DealixError
from dealix.trust.policy.engine import QUERY, PolicyEngine, build, read_sources

THREADS, ROUNDS = 8, 300
A = replace(SEND, action="partner.score", token=None)
C = replace(SEND, action="person.impersonate")


def race(ask: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Half the threads ask of class A, half of class C; answers how many answers were wrong."""
    wrong: list[object] = []
    start = threading.Barrier(THREADS)

    def ask_on(document: dict[str, Any], expected: str) -> None:
        start.wait()
        for _ in range(ROUNDS):
            try:
                answer = ask(document)["reason"]
            except (DealixError, ValueError, LookupError) as error:
                answer = error
            if answer != expected:
                wrong.append(answer)

    documents = ((A.as_input(), "allowed"), (C.as_input(), "class_c"))
    threads = [
        threading.Thread(target=ask_on, args=documents[number % 2]) for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(wrong)


def test_threads_never_get_each_others_verdicts() -> None:
    assert race(PolicyEngine().ask) == 0


def test_one_shared_interpreter_would() -> None:
    """The trap itself: were this race tame, the test above would prove nothing."""
    interpreter, bundle = build(read_sources())

    def ask(document: dict[str, Any]) -> dict[str, Any]:
        interpreter.set_input(document)
        answer: dict[str, Any] = interpreter.query_bundle(bundle)[0]["verdict"]
        return answer

    assert any(race(ask) for _ in range(5))


def test_data_added_to_a_built_bundle_is_silently_ignored() -> None:
    """So the authority table comes in the input, where a change of it changes the verdict."""
    interpreter = Interpreter()
    interpreter.add_module(
        "t.rego",
        "package t\nimport rego.v1\ndefault seen := false\nseen if data.authority.version == 3\n",
    )
    bundle = interpreter.build("x = data.t.seen")
    interpreter.add_data({"authority": {"version": 3}})
    interpreter.set_input({})
    assert interpreter.query_bundle(bundle)[0]["x"] is False
    assert "data.authority" not in QUERY + "".join(read_sources().values())


def test_the_authority_table_in_the_input_is_used() -> None:
    engine = PolicyEngine()
    assert engine.evaluate(DECIDE).allowed
    without = replace(DECIDE, authority=replace(DECIDE.authority, rows=DECIDE.authority.rows[1:]))
    assert not engine.evaluate(without).allowed
    assert engine.evaluate(replace(DECIDE, authority=replace(DECIDE.authority, version=9))) == (
        replace(engine.evaluate(DECIDE), authority_version=9)
    )


def test_a_decision_takes_less_than_a_millisecond() -> None:
    engine = PolicyEngine()
    engine.evaluate(SEND)
    times = []
    for _ in range(300):
        begun = time.thread_time()
        engine.evaluate(SEND)
        times.append(time.thread_time() - begun)
    assert sorted(times)[len(times) // 2] < 0.001
