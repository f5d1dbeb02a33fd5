"""Turns a text into hashed n-grams of characters and words, with numpy alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint64]

_BASE = 0x9E3779B97F4A7C15
_MIX = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Grams:
    """Which n-grams count: characters from 1 to `characters`, words from 1 to `words`.

    `bits` is the size of the table in which they end. Training and running share this class, so a
    model says with which numbers it was made.
    """

    bits: int
    characters: int = 5
    words: int = 2

    def counted(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The rows of the n-grams of a spelled text, each once, with its damped count.

        Counts are `1 + log(n)` and have length 1 together, so that texts of any length compare.
        """
        rows = self.rows(text)
        found, counts = np.unique(rows, return_counts=True)
        damped = (1.0 + np.log(counts)).astype(np.float32)
        norm = float(np.sqrt(np.dot(damped, damped))) or 1.0
        return found, damped / np.float32(norm)

    def rows(self, text: str) -> NDArray[np.int64]:
        """The row of each n-gram in the order in which they stand, repetitions included."""
        codes = np.frombuffer(f" {text} ".encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
        parts = [*self._of_characters(codes), *self._of_words(codes)]
        mixed = np.concatenate(parts)
        mixed ^= mixed >> _HALF
        mixed *= _MIX
        mixed ^= mixed >> _HALF
        return (mixed >> np.uint64(64 - self.bits)).astype(np.int64)

    def _of_characters(self, codes: Codes) -> list[Codes]:
        found: list[Codes] = []
        rolled = np.zeros(len(codes) + 1, dtype=np.uint64)
        for n in range(1, self.characters + 1):
            if len(codes) < n:
                break
            rolled = rolled[: len(codes) - n + 1] * np.uint64(_BASE) + codes[n - 1 :]
            found.append(rolled + np.uint64(n * 0x1000003))
        return found

    def _of_words(self, codes: Codes) -> list[Codes]:
        gaps = np.flatnonzero(codes == np.uint64(32))
        if len(gaps) < 2:
            return []
        hashes = []
        for start, end in zip(gaps[:-1].tolist(), gaps[1:].tolist(), strict=True):
            if end - start > 1:
                hashes.append(_hash(codes[start + 1 : end].tolist()))
        words = np.array(hashes, dtype=np.uint64)
        found = [words + np.uint64(0xABCDEF)]
        for n in range(1, self.words):
            if len(words) > n:
                joined = words[:-n] * np.uint64(_BASE) + words[n:]
                found.append(joined + np.uint64(0xABCDEF + n))
        return found


def _hash(codes: list[int]) -> int:
    value = 7
    for code in codes:
        value = (value * _BASE + code) & _MASK
    return value
