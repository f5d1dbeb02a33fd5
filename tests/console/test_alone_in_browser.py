"""One person plays the whole flow alone in a phone-sized window, as the README tells it."""

import re

import pytest
from tests.console.touring import SHOTS

pytestmark = [pytest.mark.journey, pytest.mark.browser]

WORDS = {
    "en": {
        "sign_out": "Sign out",
        "sign_in": "Sign in",
        "email": "Email",
        "password": "Password",
        "start": "Start",
        "example": "Fill in an example",
        "mode": "For real",
        "approve": "Approve",
        "stored": "Your decision is stored",
        "mailbox": "Mailbox",
        "open": "Open the page that this message leads to",
        "accept": "Accept these terms",
        "thanks": "Your answer has been received",
        "evidence": "Evidence pack (ZIP)",
    },
    "ar": {
        "sign_out": "تسجيل الخروج",
        "sign_in": "تسجيل الدخول",
        "email": "البريد الإلكتروني",
        "password": "كلمة المرور",
        "start": "بدء",
        "example": "تعبئة بمثال",
        "mode": "تدريب",
        "approve": "اعتماد",
        "stored": "حُفظ قرارك",
        "mailbox": "صندوق البريد",
        "open": "افتح الصفحة التي تقود إليها هذه الرسالة",
        "accept": "قبول هذه الشروط",
        "thanks": "وصل ردكم",
        "evidence": "حزمة الأدلة (ZIP)",
    },
}
REVIEWS = ("manager_approval", "term_review", "legal_review")


class Phone:
    """A window of 360 pixels in one language, in which one signs in as one part after another."""

    def __init__(self, console, page, locale) -> None:
        self.console, self.page, self.locale = console, page, locale
        self.words = WORDS[locale]

    def menu(self) -> None:
        """Open the menu, which a phone folds away."""
        if not self.page.locator("#menu").is_visible():
            self.page.locator(".menu-way").click()

    def link(self, name: str) -> None:
        self.menu()
        self.page.get_by_role("link", name=self.words[name], exact=True).first.click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=self.words[name], exact=True).first.click()

    def become(self, handle: str) -> None:
        """Sign out where somebody is signed in, then in as another part."""
        self.page.goto(self.console.url)
        if self.page.locator("#menu").count():
            self.menu()
            self.press("sign_out")
        person = self.console.person(handle)
        self.page.get_by_label(self.words["email"], exact=True).fill(person["email"])
        self.page.get_by_label(self.words["password"], exact=True).fill(person["password"])
        self.press("sign_in")
        self.page.locator(".menu-way").wait_for()

    def start(self) -> str:
        self.link("start")
        self.page.locator('#main a[href="/start/partner_approval"]').first.click()
        self.page.get_by_role("link", name=self.words["example"], exact=True).click()
        self.page.get_by_label(self.words["mode"], exact=True).check()
        self.press("start")
        self.page.wait_for_url("**/runs/run_*")
        return re.search(r"run_\w+", self.page.url)[0]

    def approve(self, run: str, gate: str) -> None:
        """As each who must, open the request from the first page and say yes to it."""
        approval = self.console.waits_at(run, gate)
        while self.console.api("noura", "GET", f"/approvals/{approval}")["status"] == "open":
            self.become(self.console.decider(approval))
            self.page.locator(f'#mine a[href="/approvals/{approval}"]').first.click()
            self.press("approve")
            self.page.get_by_text(self.words["stored"]).wait_for()

    def answer(self, run: str) -> None:
        """Accept as the partner, from the message in the sandbox's mailbox."""
        page = self.console.partner_page(run)
        self.link("mailbox")
        self.page.locator(f'a[href="{page}"]', has_text=self.words["open"]).first.click()
        if self.page.get_attribute("html", "lang") != self.locale:  # it opens in the partner's own
            self.page.locator(f'a[hreflang="{self.locale}"]').click()
        self.press("accept")
        self.page.get_by_text(self.words["thanks"]).wait_for()

    def sign(self, run: str) -> None:
        """Sign for both sides, by the run's page."""
        self.console.out_for_signature(run)
        self.page.goto(f"{self.console.url}/runs/{run}")
        self.page.locator('#signatories button[value="sign"]').click()

    def nothing_is_wider(self) -> None:
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wide) <= 0


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_one_person_plays_every_part_from_a_phone(console, browser, locale):
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    context.add_cookies([{"name": "dealix_language", "value": locale, "url": console.url}])
    page = context.new_page()
    page.set_default_timeout(30_000)
    phone = Phone(console, page, locale)
    try:
        phone.become("noura")
        run = phone.start()
        for gate in REVIEWS:
            phone.approve(run, gate)
        phone.become("noura")
        phone.answer(run)
        phone.approve(run, "executive_approval")
        phone.become("noura")
        phone.sign(run)
        page.goto(f"{console.url}/runs/{run}")
        page.get_by_text(WORDS[locale]["evidence"]).wait_for(timeout=60_000)
        phone.nothing_is_wider()
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"played-alone-{locale}-phone.png", full_page=True)
    finally:
        context.close()
    assert console.api("noura", "GET", f"/runs/{run}")["outcome"] == "activated"
