"""How the played model talks: in one piece or streamed, and about the tools it is offered.

It follows one rule that a test can rely on: `Call the tool NAME with {…}` in the last words of the
user makes it call that tool where it is offered, and it then repeats what the tool answered. A tool
that is not offered it cannot call, and says so.
"""

import hashlib
import json
import re
from typing import Any

from dealix.sandbox.door import Call, Reply

Json = dict[str, Any]
MARK = "JSON Schema of the answer:"
ASKED = re.compile(r"Call the tool ([A-Za-z0-9_.:-]{1,120}) with (\{.*?\})(?:\s|$)", re.DOTALL)


def shown_schema(messages: list[Json]) -> Json:
    """The schema that a message shows to a model that takes no `response_format`.

    Raises:
        ValueError: none does.
    """
    for message in messages:
        _, mark, rest = text_of(message).partition(MARK)
        if mark:
            found, _ = json.JSONDecoder().raw_decode(rest.lstrip())
            if isinstance(found, dict):
                return found
    raise ValueError("no schema")


def talk(asked: Json) -> Json | None:
    """What is said where no structured answer is asked for; None where one is."""
    messages = asked["messages"]
    if "response_format" in asked or any(MARK in text_of(each) for each in messages):
        return None
    last = messages[-1]
    if last.get("role") == "tool":
        return _words(f"The tool answered: {text_of(last)}")
    wanted = ASKED.search(text_of(last))
    if wanted is None:
        return _words("Played by the sandbox.")
    name, arguments = wanted[1], json.loads(wanted[2])
    offered = [each.get("function", {}).get("name") for each in asked.get("tools") or ()]
    if name not in offered:
        return _words(f"No tool {name} is offered here.")
    message = {"role": "assistant", "refusal": None, **tool_call(name, arguments)}
    return {"message": message, "finish_reason": "tool_calls"}


def tool_call(name: str, arguments: Json) -> Json:
    """The part of a message that calls a tool."""
    function = {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}
    return {
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
    }


def text_of(message: Json) -> str:
    """The words of a message, whether it is one text or parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")


def answered(
    call: Call, model: str, created: int, found: Json, long: int, *, stream: bool
) -> Reply:
    """The answer of the endpoint, whole or as server-sent events."""
    said = json.dumps(found["message"], ensure_ascii=False)
    told = {"prompt_tokens": long // 4 + 1, "completion_tokens": len(said) // 4 + 1}
    usage = {**told, "total_tokens": sum(told.values())}
    about = {
        "id": f"chatcmpl-{hashlib.sha256(call.body).hexdigest()[:24]}",
        "object": "chat.completion.chunk" if stream else "chat.completion",
        "created": created,
        "model": model,
    }
    if not stream:
        choice = {"index": 0, "logprobs": None, **found}
        return Reply(200, {**about, "choices": [choice], "usage": usage})
    delta = dict(found["message"])
    for number, each in enumerate(delta.get("tool_calls") or ()):
        each["index"] = number
    chunks: list[Json] = [
        {**about, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {
            **about,
            "choices": [{"index": 0, "delta": {}, "finish_reason": found["finish_reason"]}],
            "usage": usage,
        },
    ]
    lines = [f"data: {json.dumps(each, ensure_ascii=False)}\n\n" for each in chunks]
    body = "".join([*lines, "data: [DONE]\n\n"]).encode()
    return Reply(200, body, {"content-type": "text/event-stream; charset=utf-8"})


def _words(text: str) -> Json:
    message = {"role": "assistant", "content": text, "refusal": None}
    return {"message": message, "finish_reason": "stop"}
