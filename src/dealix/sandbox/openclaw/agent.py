"""`POST /v1/responses`, by the recorded contract of openclaw 2026.9.6, as far as client tools go.

The agent's run ends where it calls a tool of the client; the next request names that response and
brings what the tool answered. Its model then sees a placeholder as the tool's answer, and the real
one as words of the user. Conversations are kept in memory, as the gateway keeps them.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from dealix.sandbox.door import Reply
from dealix.sandbox.llm.routes import said
from dealix.sandbox.llm.talking import TOLD

Json = dict[str, Any]
AGENT = "openclaw/steps-reads"
PENDING = '{"status": "pending", "message": "Tool execution delegated to client"}'
MOST_KEPT = 500
CREATED = 1_767_225_600


class Conversations:
    """What was said by response; the oldest are forgotten."""

    def __init__(self) -> None:
        self._kept: dict[str, list[Json]] = {}

    def turn(self, asked: Json, fault: Callable[[], str | None]) -> Reply:
        """One turn of the agent.

        Raises:
            NoSampleError, ValueError, LookupError, TypeError: as `said`.
        """
        if asked["model"] != AGENT:
            named = str(asked["model"]).removeprefix("openclaw/")[:40]
            return refused(f"Unknown agent '{named}'.")
        before = self._kept.get(str(asked.get("previous_response_id")), [])
        instructions: list[Json] = [{"role": "system", "content": asked.get("instructions", "")}]
        given = [message for item in asked["input"] for message in _messages(item)]
        messages = [*(before or instructions), *given]
        tools = [_tool(each) for each in asked.get("tools") or ()]
        found = said({"messages": messages, "tools": tools}, fault)
        name = f"resp_{uuid4()}"
        self._kept[name] = [*messages, found["message"]]
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return Reply(200, _response(name, found))


def refused(message: str) -> Reply:
    """The endpoint's own shape of a bad request."""
    return Reply(400, {"error": {"message": message, "type": "invalid_request_error"}})


def _messages(item: Json) -> list[Json]:
    """What the model sees of an item."""
    if item["type"] != "function_call_output":
        return [{"role": item["role"], "content": item["content"]}]
    words = f"{TOLD}{item['call_id']}: {item['output']}"
    return [
        {"role": "tool", "tool_call_id": item["call_id"], "content": PENDING},
        {"role": "user", "content": words},
    ]


def _tool(item: Json) -> Json:
    return {"function": {"name": item["name"], "parameters": item.get("parameters")}}


def _response(name: str, found: Json) -> Json:
    message, cut = found["message"], found["finish_reason"] == "length"
    status = "incomplete" if cut else "completed"
    output: list[Json] = [
        {
            "type": "function_call",
            "id": f"call_{uuid4()}",
            "call_id": each["id"],
            "name": each["function"]["name"],
            "arguments": each["function"]["arguments"],
        }
        for each in message.get("tool_calls") or ()
    ]
    if not output:
        text = message["content"] or message["refusal"] or "No response from OpenClaw."
        part = {"type": "output_text", "text": text}
        head = {"type": "message", "id": f"msg_{uuid4()}", "role": "assistant"}
        output = [{**head, "content": [part], "phase": "final_answer", "status": status}]
    spent = len(json.dumps(message, ensure_ascii=False)) // 4 + 1
    return {
        "id": name,
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "model": AGENT,
        "output": output,
        "usage": {"input_tokens": 600, "output_tokens": spent, "total_tokens": 600 + spent},
        **({"incomplete_details": {"reason": "max_output_tokens"}} if cut else {}),
    }
