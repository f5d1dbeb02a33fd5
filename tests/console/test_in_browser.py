"""The pages in a real browser: both directions, a laptop and a phone, keyboard, contrast, HTMX."""

import re
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

SHOTS = Path(__file__).resolve().parents[2] / "var" / "shots"
WIDTHS = {"wide": 1280, "phone": 360}

PAGES = {
    "home": ("fahad", "/"),
    "start": ("noura", "/start"),
    "form": ("noura", "/start/partner_approval?example=910"),
    "approvals": ("fahad", "/approvals?scope=all"),
    "approval": ("fahad", "/approvals/{approval}"),
    "runs": ("noura", "/runs"),
    "run": ("noura", "/runs/{run}"),
    "rehearsal": ("noura", "/runs/{rehearsal}"),
    "undo": ("fahad", "/runs/{run}/undo"),
    "cases": ("fahad", "/cases"),
    "clauses": ("maha", "/clauses"),
    "inventory": ("dana", "/inventory"),
    "inventory-row": ("dana", "/inventory/lead_scoring"),
    "mailbox": ("noura", "/mailbox"),
    "audit": ("dana", "/audit"),
    "outbound": ("noura", "/outbound"),
    "consents": ("abeer", "/consents"),
    "consent": ("abeer", "/consents/{consenting}"),
    "profile": ("fahad", "/profile"),
    "calendar": ("bandar", "/calendar?month=2026-03"),
    "admin": ("bandar", "/admin"),
    "keys": ("amal", "/admin"),
    "users": ("bandar", "/users"),
    "user": ("bandar", "/users/{user}"),
    "user-new": ("bandar", "/users/new"),
    "account": ("noura", "/account"),
    "welcome": (None, "/welcome"),
    "authority": ("noura", "/authority"),
    "authority-draft": ("sultan", "/authority/{draft}"),
    "authority-row": ("bandar", "/authority/{draft}/rows/1"),
    "persons": ("abeer", "/people"),
    "persons-named": ("abeer", "/people?reveal=true"),
    "person": ("abeer", "/people/{person}"),
    "person-erase": ("abeer", "/people/{person}/erase"),
    "not-found": ("noura", "/nowhere"),
    "sign-in": (None, "/sign-in"),
}

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

WIDER = """() => [...document.querySelectorAll('body *')]
  .filter(e => {
    const box = e.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 1 || box.left < -1);
  }).slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def story(console):
    """Runs in states worth looking at: one with terms out, one rehearsal, one with a case."""
    run = console.start()
    console.terms_out(run)
    rehearsal = console.start(rehearsal=True)
    console.waits_at(rehearsal, "manager_approval")
    open_run = console.start()
    approval = console.waits_at(open_run, "manager_approval")
    person = console.api("noura", "GET", f"/runs/{open_run}")["subject"]["persons"][0]
    consenting = console.visitor("abeer").get("/consents").links("/consents/person_")[0][10:]
    rows = console.api("bandar", "GET", "/authority")["rows"]
    rows[0] = {**rows[0], "amount_to": "500000"}
    draft = console.api("bandar", "POST", "/authority", json={"rows": rows})["version"]
    user = console.person("fahad")["user_id"]
    return {
        "run": run,
        "rehearsal": rehearsal,
        "approval": approval,
        "person": person,
        "consenting": consenting,
        "draft": draft,
        "user": user,
    }


@contextmanager
def window(console, browser, handle=None, locale="en", width=1280, **more):
    """A browser window of its own, signed in as `handle`; its console must stay silent."""
    context = browser_of(console, browser, handle, locale, width, **more)
    try:
        with opened(console, context) as (page, said):
            yield page, said
    finally:
        context.close()


def browser_of(console, browser, handle=None, locale="en", width=1280, **more):
    """A browser as one person has it: their language, and their session when they are signed in."""
    context = browser.new_context(viewport={"width": width, "height": 800}, **more)
    cookies = [{"name": "dealix_language", "value": locale, "url": console.url}]
    if handle:
        token = console.person(handle)["token"]
        cookies.append({"name": "dealix_session", "value": token, "url": console.url})
    context.add_cookies(cookies)
    return context


@contextmanager
def opened(console, context):
    """A page, and what its console said and which addresses elsewhere it asked."""
    page = context.new_page()
    page.set_default_timeout(30_000)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: foreign(console, request.url, said))
    try:
        yield page, said
    finally:
        page.close()


def foreign(console, address: str, said: list[str]) -> None:
    if not address.startswith((console.url, "data:")):
        said.append(f"a page asked {address}")


@pytest.fixture(scope="module")
def looking(console, browser):
    """Opens a page as somebody in a language; their windows share fonts and scripts once loaded."""
    contexts = {}

    @contextmanager
    def look(handle, locale, path, **media):
        if (handle, locale) not in contexts:
            contexts[handle, locale] = browser_of(console, browser, handle, locale)
        with opened(console, contexts[handle, locale]) as (page, said):
            page.emulate_media(**media)
            page.goto(console.url + path)
            page.evaluate("document.fonts.ready")
            yield page, said

    yield look
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_in_both_languages_at_every_width(looking, story, name, locale):
    handle, path = PAGES[name]
    with looking(handle, locale, path.format(**story)) as (page, said):
        root = page.evaluate("[document.dir, document.documentElement.lang]")
        assert root == (["rtl", "ar"] if locale == "ar" else ["ltr", "en"])
        assert page.evaluate("document.fonts.check('16px \"IBM Plex Sans Arabic\"', 'روابي')")
        assert page.evaluate("document.querySelectorAll('h1').length") == 1
        for width, pixels in WIDTHS.items():
            page.set_viewport_size({"width": pixels, "height": 800})
            shot(page, f"{name}-{locale}-{width}")
            widths = page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert widths[1] <= pixels
            assert widths[0] <= widths[1], page.evaluate(WIDER)
            assert page.evaluate(NAMELESS) == []
            assert page.evaluate(CONTRAST) == []
        # The browser itself notes the 404 of the page that is one.
        assert [text for text in said if name != "not-found" or "404" not in text] == []


DARK = ("home", "form", "approval", "run", "undo", "user", "authority-draft", "sign-in")


@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize("name", DARK)
def test_a_page_can_be_read_in_the_dark(looking, story, name, locale):
    handle, path = PAGES[name]
    with looking(handle, locale, path.format(**story), color_scheme="dark") as (page, _):
        page.set_viewport_size({"width": WIDTHS["phone"], "height": 800})
        shot(page, f"{name}-{locale}-dark")
        back = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert max(int(part) for part in re.findall(r"\d+", back)[:3]) < 60
        assert page.evaluate(CONTRAST) == []


def shot(page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def test_a_person_signs_in_starts_and_another_one_decides(console, browser):
    with window(console, browser, locale="ar", width=360) as (page, _):
        page.goto(f"{console.url}/start/partner_approval?example=911")
        person = console.person("noura")
        page.get_by_label("البريد الإلكتروني").fill(person["email"])
        page.get_by_label("كلمة المرور").fill(person["password"])
        page.get_by_role("button", name="تسجيل الدخول").click()
        page.wait_for_url("**/start/partner_approval?example=911")
        page.get_by_label("اسم الشركة بالإنجليزية").fill("")
        page.get_by_role("button", name="بدء", exact=True).click()
        wrong = page.get_by_label("اسم الشركة بالإنجليزية")
        assert wrong.get_attribute("aria-invalid") == "true"
        assert page.evaluate("document.activeElement.name") == "name"  # where people go on
        wrong.fill("Nafud Trading")
        page.get_by_role("button", name="بدء", exact=True).click()
        page.wait_for_url("**/runs/run_*")
        run = re.search(r"run_\w+", page.url)[0]
    approval = console.waits_at(run, "manager_approval")
    with (
        window(console, browser, "noura", "en") as (watching, said),
        window(console, browser, console.decider(approval), "ar") as (deciding, _),
    ):
        watching.goto(f"{console.url}/runs/{run}")
        watching.evaluate("window.stayed = true")
        assert not watching.locator('[data-name="send_terms"][data-kind="step"]').count()
        deciding.goto(f"{console.url}/approvals/{approval}")
        deciding.get_by_role("button", name="اعتماد", exact=True).click()
        deciding.get_by_text("حُفظ قرارك").wait_for()
        console.approve(run, "term_review")
        counsel = console.waits_at(run, "legal_review")
        with window(console, browser, console.decider(counsel), "ar") as (reviewing, _):
            reviewing.goto(f"{console.url}/approvals/{counsel}")
            assert reviewing.locator("#draft").inner_text()
            reviewing.get_by_role("button", name="اعتماد", exact=True).click()
            reviewing.get_by_text("حُفظ قرارك").wait_for()
        # HTMX draws what happened into the page that stays open, without a reload.
        step = watching.locator('[data-name="send_terms"][data-kind="step"]')
        step.wait_for(timeout=60_000)
        assert watching.evaluate("window.stayed") is True
        assert said == []


def test_what_was_opened_stays_open_while_the_page_refreshes(console, browser, story):
    with window(console, browser, "noura") as (page, said):
        page.goto(f"{console.url}/runs/{story['run']}")
        record = page.locator('[data-name="send_terms"] details').first
        record.locator("summary").click()
        with page.expect_response(lambda answer: f"/runs/{story['run']}" in answer.url):
            pass
        page.wait_for_timeout(300)
        assert record.get_attribute("open") is not None
        assert said == []


def test_the_count_in_the_menu_follows_what_waits(console, browser):
    with window(console, browser, "fahad") as (page, said):
        page.goto(f"{console.url}/inventory")
        before = page.locator("#waiting-count").inner_text()
        console.waits_at(console.start(), "manager_approval")
        page.wait_for_function(
            "before => document.querySelector('#waiting-count').innerText !== before",
            arg=before,
            timeout=40_000,
        )
        assert said == []


def test_deciding_needs_no_script(console, browser):
    run = console.start()
    approval = console.waits_at(run, "manager_approval")
    handle = console.decider(approval)
    with window(console, browser, handle, java_script_enabled=False) as (page, _):
        page.goto(f"{console.url}/approvals/{approval}")
        page.get_by_label("Comment").fill("not this year")
        page.get_by_role("button", name="Reject").click()
        page.get_by_text("Your decision is stored").wait_for()
    ended = console.visitor("noura").until(
        f"/runs/{run}", lambda page: "Rejected" in page.text, "a rejection"
    )
    assert ended.status == 200


def test_the_keyboard_reaches_the_content_first_and_sees_where_it_is(console, browser, story):
    with window(console, browser, "fahad") as (page, _):
        page.goto(f"{console.url}/approvals/{story['approval']}")
        page.keyboard.press("Tab")
        skip = page.locator(".skip")
        assert skip.evaluate("e => e === document.activeElement")
        assert skip.bounding_box()["width"] > 50
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.locator("#comment").focus()
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert float(outline.removesuffix("px")) >= 2


def test_a_form_is_sent_once_however_often_it_is_clicked(console, browser):
    with window(console, browser, "noura") as (page, _):
        page.goto(f"{console.url}/start/partner_approval?example=912")
        sent: list[str] = []
        page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
        page.get_by_role("button", name="Start", exact=True).dblclick()
        page.wait_for_url("**/runs/run_*")
        assert len(sent) == 1


def test_a_refusal_of_a_stale_packet_is_shown_in_both_directions(console, browser, story):
    with window(console, browser, "fahad", "ar", 360) as (page, _):
        page.goto(f"{console.url}/approvals/{story['approval']}")
        page.evaluate("document.querySelector('[name=packet_hash]').value = 'sha256:old'")
        page.get_by_role("button", name="اعتماد", exact=True).click()
        page.get_by_role("alert").wait_for()
        page.screenshot(path=SHOTS / "stale-ar-phone.png", full_page=True)
        assert "تغيّر الملف" in page.get_by_role("alert").inner_text()
