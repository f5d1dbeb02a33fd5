"""Asks an OpenAI-compatible endpoint for vectors of texts, and believes none that does not fit.

Source: OpenAI's API reference (`POST /embeddings`, `GET /models`), which vLLM, Ollama, llama.cpp,
TEI and the clouds' gateways speak too.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Self

from dealix.connectors import outcomes
from dealix.connectors.data_class import DataClass, Outgoing
from dealix.connectors.metadata import ConnectorMetadata, Health, Idempotency, Retries, Timeouts
from dealix.connectors.secrets import SecretStore, secret_or_none
from dealix.connectors.transport import Call, Transport, Within
from dealix.errors import NotConfigured, ProviderRefused
from dealix.language.embedding import DIMENSIONS, sayable
from dealix.settings import Settings

PROVIDER = "embeddings"
LARGEST_ANSWER = 4_000_000
"""Bytes of an answer that are read: sixteen vectors of 4,096 numbers take two million."""


class EmbeddingsRequest(Outgoing):
    """Texts as the endpoint takes them; they may hold personal data where the register allows it.

    `dimensions` is sent to a model that can shorten its vectors, and to no other.
    """

    model: Annotated[str, DataClass.INTERNAL]
    input: Annotated[list[str], DataClass.RESTRICTED]
    encoding_format: Annotated[str, DataClass.PUBLIC] = "float"
    dimensions: Annotated[int | None, DataClass.INTERNAL] = None


@dataclass(frozen=True)
class Wanted:
    """Which model is asked, and how: with what before each text, and whether to shorten."""

    model: str
    before_question: str = ""
    before_passage: str = ""
    shorten: bool = False


class EmbeddingsEndpoint:
    """Vectors of 384 numbers of length one. The base address ends where `/embeddings` begins."""

    metadata: ClassVar = ConnectorMetadata(
        key="embeddings",
        name="Embeddings endpoint (OpenAI-compatible)",
        name_ar="خدمة التضمين (متوافقة مع OpenAI)",
        api_version="v1",
        timeouts=Timeouts(connect=timedelta(seconds=2), answer=timedelta(seconds=10)),
        retries=Retries(timedelta(seconds=10), 1.0, timedelta(seconds=10)),
        idempotency=Idempotency("content_hash", "resend", "It only answers; nothing is kept."),
        policy_class="A",
        data_class=DataClass.RESTRICTED,
        actions=("embeddings.make",),
        audit_events=("processing.changed",),
        sends=(EmbeddingsRequest,),
    )

    def __init__(self, transport: Transport, address: str, wanted: Wanted) -> None:
        self._transport = transport
        self._wanted = wanted
        told = f"{address.rstrip('/')}\n{wanted}"
        mark = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:8]
        self.name = f"{wanted.model}/{DIMENSIONS}@{mark}"
        """What stands beside each vector: another address or other settings are another model."""

    @classmethod
    def of(cls, settings: Settings, secrets: SecretStore) -> Self:
        """The endpoint of this installation; `NotConfigured` where none is set, never the sandbox.

        A server of one's own may need no key, so a missing one is sent as none.
        """
        address = settings.embeddings_url
        if address is None:
            raise NotConfigured("setting_missing", setting="DEALIX_EMBEDDINGS_URL")
        transport = Transport(
            PROVIDER,
            address,
            cls.metadata.timeouts,
            sandbox=settings.plays(address),
            token=secret_or_none(secrets, "embeddings.key"),
        )
        wanted = Wanted(
            settings.embeddings_name,
            settings.embeddings_before_question,
            settings.embeddings_before_passage,
            settings.embeddings_shorten,
        )
        return cls(transport, address, wanted)

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def question(self, text: str, seconds: float) -> list[float]:
        """The vector of a question; raises as `passages` does."""
        return self._made([self._wanted.before_question + text], seconds)[0]

    def passages(self, texts: Sequence[str], seconds: float) -> list[list[float]]:
        """The vectors of pieces of documents, in their order; one request for all of them.

        Raises:
            ProviderRefused: `embeddings_dimensions`, the vectors have another length; or it said
                no, or its answer is no vectors of these texts.
            ProviderUnavailable: it did not answer, or not within `seconds`.
        """
        return self._made([self._wanted.before_passage + text for text in texts], seconds)

    def probe(self) -> Health:
        """Whether it answers and accepts our key: reads the list of models."""

        def check() -> str:
            self._transport.send(Call("model.list", "GET", "models"))
            return "answers"

        return outcomes.probed(check)

    def _made(self, texts: Sequence[str], seconds: float) -> list[list[float]]:
        request = EmbeddingsRequest(
            model=self._wanted.model,
            input=[sayable(text) for text in texts],
            dimensions=DIMENSIONS if self._wanted.shorten else None,
        )
        within = Within(seconds, LARGEST_ANSWER)
        call = Call(
            "embeddings.make", "POST", "embeddings", body=request, dedups=True, within=within
        )
        return _vectors(self._transport.send(call).json, len(texts))


def _vectors(body: Any, many: int) -> list[list[float]]:
    """The vectors of an answer in the order of their texts; refused where one does not fit."""
    try:
        rows = sorted(body["data"], key=lambda row: row["index"])
        whole = [row["index"] for row in rows] == list(range(many))
        found = [row["embedding"] for row in rows]
        if not whole or not all(isinstance(each, list) for each in found):
            raise outcomes.refused(PROVIDER, "vectors of other texts")
        return [_of_length_one(each) for each in found]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise outcomes.refused(PROVIDER, "an unreadable answer") from None


def _of_length_one(numbers: list[Any]) -> list[float]:
    if len(numbers) != DIMENSIONS:
        raise ProviderRefused(
            "embeddings_dimensions", provider=PROVIDER, found=len(numbers), needed=DIMENSIONS
        )
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in numbers):
        raise TypeError
    length = math.hypot(*numbers)
    if not math.isfinite(length) or length == 0:
        raise ValueError
    return [each / length for each in numbers]
