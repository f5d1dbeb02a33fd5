"""Who makes the vectors of a company: the model of this process, or the endpoint of a setting.

The endpoint is asked within the register of processing: nothing of a company that lets nothing
leave, and what is masked of one that lets it leave masked. Where it is away the search goes on
by words, and says so.
"""

import contextvars
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import Protocol

import numpy as np

from dealix.business.knowledge import embedding
from dealix.connectors.embeddings import EmbeddingsEndpoint
from dealix.errors import DealixError, NotConfigured, ProviderRefused, ProviderUnavailable
from dealix.lanes.provenance import FallBack, FallBackReason
from dealix.language.embedding import Vector
from dealix.store.session import Database
from dealix.trust.model_use.executor import reason_of
from dealix.trust.model_use.masking import Mask
from dealix.trust.privacy.processing import AI_ANALYSIS, entry_of

log = logging.getLogger(__name__)
QUESTION_SECONDS = 1.5
"""How long the endpoint may take: a search answers within three seconds whatever it does."""

PAUSE = 10.0
"""Seconds for which an endpoint that failed is left alone, so that no search waits for it."""

AT_ONCE = 8
"""Questions that wait for the endpoint in this process; others are answered by words."""


class NoVector(Exception):
    """The endpoint made none, because of this."""

    def __init__(self, because: FallBackReason) -> None:
        self.because: FallBackReason = because
        super().__init__(because)


class Embedder(Protocol):
    """Makes vectors for one company; `fall_back` says why not the one that was chosen does."""

    @property
    def name(self) -> str | None:
        """What stands beside each vector; None where nothing embeds."""
        ...

    @property
    def fall_back(self) -> FallBack | None:
        """Why the endpoint is not asked though there is one."""
        ...

    def question(self, text: str) -> Vector | None:
        """The vector of a question, None where nothing embeds; raises `NoVector`."""
        ...

    def passages(self, texts: Sequence[str], seconds: float) -> list[Vector | None]:
        """The vectors of pieces of documents, asked for no longer than that; raises `NoVector`."""
        ...


class InProcess:
    """`Embedder` by the model of this process."""

    def __init__(self, fall_back: FallBack | None = None) -> None:
        self.name = embedding.model()
        self.fall_back = fall_back

    def question(self, text: str) -> Vector | None:
        """See `Embedder`."""
        return embedding.of_question(text)

    def passages(self, texts: Sequence[str], seconds: float) -> list[Vector | None]:
        """See `Embedder`; what has begun in this process is brought to its end."""
        del seconds
        return [embedding.of_passage(text) for text in texts]


class ByEndpoint:
    """`Embedder` by the endpoint; `masked`: without the persons that can be told by their form."""

    fall_back: FallBack | None = None

    def __init__(self, door: "Door", *, masked: bool) -> None:
        self._door = door
        self._masked = masked
        self.name: str | None = door.endpoint.name

    def question(self, text: str) -> Vector | None:
        """See `Embedder`."""
        return self._door.question(self._leaving(embedding.head_of(text, "query")))

    def passages(self, texts: Sequence[str], seconds: float) -> list[Vector | None]:
        """See `Embedder`."""
        heads = [self._leaving(embedding.head_of(text, "passage")) for text in texts]
        return [*self._door.passages(heads, seconds)]

    def _leaving(self, text: str) -> str:
        return Mask().text(text) if self._masked else text


class Door:
    """The endpoint with its time limits, and left alone for a while when it has failed."""

    def __init__(self, endpoint: EmbeddingsEndpoint, pause: float) -> None:
        self.endpoint = endpoint
        self._pause = pause
        self._closed: tuple[float, FallBackReason] = (0.0, "unavailable")
        self._waiting = ThreadPoolExecutor(AT_ONCE, "embeddings")

    def question(self, text: str) -> Vector:
        """The vector of a question, or `NoVector` within `QUESTION_SECONDS` whatever comes."""
        self._assert_open()
        asked = contextvars.copy_context().run
        ask = self.endpoint.question
        told = self._waiting.submit(asked, ask, text, QUESTION_SECONDS)
        try:
            return _vector(told.result(QUESTION_SECONDS))
        except TooLate:
            told.cancel()
            raise self._failed("too_slow", "too_slow") from None
        except DealixError as error:
            raise self._failed(_because(error), error.code) from None

    def passages(self, texts: Sequence[str], seconds: float) -> list[Vector]:
        """The vectors of passages, all in one request."""
        self._assert_open()
        try:
            found = self.endpoint.passages(texts, seconds)
        except DealixError as error:
            raise self._failed(_because(error), error.code) from None
        return [_vector(each) for each in found]

    def _assert_open(self) -> None:
        until, because = self._closed
        if time.monotonic() < until:
            raise NoVector(because)

    def _failed(self, because: FallBackReason, code: str) -> NoVector:
        log.warning("the embeddings endpoint made no vector: %s (%s)", because, code)
        self._closed = (time.monotonic() + self._pause, because)
        return NoVector(because)


class Embedders:
    """Chooses who embeds for a company."""

    def __init__(self, endpoint: EmbeddingsEndpoint | None = None, pause: float = PAUSE) -> None:
        self._door = None if endpoint is None else Door(endpoint, pause)

    @property
    def names(self) -> list[str]:
        """What may stand beside vectors of this installation, by whoever made them."""
        given = [None if self._door is None else self._door.endpoint.name, embedding.model()]
        return [name for name in given if name is not None]

    def of(self, database: Database, tenant_id: str) -> Embedder:
        """Who embeds for a company: this process where nothing may leave it."""
        if self._door is None:
            return InProcess()
        with database.tenant(tenant_id) as session:
            leaves = entry_of(session, AI_ANALYSIS).leaves
        if leaves == "nothing":
            return InProcess(FallBack(chosen="model", because="not_permitted"))
        return ByEndpoint(self._door, masked=leaves == "masked")


def _vector(numbers: Sequence[float]) -> Vector:
    return np.asarray(numbers, dtype=np.float32)


def _because(error: DealixError) -> FallBackReason:
    """Why there is no vector; what is no provider's error is one of ours and goes on."""
    if isinstance(error, ProviderUnavailable):
        return reason_of(error)
    if isinstance(error, NotConfigured):
        return "not_configured"
    if isinstance(error, ProviderRefused):
        return (
            "rejected" if str(error.params.get("reason")).startswith("HTTP") else "invalid_answer"
        )
    raise error
