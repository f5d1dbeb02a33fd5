"""A person with a browser that knows no script: pages, their forms, and what they send."""

import html
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import httpx

VOID = {"img", "input", "meta", "link", "br", "use"}


class Forms(HTMLParser):
    """Every form of a page with what it would send as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, Any]] = []
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({"action": given.get("action", ""), "values": {}, "buttons": []})
        if not self.found:
            return
        values = self.found[-1]["values"]
        name = given.get("name", "")
        if tag == "input" and name:
            if given.get("type") in {"checkbox", "radio"}:
                if "checked" in given:
                    held = values.get(name, [])
                    several = [*(held if isinstance(held, list) else [held]), given["value"]]
                    values[name] = several if len(several) > 1 else given["value"]
            else:
                values[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
            values[name] = ""
        elif tag == "option" and "selected" in given and self._select:
            values[self._select] = given["value"]
        elif tag == "textarea":
            self._area = name
            values[name] = ""
        elif tag == "button" and name:
            self.found[-1]["buttons"].append((name, given.get("value", "")))

    def handle_data(self, data):
        if self._area and self.found:
            self.found[-1]["values"][self._area] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = None


class Words(HTMLParser):
    """The text that a page shows; what stands in `skip` is left out."""

    def __init__(self, skip: tuple[str, ...] = ("style", "script")) -> None:
        super().__init__()
        self.skip, self.depth, self.parts = skip, 0, []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if self.depth:
            self.depth += tag not in VOID
            return
        skipped = {tag, *(given.get("class") or "").split()} & set(self.skip)
        is_other_language = given.get("lang") == "en" and tag != "html"
        if skipped or is_other_language:
            self.depth = 1

    def handle_endtag(self, tag):
        if self.depth and tag not in VOID:
            self.depth -= 1

    def handle_data(self, data):
        if not self.depth:
            self.parts.append(data)


@dataclass
class Page:
    """An answer as its reader sees it."""

    answer: httpx.Response

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.url.path

    @property
    def source(self) -> str:
        return self.answer.text

    @property
    def text(self) -> str:
        """What is read, without marks, blanks made one."""
        return self.words()

    def words(self, skip: tuple[str, ...] = ("style", "script")) -> str:
        parser = Words(skip)
        parser.feed(self.source)
        return re.sub(r"\s+", " ", "".join(parser.parts)).strip()

    def form(self, action: str) -> dict[str, Any]:
        """The form that is sent to `action`."""
        parser = Forms()
        parser.feed(self.source)
        found = [form for form in parser.found if form["action"] == action]
        assert found, f"no form for {action} on {self.path}"
        return found[0]

    def entries(self) -> list[tuple[str, str, str]]:
        """The drawn timeline: kind, name, status."""
        pattern = r'<li data-kind="([^"]*)" data-name="([^"]*)"(?: data-status="([^"]*)")?'
        return re.findall(pattern, self.source)

    def links(self, start: str) -> list[str]:
        """Addresses on the page that begin with `start`, each once."""
        found = re.findall(r'href="([^"]+)"', self.source)
        return list(dict.fromkeys(html.unescape(h) for h in found if h.startswith(start)))


class Visitor:
    """A browser without scripts, signed in or not."""

    def __init__(self, url: str, locale: str | None = "en", session: str | None = None) -> None:
        self.client = httpx.Client(
            base_url=url,
            follow_redirects=True,
            timeout=60,
            trust_env=False,
            headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"},
        )
        if locale:
            self.client.cookies.set("dealix_language", locale)
        if session:
            self.client.cookies.set("dealix_session", session)

    def get(self, path: str, **more: Any) -> Page:
        return Page(self.client.get(path, **more))

    def post(self, path: str, data: dict[str, Any]) -> Page:
        return Page(self.client.post(path, data=data))

    def send(self, page: Page, action: str, **values: Any) -> Page:
        """Fill in a form of a page and send it."""
        return self.post(action, {**page.form(action)["values"], **values})

    def until(
        self, path: str, seen: Callable[[Page], bool], what: str, seconds: float = 60
    ) -> Page:
        """Look again until the page shows it."""
        end = time.monotonic() + seconds
        while True:
            page = self.get(path)
            if seen(page):
                return page
            assert time.monotonic() < end, f"{path} never showed {what}: {page.text[-2000:]}"
            time.sleep(0.2)
