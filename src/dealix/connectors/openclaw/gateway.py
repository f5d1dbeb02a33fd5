"""Asks an OpenClaw gateway for one answer in a schema of ours: by `llm-task`, else by an agent.

A question without tools needs no agent. One with tools goes to an agent that has none of its own:
what it calls is handed back to us.

Source: `POST /tools/invoke` with `llm-task` of openclaw 2026.9.6, as it was recorded: 404 says that
the tool is not allowed, 500 stands for anything that failed inside, 429 names its wait. The
gateway's token is a full operator's, so the gateway listens where only we reach it.
"""

import json
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from dealix.connectors import outcomes
from dealix.connectors.data_class import DataClass, Outgoing
from dealix.connectors.llm.questions import LARGEST_ANSWER, Question, Reply
from dealix.connectors.metadata import (
    ConnectorMetadata,
    Health,
    Idempotency,
    Retries,
    Timeouts,
)
from dealix.connectors.openclaw import responses
from dealix.connectors.secrets import SecretStore
from dealix.connectors.transport import Call, Transport, Within
from dealix.errors import NotConfigured
from dealix.settings import Settings

PROVIDER = "openclaw"
NOT_ALLOWED = 404
"""What the gateway says of a tool that an agent may not use."""

TURN_SECONDS = 60.0
"""An agent's first turn takes seconds, whatever the model."""


class TaskArguments(Outgoing):
    """What `llm-task` is given; the input may hold personal data where the register allows it."""

    prompt: Annotated[str, DataClass.RESTRICTED]
    input: Annotated[Any, DataClass.RESTRICTED]
    answer_schema: Annotated[
        dict[str, Any], DataClass.INTERNAL, Field(serialization_alias="schema")
    ]
    max_tokens: Annotated[int, DataClass.INTERNAL, Field(ge=1, serialization_alias="maxTokens")]
    milliseconds: Annotated[int, DataClass.INTERNAL, Field(serialization_alias="timeoutMs")]


class ToolCall(Outgoing):
    """One call of a tool of the gateway; its key only names the call, it dedups nothing."""

    tool: Annotated[Literal["llm-task"], DataClass.PUBLIC] = "llm-task"
    agent: Annotated[str, DataClass.INTERNAL, Field(serialization_alias="agentId")]
    key: Annotated[str, DataClass.INTERNAL, Field(serialization_alias="idempotencyKey")]
    args: Annotated[TaskArguments, DataClass.RESTRICTED]


class ToolProbe(Outgoing):
    """A call of a tool that an agent was not given, to see that it stays refused."""

    tool: Annotated[str, DataClass.PUBLIC]
    agent: Annotated[str, DataClass.INTERNAL, Field(serialization_alias="agentId")]
    args: Annotated[dict[str, Any], DataClass.PUBLIC] = Field(default_factory=dict)


class Said(Outgoing):
    """One message of a conversation."""

    role: Annotated[Literal["user"], DataClass.PUBLIC] = "user"
    content: Annotated[str, DataClass.PUBLIC]


class Conversation(Outgoing):
    """What an agent is told; here only by the operator who looks whether it works."""

    model: Annotated[str, DataClass.INTERNAL]
    messages: Annotated[tuple[Said, ...], DataClass.PUBLIC]


class OpenClawGateway:
    """`StructuredModel` over an OpenClaw gateway; which model it asks is the gateway's setting."""

    metadata: ClassVar = ConnectorMetadata(
        key="openclaw",
        name="OpenClaw gateway",
        name_ar="بوابة OpenClaw",
        api_version="2026.9.6",
        timeouts=Timeouts(connect=timedelta(seconds=5), answer=timedelta(seconds=30)),
        retries=Retries(timedelta(milliseconds=250), 2.0, timedelta(seconds=10), attempts=2),
        idempotency=Idempotency("content_hash", "resend", "It only answers; nothing is kept."),
        policy_class="A",
        data_class=DataClass.RESTRICTED,
        actions=("model.ask",),
        audit_events=("model.settings_changed", "processing.changed"),
        sends=(
            *(ToolCall, TaskArguments, ToolProbe, Said, Conversation),
            *(responses.AgentRequest, responses.AgentTool),
            *(responses.AgentWords, responses.AgentTold),
        ),
    )

    def __init__(self, transport: Transport, agent: str, reader: str) -> None:
        self._transport = transport
        self._agent = agent
        self._reader = reader

    @classmethod
    def of(cls, settings: Settings, secrets: SecretStore) -> Self:
        """The gateway of this installation; `NotConfigured` where none is set."""
        if settings.openclaw_url is None:
            raise NotConfigured("setting_missing", setting="DEALIX_OPENCLAW_URL")
        transport = Transport(
            PROVIDER,
            settings.openclaw_url,
            cls.metadata.timeouts,
            sandbox=settings.plays(settings.openclaw_url),
            token=secrets.get("openclaw.token"),
        )
        return cls(transport, settings.openclaw_agent, settings.openclaw_reader)

    @property
    def model(self) -> str:
        """See `StructuredModel.model`."""
        return f"openclaw/{self._agent}"

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def ask(self, question: Question) -> Reply:
        """See `StructuredModel.ask`; by `llm-task` it tells neither tokens nor a refusal."""
        if question.tools:
            return self._turn(question)
        call = ToolCall(
            agent=self._agent,
            key=question.key if question.repair is None else f"{question.key}:repair",
            args=TaskArguments(
                prompt=_prompt(question),
                input=json.loads(question.facts),
                answer_schema=dict(question.schema),
                max_tokens=question.most_tokens,
                milliseconds=max(1, int(question.seconds * 1000)),
            ),
        )
        answer = self._transport.send(
            Call(
                "model.ask",
                "POST",
                "/tools/invoke",
                body=call,
                dedups=True,
                within=Within(question.seconds, LARGEST_ANSWER),
            )
        )
        return _reply(answer.json, self.model)

    def _turn(self, question: Question) -> Reply:
        """One turn of the agent that reads, by the tools that the question offers."""
        agent = self._reader
        call = Call(
            "agent.turn",
            "POST",
            "/v1/responses",
            body=responses.request_of(question, agent, _prompt(question)),
            dedups=True,
            within=Within(question.seconds, LARGEST_ANSWER),
        )
        return responses.reply_of(self._transport.send(call).json, PROVIDER, f"openclaw/{agent}")

    def refuses(self, tool: str, agent: str | None = None) -> bool:
        """Whether an agent (that of steps unless named) is kept from a tool; it is called to see.

        Raises `ProviderRefused`, `ProviderUnavailable`.
        """
        call = ToolProbe(tool=tool, agent=agent or self._agent)
        answer = self._transport.send(
            Call(
                "tool.probe",
                "POST",
                "/tools/invoke",
                body=call,
                dedups=True,
                accepts=frozenset({NOT_ALLOWED}),
            )
        )
        return answer.status == NOT_ALLOWED

    def said_by(self, agent: str, words: str) -> str:
        """What an agent says to these words, with what tools it has.

        Raises `ProviderRefused`, `ProviderUnavailable`.
        """
        asked = Conversation(model=f"openclaw/{agent}", messages=(Said(content=words),))
        answer = self._transport.send(
            Call(
                "agent.ask",
                "POST",
                "/v1/chat/completions",
                body=asked,
                dedups=True,
                within=Within(TURN_SECONDS, LARGEST_ANSWER),
            )
        )
        try:
            return str(answer.json["choices"][0]["message"]["content"])
        except (KeyError, TypeError, IndexError):
            raise outcomes.unavailable(PROVIDER, "an unreadable answer") from None

    def probe(self) -> Health:
        """See `StructuredModel.probe`: whether the gateway says that it is ready."""

        def check() -> str:
            self._transport.send(Call("gateway.ready", "GET", "/readyz"))
            return "answers"

        return outcomes.probed(check)


def _prompt(question: Question) -> str:
    """The instructions with the schema, and behind them a repair.

    `llm-task` has no second turn, and it only checks the schema: it does not show it to the model.
    An agent knows no schema either; it has turns of its own for a repair.
    """
    schema = json.dumps(question.schema, ensure_ascii=False)
    asked = f"{question.instructions}\n\nJSON Schema of the answer:\n{schema}"
    if question.tools or question.repair is None:
        return asked
    return (
        f"{asked}\n\nAn earlier answer was:\n{question.repair.answer}\n\n"
        f"{question.repair.complaint}"
    )


def _reply(body: Any, asked: str) -> Reply:
    try:
        details = body["result"]["details"]
        found = details["json"]
        named = "/".join(str(details[each]) for each in ("provider", "model") if each in details)
    except (KeyError, TypeError):
        raise outcomes.unavailable(PROVIDER, "an unreadable answer") from None
    text = json.dumps(found, ensure_ascii=False)
    return Reply(text, named[:120] if named.isprintable() and named else asked, None, None)
