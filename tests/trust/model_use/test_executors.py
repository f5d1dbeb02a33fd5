"""Each way to do a step, against the sandbox: the same facts and schema, one clear outcome."""

import json
import time
from typing import Any

import pytest
from tests.sandbox.conftest import Sandbox
from tests.trust.model_use.steps import (
    CONTEXT,
    EMAIL,
    FACTS,
    HIDDEN,
    Purse,
    Verdict,
    executor_of,
    model_of,
    step,
)

from dealix.connectors.rehearsal import rehearsing
from dealix.lanes.step_executor import Rules

BOTH = pytest.mark.parametrize("kind", ["model", "openclaw"])
PROVIDER = {"model": "llm", "openclaw": "openclaw"}
PATH = {"model": "/v1/chat/completions", "openclaw": "/tools/invoke"}


def asked(sandbox: Sandbox, kind: str) -> list[dict[str, Any]]:
    return [each for each in sandbox.rows("requests") if each["path"] == PATH[kind]]


def test_rules_need_no_model_and_say_so() -> None:
    found = Rules().execute(step(), FACTS, CONTEXT)
    assert isinstance(found.output, Verdict)
    assert found.output.provenance == found.provenance
    assert (found.provenance.method, found.provenance.rules_version) == ("rules", "test-1")
    assert found.provenance.not_configured == ["model"]
    assert found.provenance.fall_back is None


@BOTH
def test_a_model_answers_in_the_same_schema_twice_the_same(sandbox: Sandbox, kind: str) -> None:
    purse = Purse()
    with rehearsing(sandbox.scope), executor_of(kind, sandbox, purse) as executor:
        one, two = (executor.execute(step(), FACTS, CONTEXT) for _ in range(2))
    assert isinstance(one.output, Verdict)
    told = one.provenance
    assert one.output.model_dump(exclude={"provenance"}) == two.output.model_dump(
        exclude={"provenance"}
    )
    assert (told.method, told.executor, told.fall_back) == ("model", kind, None)
    assert "dealix-sandbox" in str(told.model)
    assert str(told.prompt_version).startswith("connection_check.v1+rules.v1@")
    assert told.inputs_hash == FACTS.hashed()
    assert len(asked(sandbox, kind)) == 2
    assert 0 < purse.tokens < sum(purse.asked)


@BOTH
def test_nothing_personal_reaches_the_other_side(sandbox: Sandbox, kind: str) -> None:
    with rehearsing(sandbox.scope), executor_of(kind, sandbox) as executor:
        executor.execute(step(), FACTS, CONTEXT)
        [request] = asked(sandbox, kind)
        heard = str(request).lower()
        assert [each for each in (*HIDDEN, EMAIL) if each in heard] == []
        assert "[NAME_1]" in request["body"]
        shown = json.loads(request["body"])
        told = shown["args"]["prompt"] if kind == "openclaw" else shown["response_format"]
        assert "additionalProperties" in str(told)  # the model itself sees the schema
        assert "125000.00" in request["body"]
        assert "شركة الروابي" in request["body"]
    allowed = executor_of(kind, sandbox, as_is=True)
    with rehearsing(sandbox.scope), allowed as executor:
        executor.execute(step(), FACTS, CONTEXT)
        assert EMAIL in asked(sandbox, kind)[-1]["body"]


# What each fault comes to: why rules step in, and how often the other side is asked for it.
FAULTS = {
    ("model", "refusal"): ("refused", 1),
    ("model", "cut_off"): ("cut_off", 1),
    ("model", "tools"): ("invalid_answer", 1),
    ("model", "rate_limited"): ("rate_limited", 2),
    ("model", "error_500"): ("unavailable", 2),
    ("model", "timeout_before"): ("unavailable", 2),
    ("openclaw", "broken_json"): ("unavailable", 2),
    ("openclaw", "rate_limited"): ("rate_limited", 2),
    ("openclaw", "error_500"): ("unavailable", 2),
    **{("model", each): ("invalid_answer", 2) for each in ("broken_json", "wrong_schema")},
    **{(each, "injected"): ("invalid_answer", 2) for each in ("model", "openclaw")},
}


@pytest.mark.parametrize(("kind", "fault"), sorted(FAULTS))
def test_each_fault_comes_to_rules_with_its_reason(sandbox: Sandbox, kind: str, fault: str) -> None:
    waits: list[float] = []
    sandbox.fault(PROVIDER[kind], fault, count=9, scope=sandbox.scope)
    working = executor_of(kind, sandbox, sleep=waits.append)
    with rehearsing(sandbox.scope), working as executor:
        found = executor.execute(step(), FACTS, CONTEXT)
    because, times = FAULTS[kind, fault]
    told = found.provenance
    assert found.output.reasons == ["by rules: شركة الروابي"]
    assert told.fall_back is not None
    assert (told.fall_back.chosen, told.fall_back.because) == (kind, because)
    assert (told.method, told.not_configured) == ("rules", [])
    assert len(asked(sandbox, kind)) == times
    assert waits == ([1.0] if fault == "rate_limited" else waits[:1])


@BOTH
def test_what_passes_is_asked_once_more(sandbox: Sandbox, kind: str) -> None:
    for fault in ("error_500", "rate_limited"):
        sandbox.fault(PROVIDER[kind], fault, scope=sandbox.scope)
        working = executor_of(kind, sandbox, sleep=lambda _: None)
        with rehearsing(sandbox.scope), working as executor:
            assert executor.execute(step(), FACTS, CONTEXT).provenance.fall_back is None
    assert len(asked(sandbox, kind)) == 4


@pytest.mark.parametrize("fault", ["broken_json", "injected", "wrong_schema"])
def test_a_broken_answer_is_repaired_once(sandbox: Sandbox, fault: str) -> None:
    sandbox.fault("llm", fault, scope=sandbox.scope)
    with rehearsing(sandbox.scope), executor_of("model", sandbox) as executor:
        found = executor.execute(step(), FACTS, CONTEXT)
    assert (found.provenance.method, found.provenance.repaired) == ("model", True)
    first, repair = asked(sandbox, "model")
    assert "was not in the schema" not in first["body"]
    assert "was not in the schema" in repair["body"]
    assert [each for each in HIDDEN if each in repair["body"].lower()] == []


@BOTH
def test_a_slow_model_costs_no_more_than_its_time(sandbox: Sandbox, kind: str) -> None:
    sandbox.fault(PROVIDER[kind], "slow", count=9, seconds=5, scope=sandbox.scope)
    with rehearsing(sandbox.scope), executor_of(kind, sandbox) as executor:
        began = time.monotonic()
        found = executor.execute(step(seconds=0.4), FACTS, CONTEXT)
        took = time.monotonic() - began
    assert found.provenance.fall_back is not None
    assert found.provenance.fall_back.because == "too_slow"
    assert took < 2


def test_the_days_limit_ends_what_is_asked(sandbox: Sandbox) -> None:
    purse = Purse(limit=5000)
    with rehearsing(sandbox.scope), executor_of("model", sandbox, purse) as executor:
        told = [executor.execute(step(), FACTS, CONTEXT).provenance for _ in range(20)]
    done = [each for each in told if each.fall_back is None]
    over = [each.fall_back for each in told if each.fall_back is not None]
    assert done
    assert {each.because for each in over} == {"over_limit"}
    assert len(asked(sandbox, "model")) == len(done)
    assert purse.tokens <= 5000


@BOTH
def test_a_wrong_key_is_rejected_and_costs_nothing(sandbox: Sandbox, kind: str) -> None:
    purse = Purse()
    with executor_of(kind, sandbox, purse, key="wrong") as executor:
        found = executor.execute(step(), FACTS, CONTEXT)
    assert found.provenance.fall_back is not None
    assert found.provenance.fall_back.because == "rejected"
    assert (purse.tokens, purse.cost) == (0, 0)


@BOTH
def test_a_probe_asks_no_model(sandbox: Sandbox, kind: str) -> None:
    with model_of(kind, f"http://{sandbox.http_address}") as model:
        assert model.probe().ok
    with model_of(kind, "http://127.0.0.1:1") as model:
        assert not model.probe().ok


def test_the_gateway_refuses_as_the_real_one_was_heard_to(sandbox: Sandbox) -> None:
    """Bodies and statuses of openclaw 2026.9.6; its wording tells nothing of what is allowed."""
    headers = {"authorization": "Bearer openclaw-token-of-the-test"}
    args = {"prompt": "x", "schema": {"type": "object"}}
    for body, status, kind in (
        ({"tool": "exec", "agentId": "steps", "args": {}}, 404, "not_found"),
        ({"tool": "llm-task", "agentId": "main", "args": args}, 404, "not_found"),
        ({"tool": "llm-task"}, 404, "not_found"),
        ({"tool": "llm-task", "agentId": "steps", "args": {}}, 500, "tool_error"),
        ({"agentId": "steps"}, 400, "invalid_request"),
    ):
        answer = sandbox.client.post("/tools/invoke", json=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]["type"]) == (status, kind)
    assert sandbox.client.post("/tools/invoke", json={}).json()["error"]["type"] == "unauthorized"
