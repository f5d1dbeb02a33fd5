"""Asks an OpenAI-compatible endpoint for one answer in a schema of ours.

Source: OpenAI's API reference (`POST /chat/completions` with `response_format` `json_schema` and
`tools`, `GET /models`), which vLLM, Ollama, llama.cpp and the clouds' gateways speak too.
"""

from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from dealix.connectors import outcomes
from dealix.connectors.data_class import DataClass, Outgoing
from dealix.connectors.llm.questions import (
    LARGEST_ANSWER,
    Called,
    ModelCutOff,
    ModelDeclined,
    Offered,
    Question,
    Reading,
    Reply,
    Turn,
)
from dealix.connectors.metadata import (
    ConnectorMetadata,
    Health,
    Idempotency,
    Retries,
    Timeouts,
)
from dealix.connectors.secrets import SecretStore, secret_or_none
from dealix.connectors.transport import Call, Transport, Within
from dealix.errors import NotConfigured
from dealix.settings import Settings

PROVIDER = "llm"


class CalledFunction(Outgoing):
    """What a model called, in its own words."""

    name: Annotated[str, DataClass.INTERNAL]
    arguments: Annotated[str, DataClass.RESTRICTED]


class ToolCalled(Outgoing):
    """A call of a tool, as the model made it."""

    id: Annotated[str, DataClass.INTERNAL]
    type: Annotated[Literal["function"], DataClass.PUBLIC] = "function"
    function: Annotated[CalledFunction, DataClass.RESTRICTED]


class ChatMessage(Outgoing):
    """One message of the conversation; it may hold personal data where the register allows it."""

    role: Annotated[Literal["system", "user", "assistant", "tool"], DataClass.PUBLIC]
    content: Annotated[str | None, DataClass.RESTRICTED] = None
    tool_calls: Annotated[list[ToolCalled] | None, DataClass.RESTRICTED] = None
    tool_call_id: Annotated[str | None, DataClass.INTERNAL] = None


class OfferedFunction(Outgoing):
    """What a tool is for, and what it takes."""

    name: Annotated[str, DataClass.INTERNAL]
    description: Annotated[str, DataClass.INTERNAL]
    parameters: Annotated[dict[str, Any], DataClass.INTERNAL]


class OfferedTool(Outgoing):
    """A tool that the model may call; who calls it back is us."""

    type: Annotated[Literal["function"], DataClass.PUBLIC] = "function"
    function: Annotated[OfferedFunction, DataClass.INTERNAL]


class ChatRequest(Outgoing):
    """One question as the endpoint takes it."""

    model: Annotated[str, DataClass.INTERNAL]
    messages: Annotated[list[ChatMessage], DataClass.RESTRICTED]
    response_format: Annotated[dict[str, Any], DataClass.INTERNAL]
    tools: Annotated[list[OfferedTool] | None, DataClass.INTERNAL] = None
    max_tokens: Annotated[int, DataClass.INTERNAL, Field(ge=1)]
    temperature: Annotated[float, DataClass.INTERNAL] = 0.0
    seed: Annotated[int, DataClass.INTERNAL] = 7
    stream: Annotated[bool, DataClass.INTERNAL] = False


class ChatCompletions:
    """`StructuredModel` over chat completions. The base address ends where `/chat` begins."""

    metadata: ClassVar = ConnectorMetadata(
        key="llm",
        name="Model endpoint (OpenAI-compatible)",
        name_ar="خدمة النماذج (متوافقة مع OpenAI)",
        api_version="v1",
        timeouts=Timeouts(connect=timedelta(seconds=5), answer=timedelta(seconds=30)),
        retries=Retries(timedelta(milliseconds=250), 2.0, timedelta(seconds=10), attempts=2),
        idempotency=Idempotency("content_hash", "resend", "It only answers; nothing is kept."),
        policy_class="A",
        data_class=DataClass.RESTRICTED,
        actions=("model.ask",),
        audit_events=("model.settings_changed", "processing.changed"),
        sends=(
            *(ChatRequest, ChatMessage, ToolCalled, CalledFunction),
            *(OfferedTool, OfferedFunction),
        ),
    )

    def __init__(self, transport: Transport, model: str) -> None:
        self._transport = transport
        self._model = model

    @classmethod
    def of(cls, settings: Settings, secrets: SecretStore) -> Self:
        """The endpoint of this installation; `NotConfigured` where none is set, never the sandbox.

        A server of one's own may need no key, so a missing one is sent as none.
        """
        if settings.model_url is None:
            raise NotConfigured("setting_missing", setting="DEALIX_MODEL_URL")
        transport = Transport(
            PROVIDER,
            settings.model_url,
            cls.metadata.timeouts,
            sandbox=settings.plays(settings.model_url),
            token=secret_or_none(secrets, "model.key"),
        )
        return cls(transport, settings.model_name)

    @property
    def model(self) -> str:
        """See `StructuredModel.model`."""
        return self._model

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def ask(self, question: Question) -> Reply:
        """See `StructuredModel.ask`."""
        request = ChatRequest(
            model=self._model,
            messages=list(_messages(question)),
            response_format={
                "type": "json_schema",
                "json_schema": {
                    "name": question.name.replace(".", "_")[:64],
                    "strict": True,
                    "schema": dict(question.schema),
                },
            },
            tools=[_offered(each) for each in question.tools] or None,
            max_tokens=question.most_tokens,
        )
        within = Within(question.seconds, LARGEST_ANSWER)
        call = Call(
            "model.ask", "POST", "chat/completions", body=request, dedups=True, within=within
        )
        return _reply(self._transport.send(call).json, self._model, offered=bool(question.tools))

    def probe(self) -> Health:
        """See `StructuredModel.probe`: reads the list of models."""

        def check() -> str:
            self._transport.send(Call("model.list", "GET", "models"))
            return "answers"

        return outcomes.probed(check)


def called_of(name: Any, arguments: Any, ident: Any) -> Called:
    """A call as an endpoint told it; `TypeError` where it is none."""
    if not all(isinstance(each, str) for each in (name, arguments, ident)) or not ident:
        raise TypeError("no call of a tool")
    return Called(ident, name, arguments)


def _offered(tool: Offered) -> OfferedTool:
    function = OfferedFunction(name=tool.name, description=tool.about, parameters=dict(tool.schema))
    return OfferedTool(function=function)


def _turn(turn: Turn | Reading) -> tuple[ChatMessage, ...]:
    """What the model said in one turn, and what we say to it."""
    if isinstance(turn, Turn):
        return (
            ChatMessage(role="assistant", content=turn.answer),
            ChatMessage(role="user", content=turn.complaint),
        )
    calls = [
        ToolCalled(
            id=each.call.id,
            function=CalledFunction(name=each.call.name, arguments=each.call.arguments),
        )
        for each in turn.told
    ]
    answers = (
        ChatMessage(role="tool", content=each.result, tool_call_id=each.call.id)
        for each in turn.told
    )
    return (ChatMessage(role="assistant", tool_calls=calls), *answers)


def _messages(question: Question) -> tuple[ChatMessage, ...]:
    return (
        ChatMessage(role="system", content=question.instructions),
        ChatMessage(role="user", content=question.facts),
        *(message for turn in question.turns for message in _turn(turn)),
    )


def _reply(body: Any, asked: str, *, offered: bool) -> Reply:
    """What the endpoint answered, refused where it is no plain and whole answer."""
    try:
        choice = body["choices"][0]
        message, ended = choice["message"], choice.get("finish_reason")
        text, declined, tools = (message.get(name) for name in ("content", "refusal", "tool_calls"))
        usage = body.get("usage") or {}
        counted = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
        model = outcomes.code_of(body.get("model"), asked)
        calls = tuple(
            called_of(each["function"]["name"], each["function"]["arguments"], each["id"])
            for each in tools or ()
        )
    except (KeyError, IndexError, TypeError, AttributeError):
        raise outcomes.unavailable(PROVIDER, "an unreadable answer") from None
    if declined or ended == "content_filter":
        raise ModelDeclined("provider_refused", provider=PROVIDER, reason="the model declined")
    if ended == "length":
        raise ModelCutOff("provider_refused", provider=PROVIDER, reason="the answer was cut off")
    tokens_in, tokens_out = (each if is_count(each) else None for each in counted)
    if calls and not offered:
        raise outcomes.refused(PROVIDER, "tools that were not offered")
    if calls:
        return Reply("", model, tokens_in, tokens_out, calls)
    if not isinstance(text, str):
        raise outcomes.unavailable(PROVIDER, "an unreadable answer")
    return Reply(text, model, tokens_in, tokens_out)


def is_count(value: object) -> bool:
    """Whether it is a number of tokens that somebody can have counted."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
