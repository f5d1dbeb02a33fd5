"""How the played model talks: in one piece or streamed, and about the tools it is offered.

It follows rules that a test can rely on. Where it just talks, `Call the tool NAME with {…}` in the
last words of the user makes it call that tool where it is offered, and it then repeats what the
tool answered; a tool that is not offered it cannot call, and says so. Where it owes a structured
answer, it first calls each tool that is offered and that its instructions name as `NAME`, once, all
in one turn; what they answer changes nothing of its answer.
"""

import hashlib
import json
import re
from typing import Any

from dealix.sandbox.door import Call, Reply
from dealix.sandbox.llm.faults import CALL_FAULTS, INJECTION, NO_TOOLS
from dealix.sandbox.llm.samples import sample

Json = dict[str, Any]
MARK = "JSON Schema of the answer:"
TOLD = "Tool:"
"""How a gateway begins what a tool answered, where it says so in words of the user."""

ASKED = re.compile(r"Call the tool ([A-Za-z0-9_.:-]{1,120}) with (\{.*?\})(?:\s|$)", re.DOTALL)


class NoToolsError(ValueError):
    """A question with tools came to an endpoint that knows none."""


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
    if name not in _offered(asked):
        return _words(f"No tool {name} is offered here.")
    return _calling(asked, [(name, json.dumps(arguments, ensure_ascii=False))])


def calls(asked: Json, fault: str | None) -> Json | None:
    """What is called before a structured answer, or as a fault wants it; None for nothing.

    Raises:
        NoSampleError: the arguments of a tool are not known.
        NoToolsError: a fault lets it take none.
    """
    offered = _offered(asked)
    if fault == NO_TOOLS:
        if offered:
            raise NoToolsError("tools are not supported")
        return None
    if fault in CALL_FAULTS:
        wanted = _faulty(asked, str(fault), offered)
    elif fault is None:
        words = "\n".join(
            text_of(each) for each in asked["messages"] if each.get("role") in {"system", "user"}
        )
        done = _called(asked)
        wanted = [
            (name, json.dumps(sample(schema), ensure_ascii=False))
            for name, schema in offered.items()
            if f"`{name}`" in words and name not in done
        ]
    else:
        wanted = []
    return _calling(asked, wanted) if wanted else None


def _faulty(asked: Json, fault: str, offered: dict[str, Json]) -> list[tuple[str, str]]:
    first = next(iter(offered), None)
    if fault == "obeys":
        told = [text_of(each) for each in asked["messages"] if _tells(each)]
        ordered = ASKED.search(told[-1].replace('\\"', '"')) if told else None
        if ordered is not None:
            return [(ordered[1], ordered[2])]
        return [] if told or first is None else [(first, json.dumps(sample(offered[first])))]
    if fault == "tools" or first is None:
        return [("send_email", json.dumps({"text": INJECTION}))]
    if fault == "broken_arguments":
        return [(first, '{"limit": ')]
    return [(first, json.dumps(sample(offered[first]), ensure_ascii=False))]


def _tells(message: Json) -> bool:
    """Whether it holds what a tool answered."""
    role = message.get("role")
    return role == "tool" or (role == "user" and text_of(message).startswith(TOLD))


def _offered(asked: Json) -> dict[str, Json]:
    """The schema of each offered tool's arguments, by its name."""
    functions = [each.get("function", {}) for each in asked.get("tools") or ()]
    return {str(each.get("name")): each.get("parameters") or {} for each in functions}


def _called(asked: Json) -> set[str]:
    """The tools that were called in this conversation."""
    return {
        str(call.get("function", {}).get("name"))
        for message in asked["messages"]
        for call in message.get("tool_calls") or ()
    }


def _calling(asked: Json, wanted: list[tuple[str, str]]) -> Json:
    """A message that calls these tools, each call numbered within the conversation."""
    first = 1 + sum(len(each.get("tool_calls") or ()) for each in asked["messages"])
    made = [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": name, "arguments": arguments},
        }
        for number, (name, arguments) in enumerate(wanted, first)
    ]
    message = {"role": "assistant", "refusal": None, "content": None, "tool_calls": made}
    return {"message": message, "finish_reason": "tool_calls"}


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
