"""From a notice to a decision on a phone: first screen, three taps, a real authenticator."""

import re
import time
from contextlib import contextmanager

import pytest
from tests.console.touring import CONTRAST, NAMELESS, SHOTS, WIDER

pytestmark = [pytest.mark.journey, pytest.mark.browser]
PHONE = {"width": 360, "height": 640}
LINES = ("what", "how_much", "limit", "changed", "agreed", "final", "if_nothing")
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def site(console) -> str:
    """The console under a name: browsers allow no passkeys under an address."""
    return console.url.replace("127.0.0.1", "localhost")


def at_its_executive(console) -> str:
    """A strategic partner's executive approval, whose tier asks for a touch."""
    run = console.start(partner_type="strategic")
    console.terms_out(run)
    return console.partner_accepts(run)


@pytest.fixture(scope="module")
def strategic(console):
    return at_its_executive(console)


@contextmanager
def phone(browser, site, locale="en", **more):
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, **more)
    context.add_cookies([{"name": "dealix_language", "value": locale, "url": site}])
    page = context.new_page()
    page.set_default_timeout(30_000)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        yield context, page, said
    finally:
        context.close()


def sign_in(console, site, page, handle: str, *, remember: bool = False) -> None:
    person = console.person(handle)
    page.goto(f"{site}/sign-in?next=/profile")
    page.locator("#email").fill(person["email"])
    page.locator("#password").fill(person["password"])
    if remember:
        page.locator("#remember").check()
    page.locator("button[type=submit]").first.click()
    page.wait_for_url("**/profile")


def link_in_mail(console, handle: str, approval: str) -> str:
    """The link of the notice that this person got about a request; it names no request itself."""
    run = console.visitor(handle).get(f"/approvals/{approval}")
    partner = re.search(r'<h1 id="gate">.*?<bdi[^>]*>(.*?)</bdi></h1>', run.source, re.DOTALL)[1]
    address, end = console.person(handle)["email"], time.monotonic() + 20
    while time.monotonic() < end:
        for row in reversed(console.sandbox("GET", "/_sandbox/effects")):  # the newest run of it
            if row["provider"] == "smtp" and address in str(row["body"]["to"]):
                found = re.search(r"/d/[A-Za-z0-9_-]{43}", row["body"]["text"])
                names = row["body"]["subject"] + row["body"]["text"]
                if found and (partner in names or arabic_of(console, approval) in names):
                    return found[0]
        time.sleep(0.2)
    raise AssertionError(f"{handle} got no link about {approval}")


def arabic_of(console, approval: str) -> str:
    page = console.visitor("noura", locale="ar").get(f"/approvals/{approval}")
    return re.search(r'<h1 id="gate">.*?<bdi[^>]*>(.*?)</bdi></h1>', page.source, re.DOTALL)[1]


def test_from_the_notice_to_the_decision_in_three_taps_with_a_passkey(
    console, browser, site, strategic
):
    handle = console.decider(strategic)
    link = link_in_mail(console, handle, strategic)
    with phone(browser, site, "ar") as (context, page, said):
        sign_in(console, site, page, handle)
        tools = context.new_cdp_session(page)
        tools.send("WebAuthn.enable")
        made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        page.locator("#label").fill("هاتفي")
        page.get_by_role("button", name="أضف مفتاح مرور").click()
        page.locator("#passkeys li").wait_for()
        page.screenshot(path=SHOTS / "profile-ar-phone.png", full_page=True)
        page.evaluate("document.querySelector('form[action=\"/sign-out\"]').submit()")
        page.wait_for_url("**/sign-in")
        page.locator("#remember").check()
        page.screenshot(path=SHOTS / "sign-in-passkey-ar-phone.png", full_page=True)
        page.get_by_role("button", name="سجّل الدخول بمفتاح مرور").click()
        page.wait_for_url(f"{site}/")
        # Days later: the session is over, the device is known, nobody has proven anything lately.
        context.clear_cookies(name="dealix_session")
        taps: list[str] = []
        page.expose_function("tapped", lambda text: taps.append(text))  # noqa: PLW0108 (playwright marks it)
        page.add_init_script(
            "addEventListener('click', e => e.isTrusted && window.tapped(e.target.innerText), true)"
        )
        page.goto(site + link)  # the first tap, on the link in the mail
        page.wait_for_url(f"**{link}")
        assert page.locator("[data-touch]").count() == 1
        page.screenshot(path=SHOTS / "decision-touch-ar-phone.png")
        page.get_by_role("button", name="اعتماد", exact=True).tap()  # the second
        page.get_by_text("حُفظ قرارك").wait_for()  # the third was the authenticator's
        assert taps == ["اعتماد"]
        credentials = tools.send(
            "WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]}
        )["credentials"]
        assert credentials[0]["signCount"] >= 3  # made, signed in, touched
        assert said == []
    view = console.visitor(handle).get(f"/approvals/{strategic}")
    assert "Approved" in view.text


def test_without_a_script_the_password_is_asked_on_the_same_screen(console, browser, site):
    approval = at_its_executive(console)
    handle = console.decider(approval)
    with phone(browser, site, java_script_enabled=False) as (context, page, _):
        token = console.person(handle)["token"]
        context.add_cookies([{"name": "dealix_session", "value": token, "url": site}])
        page.goto(f"{site}/approvals/{approval}")
        if not page.locator("#prove-password").is_visible():  # a passkey is asked for first
            page.locator("#prove summary").click()
        box = page.locator("#prove-password").bounding_box()
        assert box["y"] + box["height"] <= PHONE["height"]
        page.screenshot(path=SHOTS / "decision-password-en-phone.png")
        page.locator("#prove-password").fill(console.person(handle)["password"])
        page.get_by_role("button", name="Approve", exact=True).click()
        page.get_by_text("Your decision is stored").wait_for()


@pytest.fixture(scope="module")
def asked(console):
    """A run of this file's own: what other tests do to its approver's account ends older links."""
    return console.start()


@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize("place", ["console", "link", "link-without-sign-in"])
def test_the_first_screen_says_all_of_it_without_scrolling(
    console, browser, site, asked, place, locale
):
    approval = console.waits_at(asked, "manager_approval")
    with phone(browser, site, locale) as (context, page, said):
        if place != "link-without-sign-in":
            token = console.person("fahad")["token"]
            context.add_cookies([{"name": "dealix_session", "value": token, "url": site}])
        path = f"/approvals/{approval}"
        page.goto(site + (path if place == "console" else link_in_mail(console, "fahad", approval)))
        page.evaluate("document.fonts.ready")
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"decision-{place}-{locale}-phone.png")
        for line in LINES:
            box = page.locator(f"[data-line={line}]").bounding_box()
            assert box["y"] >= 0, line
            assert box["y"] + box["height"] <= PHONE["height"], line
        act = page.locator("#first .actions > :first-child")
        box = act.bounding_box()
        assert box["y"] + box["height"] <= PHONE["height"]
        assert box["height"] >= 40
        assert page.evaluate("scrollY") == 0
        assert page.evaluate(NAMELESS) == []
        assert page.evaluate(CONTRAST) == []
        widths = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert widths[0] <= widths[1], page.evaluate(WIDER)
        assert said == []
