"""An embeddings endpoint is believed only where its vectors are of these texts and fit."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from tests.connectors.conftest import Peer, Script
from tests.connectors.test_llm import HEAD, answering
from tests.sandbox.conftest import EMBEDDINGS_KEY, Sandbox

from dealix.connectors.embeddings import EmbeddingsEndpoint
from dealix.connectors.secrets import LocalSecrets
from dealix.errors import NotConfigured, ProviderError, ProviderRefused, ProviderUnavailable
from dealix.language.embedding import DIMENSIONS
from dealix.settings import Settings

Start = Callable[[Script], Peer]
ONE = [1.0] + [0.0] * (DIMENSIONS - 1)


@contextmanager
def endpoint(url: str, key: str = EMBEDDINGS_KEY, **given: Any) -> Iterator[EmbeddingsEndpoint]:
    secrets = LocalSecrets(environment={"DEALIX_SECRET_EMBEDDINGS_KEY": key} if key else {})
    made = EmbeddingsEndpoint.of(Settings(embeddings_url=f"{url}/v1", **given), secrets)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def played(sandbox: Sandbox) -> Iterator[EmbeddingsEndpoint]:
    with endpoint(f"http://{sandbox.http_address}") as made:
        yield made


def heard(sandbox: Sandbox) -> list[dict[str, Any]]:
    rows = sandbox.client.get("/_sandbox/requests", params={"provider": "embeddings"}).json()
    return [json.loads(each["body"]) for each in rows]


def answer(*rows: Any) -> Script:
    body = json.dumps({"data": list(rows)}).encode()
    length = b"content-length: %d\r\n\r\n" % len(body)
    return answering(HEAD + length + body)


def row(index: Any, vector: Any) -> dict[str, Any]:
    return {"object": "embedding", "index": index, "embedding": vector}


def test_texts_become_vectors_of_length_one_in_their_order(played: EmbeddingsEndpoint) -> None:
    texts = ["a warranty of three years", "ضمان الأجهزة ثلاث سنوات", "odd \ud800\0 bytes"]
    first, second, _ = found = played.passages(texts, 5.0)
    assert [len(each) for each in found] == [DIMENSIONS] * 3
    assert np.allclose(np.linalg.norm(found, axis=1), 1)
    assert played.question(texts[1], 5.0) == second
    near = np.dot(played.question("three years", 5.0), [first, second][0])
    assert near > np.dot(played.question("three years", 5.0), second)


def test_what_stands_before_a_text_and_a_shorter_vector_are_asked_for_by_setting(
    sandbox: Sandbox,
) -> None:
    url = f"http://{sandbox.http_address}"
    more = {"embeddings_before_question": "query: ", "embeddings_before_passage": "passage: "}
    with endpoint(url, embeddings_shorten=True, embeddings_name="big", **more) as made:
        made.question("a", 5.0)
        made.passages(["b", "c"], 5.0)
        name = made.name
    asked, passages = heard(sandbox)[-2:]
    assert (asked["model"], asked["input"], asked["dimensions"]) == ("big", ["query: a"], 384)
    assert passages["input"] == ["passage: b", "passage: c"]
    with endpoint(url, embeddings_name="big") as other:
        other.question("a", 5.0)
        assert other.name.partition("@")[0] == name.partition("@")[0] == "big/384"
        assert other.name != name, "vectors made otherwise are never compared"
    assert "dimensions" not in heard(sandbox)[-1]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("broken_json", ProviderUnavailable),
        ("cut_off", ProviderRefused),
        ("error_500", ProviderUnavailable),
        ("injected", ProviderRefused),
        ("not_numbers", ProviderRefused),
        ("rate_limited", ProviderUnavailable),
        ("slow", ProviderUnavailable),
        ("timeout_after", ProviderUnavailable),
        ("timeout_before", ProviderUnavailable),
        ("wrong_dimensions", ProviderRefused),
        ("wrong_schema", ProviderRefused),
    ],
)
def test_a_fault_is_an_error_of_the_provider_and_never_a_vector(
    played: EmbeddingsEndpoint, sandbox: Sandbox, fault: str, error: type[ProviderError]
) -> None:
    sandbox.fault("embeddings", fault)
    began = time.monotonic()
    with pytest.raises(error) as caught:
        played.passages(["a", "b"], 1.0)
    assert time.monotonic() - began < 2.5
    assert (caught.value.code == "embeddings_dimensions") == (fault == "wrong_dimensions")
    assert len(played.passages(["a", "b"], 5.0)) == 2


@pytest.mark.parametrize(
    "rows",
    [
        [],
        ["text"],
        [row(0, ONE), row(0, ONE)],
        [row(0, [*ONE[:-1], True])],
        [row(0, [*ONE[:-1], "1"])],
        [row(0, [*ONE[:-1], None])],
        [row(0, [*ONE[:-1], float("inf")])],
        [row(0, [*ONE[:-1], 10**400])],
        [row(0, [0.0] * DIMENSIONS)],
        [row(0, {"0": 1})],
        [row(1, ONE)],
        [row("0", ONE)],
        [{"embedding": ONE}],
    ],
    ids=range(13),
)
def test_what_is_no_vector_of_the_text_is_refused(peer: Start, rows: list[Any]) -> None:
    server = peer(answer(*rows))
    with endpoint(f"http://{server.address}") as made, pytest.raises(ProviderRefused):
        made.question("stream", 5.0)


def test_it_is_probed_without_a_text_and_says_what_is_wrong(sandbox: Sandbox) -> None:
    url = f"http://{sandbox.http_address}"
    before = len(heard(sandbox))
    with endpoint(url) as made:
        assert made.probe().ok
    with endpoint(url, key="wrong") as other:
        assert not other.probe().ok
        with pytest.raises(ProviderRefused, match="HTTP 401"):
            other.question("a", 5.0)
    assert len(heard(sandbox)) == before + 1
    with pytest.raises(NotConfigured, match="DEALIX_EMBEDDINGS_URL"):
        EmbeddingsEndpoint.of(Settings(), LocalSecrets(environment={}))
