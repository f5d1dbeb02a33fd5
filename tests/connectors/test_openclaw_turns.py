"""What a hostile or broken gateway answers to a turn of its agent is never an answer."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from tests.connectors.conftest import Peer, Script

from dealix.connectors.llm.questions import ModelCutOff, Offered, Question, Reply
from dealix.connectors.openclaw import OpenClawGateway
from dealix.connectors.secrets import LocalSecrets
from dealix.errors import ProviderError
from dealix.settings import Settings

Start = Callable[[Script], Peer]
SCHEMA = {"type": "object", "properties": {}}
CALL = {"type": "function_call", "call_id": "c1", "name": "read", "arguments": "{}"}
WORDS = {"type": "message", "content": [{"type": "output_text", "text": "{}"}]}
WHOLE = {"id": "resp_1", "status": "completed", "output": [WORDS], "model": "openclaw/steps-reads"}


def answering(body: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        heard = b""
        while b'"stream":false' not in heard:
            heard += connection.recv(65_536)
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        connection.sendall(head % len(body) + body)

    return script


def asked(peer: Peer) -> Reply:
    settings = Settings(openclaw_url=f"http://{peer.address}")
    secrets = LocalSecrets(environment={"DEALIX_SECRET_OPENCLAW_TOKEN": "token"})
    gateway = OpenClawGateway.of(settings, secrets)
    tools = (Offered("read", "Reads.", SCHEMA),)
    try:
        return gateway.ask(Question("a.b", "key", "do", "{}", SCHEMA, 5.0, 100, tools=tools))
    finally:
        gateway.close()


def test_words_and_calls_are_told_apart(peer: Start) -> None:
    found = asked(peer(answering(json.dumps(WHOLE).encode())))
    assert (found.text, found.calls, found.mark) == ("{}", (), "resp_1")
    said = {**WHOLE, "output": [WORDS, {**CALL, "arguments": {"limit": 1}}]}
    found = asked(peer(answering(json.dumps(said).encode())))
    [call] = found.calls
    assert (found.text, call.id, call.name, call.arguments) == ("", "c1", "read", '{"limit": 1}')
    assert (found.tokens_in, found.tokens_out) == (None, None)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {**WHOLE, "id": 7},
        {**WHOLE, "status": "failed"},
        {**WHOLE, "output": "words"},
        {**WHOLE, "output": [{"type": "message", "content": "words"}]},
        {**WHOLE, "output": [{**CALL, "call_id": None}]},
        {**WHOLE, "output": [{**CALL, "call_id": ""}]},
        {**WHOLE, "output": [{**CALL, "name": ["read"]}]},
        {**WHOLE, "usage": 3},
    ],
    ids=range(10),
)
def test_what_is_neither_is_refused(peer: Start, body: Any) -> None:
    with pytest.raises(ProviderError):
        asked(peer(answering(json.dumps(body).encode())))


def test_an_answer_that_ended_early_is_cut_off(peer: Start) -> None:
    body = json.dumps({**WHOLE, "status": "incomplete"}).encode()
    with pytest.raises(ModelCutOff):
        asked(peer(answering(body)))
