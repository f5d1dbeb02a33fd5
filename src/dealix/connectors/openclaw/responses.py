"""One answer of an agent that may call tools of ours: they are handed back, we read and answer.

Source: `POST /v1/responses` of openclaw 2026.9.6, as it was recorded. The agent's run ends where it
calls a client tool; a second request with `previous_response_id` and a `function_call_output` for
each call goes on with it. The gateway keeps the conversation until then, for 30 minutes at most.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from dealix.connectors import outcomes
from dealix.connectors.data_class import DataClass, Outgoing
from dealix.connectors.llm.chat import called_of, is_count
from dealix.connectors.llm.questions import (
    Called,
    ModelCutOff,
    Offered,
    Question,
    Reading,
    Reply,
)


class AgentTool(Outgoing):
    """A tool that the agent may call; the gateway hands the call back."""

    type: Annotated[Literal["function"], DataClass.PUBLIC] = "function"
    name: Annotated[str, DataClass.INTERNAL]
    description: Annotated[str, DataClass.INTERNAL]
    parameters: Annotated[dict[str, Any], DataClass.INTERNAL]


class AgentWords(Outgoing):
    """What we say; it may hold personal data where the register allows it."""

    type: Annotated[Literal["message"], DataClass.PUBLIC] = "message"
    role: Annotated[Literal["user"], DataClass.PUBLIC] = "user"
    content: Annotated[str, DataClass.RESTRICTED]


class AgentTold(Outgoing):
    """What we read for a call."""

    type: Annotated[Literal["function_call_output"], DataClass.PUBLIC] = "function_call_output"
    call_id: Annotated[str, DataClass.INTERNAL]
    output: Annotated[str, DataClass.RESTRICTED]


class AgentRequest(Outgoing):
    """One turn of an agent. It names no user: each step has a conversation of its own."""

    model: Annotated[str, DataClass.INTERNAL]
    instructions: Annotated[str, DataClass.RESTRICTED]
    input: Annotated[list[AgentWords | AgentTold], DataClass.RESTRICTED]
    tools: Annotated[list[AgentTool], DataClass.INTERNAL]
    most_tokens: Annotated[
        int, DataClass.INTERNAL, Field(ge=1, serialization_alias="max_output_tokens")
    ]
    follows: Annotated[
        str | None, DataClass.INTERNAL, Field(serialization_alias="previous_response_id")
    ] = None
    stream: Annotated[bool, DataClass.INTERNAL] = False


def request_of(question: Question, agent: str, instructions: str) -> AgentRequest:
    """The next turn: the facts, what was read for the last calls, or what was wrong."""
    return AgentRequest(
        model=f"openclaw/{agent}",
        instructions=instructions,
        input=_input(question),
        tools=[_tool(each) for each in question.tools],
        most_tokens=question.most_tokens,
        follows=question.follows,
    )


def reply_of(body: Any, provider: str, asked: str) -> Reply:
    """What the agent answered, refused where it is neither calls nor a whole answer."""
    try:
        items, mark = body["output"], body["id"]
        ended, usage = body.get("status"), body.get("usage") or {}
        counted = [usage.get(name) for name in ("input_tokens", "output_tokens")]
        calls = tuple(_call(each) for each in items if each["type"] == "function_call")
        text = "".join(_text(each) for each in items if each["type"] == "message")
        model = outcomes.code_of(body.get("model"), asked)
    except (KeyError, IndexError, TypeError, AttributeError):
        raise outcomes.unavailable(provider, "an unreadable answer") from None
    if ended == "incomplete":
        raise ModelCutOff("provider_refused", provider=provider, reason="the answer was cut off")
    if ended != "completed" or not isinstance(mark, str):
        raise outcomes.unavailable(provider, "an unreadable answer")
    tokens_in, tokens_out = (each if is_count(each) and each else None for each in counted)
    return Reply("" if calls else text, model, tokens_in, tokens_out, calls, mark)


def _input(question: Question) -> list[AgentWords | AgentTold]:
    if not question.turns:
        return [AgentWords(content=question.facts)]
    last = question.turns[-1]
    if isinstance(last, Reading):
        return [AgentTold(call_id=each.call.id, output=each.result) for each in last.told]
    return [AgentWords(content=last.complaint)]


def _tool(given: Offered) -> AgentTool:
    return AgentTool(name=given.name, description=given.about, parameters=dict(given.schema))


def _call(item: Any) -> Called:
    arguments = item["arguments"]
    given = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return called_of(item["name"], given, item["call_id"])


def _text(item: Any) -> str:
    return "".join(part["text"] for part in item["content"] if part["type"] == "output_text")
