"""Files as the console hands them out: to take away, or a PDF of ours to look at in its page."""

import re
from urllib.parse import quote

from fastapi import Response

FRAMED = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""A PDF may be shown in a page of ours; it loads nothing and runs nothing."""

UNSAFE = re.compile(r"[^A-Za-z0-9._ -]")


def download(name: str, media_type: str, content: bytes) -> Response:
    """A file that is always taken away and never opened in place."""
    return _file(name, media_type, content, "attachment")


def shown(name: str, content: bytes) -> Response:
    """A PDF of our own making, to be seen in a page of ours or in a tab of its own."""
    answer = _file(name, "application/pdf", content, "inline")
    answer.headers["Content-Security-Policy"] = FRAMED
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _file(name: str, media_type: str, content: bytes, disposition: str) -> Response:
    plain = UNSAFE.sub("_", name)
    headers = {
        "Content-Disposition": f'{disposition}; filename="{plain}"; '
        f"filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
