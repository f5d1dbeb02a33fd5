import itertools
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import spare_the_disk
from tests.console.visiting import Page, Visitor

from dealix.engines.stack import Stack

ANSWER = "partner_answer"
_numbers = itertools.count(500)


@dataclass
class Console:
    """The whole stack as `make up` starts it, and the people of the example company."""

    record: dict[str, Any]
    home: Path
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
        page = self.visitor("noura").until(
            f"/runs/{run}",
            lambda page: any(e[:2] == ("wait", gate) for e in page.entries()),
            f"a wait at {gate}",
        )
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
        self.visitor("noura").until(
            f"/runs/{run}",
            lambda page: ("step", "write_crm", "done") in page.entries(),
            "its terms sent and written to the CRM",
        )

    def partner_accepts(self, run: str) -> str:
        """The partner says yes to the terms they have. Answers the executive's request."""
        self.visitor("noura").until(
            f"/runs/{run}",
            lambda page: self.api("noura", "GET", f"/runs/{run}")["waiting_for"] == ANSWER,
            "a wait for its partner",
        )
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
        self.visitor("noura").until(
            f"/runs/{run}",
            lambda page: (
                not waiting or self.api("noura", "GET", f"/runs/{run}")["waiting_for"] == ANSWER
            ),
            "a wait for its partner",
        )
        mails = [one["body"]["text"] for one in self.messages(run) if one["provider"] == "smtp"]
        return re.findall(r"/p/[0-9a-f]{64}", "".join(mails))[-1]

    def decider(self, approval: str) -> str:
        """The handle of somebody for whom this request waits."""
        for one in self.record["sign_ins"]:
            headers = {"Authorization": f"Bearer {one['token']}"}
            address = f"{self.url}/api/v1/approvals/{approval}"
            answer = httpx.get(address, headers=headers, trust_env=False)
            if answer.status_code == 200 and answer.json()["may_decide"]:
                return one["email"].partition("@")[0]
        raise AssertionError(f"{approval} waits for nobody")

    def api(self, handle: str, method: str, path: str, **more: Any) -> Any:
        """What a program of this person is answered."""
        headers = {"Authorization": f"Bearer {self.person(handle)['token']}"}
        answer = httpx.request(
            method, f"{self.url}/api/v1{path}", headers=headers, trust_env=False, timeout=60, **more
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def sandbox(self, method: str, path: str, **more: Any) -> Any:
        address = self.record["sandbox_url"] + path
        answer = httpx.request(method, address, trust_env=False, **more)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="package")
def console(tmp_path_factory):
    home = tmp_path_factory.mktemp("console")
    with Stack(home) as stack:
        spare_the_disk(home)
        made = Console(stack.record(), home)
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
