"""Draws a page: Jinja templates, the visitor's language, and headers that allow no foreign code."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from dealix.console.visit import Visit
from dealix.errors import DealixError

HERE = Path(__file__).parent
STATIC = HERE / "static"
POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@cache
def environment() -> Environment:
    """The templates; a name that a page does not know is an error, never an empty place."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def asset_version() -> str:
    """Changes with every asset, so that browsers may keep them for a year."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.rglob("*")):
        if file.is_file():
            digest.update(str(file.relative_to(STATIC)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def page(
    visit: Visit,
    template: str,
    /,
    status: int = 200,
    told: DealixError | None = None,
    **context: Any,
) -> HTMLResponse:
    """The page `template` for this visitor; `told` is the error that it says, with its status."""
    speech = visit.speech
    status = told.status if told is not None else status
    wait = told.retry_after if told is not None else None
    text = (
        environment()
        .get_template(template)
        .render(
            visit=visit,
            speech=speech,
            actor=visit.actor,
            status=status,
            locale=speech.locale,
            asset=lambda path: f"/static/{path}?v={asset_version()}",
            _=speech.say,
            _n=speech.count,
            plain=speech.plain,
            **context,
        )
    )
    headers = HEADERS if wait is None else HEADERS | {"Retry-After": str(wait)}
    return HTMLResponse(text, status_code=status, headers=headers)
