"""What a hostile or broken endpoint sends is bounded in time and size, and is never an answer."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.connectors.conftest import Peer, Script

from dealix.connectors.llm import ChatCompletions, Question
from dealix.connectors.llm.questions import LARGEST_ANSWER
from dealix.connectors.secrets import LocalSecrets
from dealix.errors import NotConfigured, ProviderError, ProviderRefused, ProviderUnavailable
from dealix.settings import Settings

Start = Callable[[Script], Peer]
CALL = {"id": "1", "type": "function", "function": {"name": "exec", "arguments": "{}"}}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@contextmanager
def asking(peer: Peer) -> Iterator[Callable[..., Any]]:
    url = f"http://{peer.address}"
    settings = Settings(sandbox_url=url, model_url=f"{url}/v1")
    model = ChatCompletions.of(settings, LocalSecrets(environment={}))

    def ask(seconds: float = 5.0) -> Any:
        schema = {"type": "object", "properties": {}}
        return model.ask(Question("a.b", "key", "do", "{}", schema, seconds, 100))

    try:
        yield ask
    finally:
        model.close()


def answering(*parts: bytes, pause: float = 0) -> Script:
    def script(connection: socket.socket) -> None:
        heard = b""
        while b"stream" not in heard:
            heard += connection.recv(65_536)
        assert b"accept-encoding: identity" in heard.lower()
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
        except OSError:
            return

    return script


def whole(body: bytes, *headers: bytes) -> Script:
    lines = [*headers, b"content-length: %d" % len(body)]
    return answering(HEAD + b"\r\n".join(lines) + b"\r\n\r\n" + body)


def test_an_answer_that_drips_ends_in_time(peer: Start) -> None:
    server = peer(answering(HEAD + b"content-length: 999\r\n\r\n", *[b" "] * 60, pause=0.05))
    with asking(server) as ask:
        began = time.monotonic()
        with pytest.raises(ProviderUnavailable, match="ReadTimeout"):
            ask(seconds=0.3)
        assert time.monotonic() - began < 2


def test_an_answer_without_end_or_packed_is_not_read(peer: Start) -> None:
    endless = answering(HEAD + b"\r\n", *[b" " * 60_000] * (LARGEST_ANSWER // 60_000 + 2))
    packed = whole(b"\x1f\x8b\x08", b"content-encoding: gzip")
    for script, said in ((endless, "too large"), (packed, "packed")):
        with asking(peer(script)) as ask, pytest.raises(ProviderRefused, match=said):
            ask()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": "text"}]}',
        json.dumps({"choices": [{"message": {"content": ["a"]}}]}).encode(),
        json.dumps({"choices": [{"message": {}}], "usage": 3}).encode(),
        json.dumps({"choices": [{"message": {"tool_calls": "all"}}]}).encode(),
        json.dumps({"choices": [{"message": {"tool_calls": [{"id": "1"}]}}]}).encode(),
        json.dumps({"choices": [{"message": {"tool_calls": [CALL]}}]}).encode(),
    ],
    ids=range(11),
)
def test_no_chat_completion_is_no_answer(peer: Start, body: bytes) -> None:
    with asking(peer(whole(body))) as ask, pytest.raises(ProviderError):
        ask()


def test_what_an_endpoint_says_of_itself_is_kept_harmless(peer: Start) -> None:
    message = {"content": "{}", "refusal": None}
    usage = {"prompt_tokens": -5, "completion_tokens": True}
    told = {"choices": [{"message": message}], "usage": usage, "model": "<b>evil\u202e"}
    with asking(peer(whole(json.dumps(told).encode()))) as ask:
        found = ask()
    assert (found.model, found.tokens_in, found.tokens_out) == ("default", None, None)


def test_without_an_address_it_says_so_and_the_sandbox_never_stands_in() -> None:
    with pytest.raises(NotConfigured, match="DEALIX_MODEL_URL"):
        ChatCompletions.of(Settings(sandbox_url="http://127.0.0.1:1"), LocalSecrets(environment={}))
