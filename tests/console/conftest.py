import itertools
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import spare_the_disk
from tests.console.visiting import Page, Visitor

from dealix.engines.stack import Stack

ANSWER = "partner_answer"
PATIENCE = 60.0
_numbers = itertools.count(500)


@dataclass
class Console:
    """The whole stack as `make up` starts it, and the people of the example company."""

    record: dict[str, Any]
    home: Path
    client: httpx.Client
    visitors: list[Visitor] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.record["url"]

    def person(self, handle: str, tenant: str = "rawabi-sa") -> dict[str, Any]:
        email = f"{handle}@{tenant}.example"
        return next(one for one in self.record["sign_ins"] if one["email"] == email)

    def visitor(
        self, handle: str | None = None, tenant: str = "rawabi-sa", locale: str | None = "en"
    ) -> Visitor:
        session = self.person(handle, tenant)["token"] if handle else None
        made = Visitor(self.url, locale, session)
        self.visitors.append(made)
        return made

    def start(
        self,
        handle: str = "noura",
        *,
        rehearsal: bool = False,
        practice: bool = False,
        **changed: str,
    ) -> str:
        """Start a partner approval by its form with an example's values. Answers the run's ID."""
        visitor = self.visitor(handle)
        form = visitor.get(f"/start/partner_approval?example={next(_numbers)}")
        changed["_mode"] = "rehearsal" if rehearsal else "practice" if practice else "real"
        page = visitor.send(form, "/start/partner_approval", **changed)
        assert page.path.startswith("/runs/"), page.text
        return page.path.rpartition("/")[2]

    def waits_at(self, run: str, gate: str) -> str:
        """The request of a run at a gate, once it is open. Answers its ID."""
        self.reaches(run, "wait", gate)
        page = self.visitor("noura").get(f"/runs/{run}")
        assert any(entry[:2] == ("wait", gate) for entry in page.entries()), page.text
        return next(a for a in page.links("/approvals/apr_") if f"_{gate}_" in a)[11:]

    def decide(self, handle: str, approval: str, decision: str, comment: str = "") -> Page:
        """Decide as this person by the page's form, with the password where it asks for one."""
        visitor = self.visitor(handle)
        page = visitor.get(f"/approvals/{approval}")
        values = {"decision": decision, "comment": comment}
        if 'id="prove-password"' in page.source:  # the session's touch is older than five minutes
            values["password"] = self.person(handle)["password"]
        return visitor.send(page, f"/approvals/{approval}/decide", **values)

    def approve(self, run: str, *gates: str) -> None:
        """Say yes at these gates of a run, one after the other, by all whom each asks."""
        for gate in gates:
            approval = self.waits_at(run, gate)
            while self.api("noura", "GET", f"/approvals/{approval}")["status"] == "open":
                page = self.decide(self.decider(approval), approval, "approve")
                assert "Your decision is stored" in page.text, page.text

    def terms_out(self, run: str) -> None:
        """Approve a run's first gates until its terms are with the partner."""
        self.approve(run, "manager_approval", "term_review", "legal_review")
        self.reaches(run, "step", "write_crm", "done")

    def partner_accepts(self, run: str) -> str:
        """The partner says yes to the terms they have. Answers the executive's request."""
        self.waits_for_partner(run)
        body = {"event": ANSWER, "data": {"answer": "accept"}}
        self.api("noura", "POST", f"/runs/{run}/events", json=body)
        return self.waits_at(run, "executive_approval")

    def executives_agree(self, approval: str) -> None:
        """As many say yes as the authority table asks for."""
        while self.api("dana", "GET", f"/approvals/{approval}")["status"] == "open":
            self.decide(self.decider(approval), approval, "approve")

    def out_for_signature(self, run: str, handle: str = "noura", locale: str = "en") -> Page:
        """The page of a run that waits for its signatories."""
        return self.visitor(handle, locale=locale).until(
            f"/runs/{run}", lambda page: 'id="signatories"' in page.source, "a wait for signatures"
        )

    def signatories(self, run: str, word: str = "sign") -> Page:
        """Both sides `sign` or `decline` what they were sent, by the buttons of the run's page."""
        page = self.out_for_signature(run)
        return self.visitor("noura").send(page, f"/runs/{run}/signature", word=word)

    def messages(self, run: str) -> list[dict[str, Any]]:
        """What the providers hold of a run's messages to people outside, oldest first."""
        named = self.api("noura", "GET", f"/messages/outbound?run={run}")
        names = {one["message_id"].strip("<>") for one in named}
        effects = self.sandbox("GET", "/_sandbox/effects")
        return [one for one in effects if one["idempotency_key"].strip("<>") in names]

    def partner_page(self, run: str, *, waiting: bool = True) -> str:
        """The address of the partner's own page, as the newest mail with one leads there."""
        if waiting:
            self.waits_for_partner(run)
        mails = [one["body"]["text"] for one in self.messages(run) if one["provider"] == "smtp"]
        return re.findall(r"/p/[0-9a-f]{64}", "".join(mails))[-1]

    def decider(self, approval: str) -> str:
        """The handle of somebody for whom this request waits."""
        seats = self.api("noura", "GET", f"/approvals/{approval}")["who_may_decide"]
        asked = {person for seat in seats for person in seat["people"]}
        emails = (one["email"] for one in self.record["sign_ins"] if one["user_id"] in asked)
        return next(emails).partition("@")[0]

    def reaches(self, run: str, *entry: str) -> None:
        """Wait for an entry of a run's timeline: its kind, its name, and its status if given."""
        parts = ("kind", "name", "status")[: len(entry)]
        self._until(
            run,
            lambda found: entry in [tuple(e[part] for part in parts) for e in found["timeline"]],
        )

    def waits_for_partner(self, run: str) -> None:
        """Wait until only the partner's answer is missing."""
        self._until(run, lambda found: found["waiting_for"] == ANSWER)

    def _until(self, run: str, seen: Callable[[dict[str, Any]], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not seen(found := self.api("noura", "GET", f"/runs/{run}")):
            assert time.monotonic() < end, found
            time.sleep(0.2)

    def api(self, handle: str, method: str, path: str, **more: Any) -> Any:
        """What a program of this person is answered."""
        headers = {"Authorization": f"Bearer {self.person(handle)['token']}"}
        answer = self.client.request(method, f"{self.url}/api/v1{path}", headers=headers, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def sandbox(self, method: str, path: str, **more: Any) -> Any:
        address = self.record["sandbox_url"] + path
        answer = self.client.request(method, address, **more)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="package")
def console(tmp_path_factory):
    home = tmp_path_factory.mktemp("console")
    with Stack(home) as stack:
        spare_the_disk(home)
        with httpx.Client(trust_env=False, timeout=60) as client:
            made = Console(stack.record(), home, client)
            yield made
        for visitor in made.visitors:
            visitor.client.close()


@pytest.fixture(scope="package")
def waiting_run(console):
    """A run that waits for its manager, for tests that only look."""
    run = console.start()
    console.waits_at(run, "manager_approval")
    return run


@pytest.fixture(scope="package")
def browser():
    """Debian's Chromium; elsewhere these tests are skipped, in CI they may not be."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is not installed, and CI must run the browser tests")
        pytest.skip("Chromium is not installed: the pages were not seen in a real browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
