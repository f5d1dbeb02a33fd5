"""Files as the console hands them out: to take away, or a PDF of ours and its pages to look at."""

import re
from collections.abc import Callable
from typing import Literal
from urllib.parse import quote

from fastapi import Response

from dealix.business.papers.schemas import PDF
from dealix.business.partners.term_sheets import Fetched
from dealix.errors import NotFound
from dealix.printing.pictures import Size, sizes

Form = Literal["pdf", "docx"]
SHOWN = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""A PDF in a tab of its own loads nothing and runs nothing."""

UNSAFE = re.compile(r"[^A-Za-z0-9._ -]")


def download(name: str, media_type: str, content: bytes) -> Response:
    """A file that is always taken away and never opened in place."""
    return _file(name, media_type, content, "attachment")


def shown(name: str, content: bytes) -> Response:
    """A PDF of our own making, to be seen in a tab of its own."""
    answer = _file(name, "application/pdf", content, "inline")
    answer.headers["Content-Security-Policy"] = SHOWN
    return answer


def file_of(found: Fetched) -> Response:
    """A paper of ours: a PDF is seen in place, a Word document taken away."""
    if found.media_type == PDF:
        return shown(found.name, found.content)
    return download(found.name, found.media_type, found.content)


def picture(content: bytes) -> Response:
    """The picture of a paper's page, to be seen in a page of ours; no browser keeps it."""
    answer = _file("page.webp", "image/webp", content, "inline")
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    return answer


def sheets_of(fetch: Callable[[], Fetched]) -> list[Size]:
    """How large the pages of a PDF of ours are; none where it is not to be had (any more)."""
    try:
        return sizes(fetch().content)
    except NotFound:
        return []


def _file(name: str, media_type: str, content: bytes, disposition: str) -> Response:
    plain = UNSAFE.sub("_", name)
    headers = {
        "Content-Disposition": f'{disposition}; filename="{plain}"; '
        f"filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
