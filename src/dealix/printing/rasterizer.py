"""Draws the pages of a PDF as pictures, as a program of its own that may die of what it reads.

It takes a PDF and writes each page as a length of four bytes and a picture. It imports nothing of
ours, so that it starts fast and holds no secret when a hostile file takes it over.
"""

import io
import math
import resource
import sys
from typing import Any

MOST_PAGES = 30
WIDTH = 1240
MOST_PIXELS = WIDTH * 2480
SECONDS, ROOM = 10, 1 << 30
"""Seconds of the processor and bytes of memory that it allows itself."""


def main() -> None:
    """Bind oneself, read, draw, write."""
    for what, limit in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, ROOM),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    content = sys.stdin.buffer.read()
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    for number in range(min(len(document), MOST_PAGES)):
        picture = _drawn(document[number])
        sys.stdout.buffer.write(len(picture).to_bytes(4, "big") + picture)
        sys.stdout.buffer.flush()


def _drawn(page: Any) -> bytes:
    """One page, as wide as pictures are unless it would hold too many pixels."""
    width, height = page.get_size()
    scale = min(WIDTH / width, math.sqrt(MOST_PIXELS / (width * height)))
    bitmap = page.render(scale=scale, may_draw_forms=False)
    buffer = io.BytesIO()
    bitmap.to_pil().save(buffer, "WEBP", lossless=True, quality=40, method=2)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
