"""The played model talks as a model of an agent does: streamed, of offered tools by one rule."""

import json
from typing import Any

import pytest
from tests.sandbox.conftest import MODEL_KEY, Sandbox

TOOL = {"type": "function", "function": {"name": "dealix__catalogue", "parameters": {}}}
ASKED = 'Call the tool dealix__catalogue with {"key": "lead_scoring"}\nThen repeat it.'


def said(sandbox: Sandbox, *messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = sandbox.client.post(
        "/v1/chat/completions",
        json={"model": "any", "messages": list(messages), **more},
        headers={"authorization": f"Bearer {MODEL_KEY}"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["choices"][0]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def test_it_calls_the_tool_that_it_is_told_to_and_repeats_the_answer(sandbox: Sandbox) -> None:
    choice = said(sandbox, user(ASKED), tools=[TOOL])
    [call] = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    assert json.loads(call["function"]["arguments"]) == {"key": "lead_scoring"}
    tool = {"role": "tool", "tool_call_id": call["id"], "content": "store_score"}
    again = said(sandbox, user(ASKED), choice["message"], tool, tools=[TOOL])
    assert again["message"]["content"] == "The tool answered: store_score"


@pytest.mark.parametrize("tools", [[], [{"type": "function", "function": {"name": "other"}}]])
def test_a_tool_that_is_not_offered_is_not_called(sandbox: Sandbox, tools: list[Any]) -> None:
    choice = said(sandbox, user(ASKED), tools=tools)
    assert "tool_calls" not in choice["message"]
    assert choice["message"]["content"] == "No tool dealix__catalogue is offered here."


def test_a_schema_in_the_words_is_answered_as_one_beside_them(sandbox: Sandbox) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}}
    words = f"Do it.\n\nJSON Schema of the answer:\n{json.dumps(schema)}\n\nFacts: none"
    assert json.loads(said(sandbox, user(words))["message"]["content"]) == {"n": 3}


def test_what_is_streamed_is_what_is_said_at_once(sandbox: Sandbox) -> None:
    whole = said(sandbox, user("Hello"))["message"]["content"]
    answer = sandbox.client.post(
        "/v1/chat/completions",
        json={"model": "any", "messages": [user("Hello")], "stream": True},
        headers={"authorization": f"Bearer {MODEL_KEY}"},
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    *lines, end = [line[6:] for line in answer.text.split("\n\n") if line]
    assert end == "[DONE]"
    deltas = [json.loads(line)["choices"][0]["delta"].get("content") or "" for line in lines]
    assert "".join(deltas) == whole


@pytest.mark.parametrize("body", [b"", b"[]", b'{"messages": []}', b'{"messages": [1]}'])
def test_what_is_no_conversation_is_refused(sandbox: Sandbox, body: bytes) -> None:
    headers = {"authorization": f"Bearer {MODEL_KEY}"}
    answer = sandbox.client.post("/v1/chat/completions", content=body, headers=headers)
    assert answer.status_code == 400
