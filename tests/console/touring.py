"""A tour of every page: a window a language, seen at two widths, and what is looked at on each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.console.test_attacks import flat

from dealix.console.routes import router

SHOTS = Path(__file__).resolve().parents[2] / "var" / "shots"
WIDTHS = {"wide": 1280, "phone": 360}

NO_PAGES = {
    "/d/back": "leads on to the link that this browser had opened",
    "/language/{locale}": "keeps the language and leads back",
    "/parts/count": "the number in the menu, which every page shows",
    "/static/{path:path}": "assets",
    "/approvals/{approval_id}/paper/{form}": "a file",
    "/approvals/{approval_id}/paper/pages/{number}": "a picture",
    "/d/{token}/paper/{form}": "a file",
    "/d/{token}/paper/pages/{number}": "a picture",
    "/p/{token}/terms/{form}": "a file",
    "/template/trial/{document}/{prevailing}/{form}": "a file",
    "/template/trial/{document}/{prevailing}/pages/{number}": "a picture",
    "/template/versions/{version}/docx": "a file",
    "/runs/{run_id}/negotiation/{version}/{form}": "a file",
    "/runs/{run_id}/negotiation/{version}/pages/{number}": "a picture",
    "/p/{token}/terms/pages/{number}": "a picture",
    "/knowledge/documents/{document_id}/file": "a file",
    "/proposals/{run_id}/pdf": "a file",
    "/leads/list.csv": "a file",
    "/mailbox/{message}/attachments/{number}": "a file",
}
"""Addresses that answer GET and are no page, each with its reason."""

BRANDS = (
    *("Dealix", "Temporal", "OpenClaw", "Celery", "WhatsApp", "HubSpot", "DocuSign", "Wathq"),
    *("ZIP", "PDF", "DOCX", "Word", "CSV", "JSON", "UTC", "SLA", "English"),
    *("UTF", "SHA", "Windows"),
)
"""What stands in Latin letters on an Arabic page, too."""

SPOKEN = """brands => {
  const kept = 'script, style, textarea, code, .mono, .letter, [lang]:not(html), input, datalist';
  const keys = [], foreign = [];
  const look = (text, own) => {
    keys.push(...(text.match(/\\b[a-z]+(?:_[a-z0-9]+)+\\b/g) ?? []));
    if (/^[a-z_]+(?:\\.[a-z_]+)+$/.test(text)) keys.push(text);
    if (document.documentElement.lang !== 'ar') return;
    if (own) {  // a value in its own language: only a key of the program is all in small letters
      if (/^[a-z]+(?: [a-z]+)*$/.test(text)) foreign.push(text);
    } else {
      foreign.push(...(text.match(/[A-Za-z]{2,}/g) ?? []).filter(w => !brands.includes(w)));
    }
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    if (text && !at.closest(kept)) look(text, at.closest('bdi') !== null);
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
    for (const e of document.querySelectorAll(`[${name}]:not([dir=ltr])`)) {
      look(e.getAttribute(name), false);
    }
  }
  return [[...new Set(keys)], [...new Set(foreign)]];
}"""
"""Raw keys of the program, and words in Latin letters that an Arabic page should not have."""


CONTRAST = """() => {
  const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const parse = text => {
    const found = text.match(/[\\d.]+/g).map(Number);
    return [...found.slice(0, 3), found[3] ?? 1];
  };
  const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3]));
  const behind = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      layers.push(parse(getComputedStyle(e).backgroundColor));
    }
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    const text = node.textContent.trim();
    if (!text || !element.checkVisibility() || element.closest('.unseen')) continue;
    const style = getComputedStyle(element), back = behind(element);
    const a = light(over(parse(style.color), back)), b = light(back);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 600;
    const needed = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    if (ratio < needed) poor.push(text.slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return poor;
}"""

NAMELESS = """() => [
    ...document.querySelectorAll('input, select, textarea, button, a[href], progress')
  ].filter(e => e.type !== 'hidden')
  .filter(e => !(e.labels && [...e.labels].some(l => l.textContent.trim()))
    && !e.textContent.trim() && !e.getAttribute('aria-label'))
  .map(e => e.outerHTML.slice(0, 120))"""

PICTURES = """async () => {
  for (const one of document.querySelectorAll('img[loading=lazy]')) {
    if (!one.checkVisibility()) continue;
    one.loading = 'eager';
    await one.decode();
  }
}"""
"""What is drawn only once somebody scrolls to it, drawn now."""

WIDER = """() => [...document.querySelectorAll('body *')]
  .filter(e => {
    const box = e.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 1 || box.left < -1);
  }).slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""


@dataclass
class Tour:
    """One window in one language, which goes from page to page as one person after another."""

    page: Any
    console: Any
    locale: str
    said: list[str] = field(default_factory=list)

    def go(self, handle: str | None, path: str) -> None:
        """Open a page as this person, or as nobody."""
        context, url = self.page.context, self.console.url
        context.clear_cookies()
        cookies = [{"name": "dealix_language", "value": self.locale, "url": url}]
        if handle:
            token = self.console.person(*handle.split("@"))["token"]
            cookies.append({"name": "dealix_session", "value": token, "url": url})
        context.add_cookies(cookies)
        self.said.clear()
        self.page.set_viewport_size({"width": WIDTHS["wide"], "height": 800})
        self.page.goto("about:blank")  # what the page before is still asking for ends with it
        self.page.goto(url + path)
        self.page.evaluate("document.fonts.ready")

    def shoot(self, name: str, width: str) -> None:
        """Look at the page at this width and keep the picture."""
        self.page.set_viewport_size({"width": WIDTHS[width], "height": 800})
        self.page.evaluate(PICTURES)
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}-{self.locale}-{width}.png", full_page=True)


def tours(console: Any, browser: Any) -> Iterator[dict[str, Tour]]:
    """A window for each language; what their consoles say and what they ask for is kept."""
    made = {}
    for locale in ("ar", "en"):
        tour = Tour(browser.new_context().new_page(), console, locale)
        tour.page.set_default_timeout(30_000)
        tour.page.on("console", lambda message, said=tour.said: said.append(message.text))
        tour.page.on("pageerror", lambda error, said=tour.said: said.append(str(error)))
        tour.page.on("request", lambda asked, said=tour.said: foreign(console, asked.url, said))
        made[locale] = tour
    yield made
    for tour in made.values():
        tour.page.context.close()


def foreign(console: Any, address: str, said: list[str]) -> None:
    """Note an address outside the console."""
    # The last one is how the browser itself shows a PDF.
    if not address.startswith((console.url, "data:", "chrome-extension:", "chrome:")):
        said.append(f"a page asked {address}")


def unseen(paths: Iterator[str]) -> set[str]:
    """The pages of the application that none of these paths leads to, without a reason."""
    routes = [route for route in flat(router) if "GET" in route.methods]
    seen = set()
    for path in paths:
        bare = re.sub(r"\{(\w+)\}", r"\1", path.partition("?")[0])
        seen |= {next((r.path for r in routes if r.path_regex.match(bare)), "")}
    return {route.path for route in routes} - seen - NO_PAGES.keys()
