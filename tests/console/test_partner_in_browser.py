"""The pages of a negotiation, the to-do, the pause and the board in a real browser."""

import re

import pytest
from tests.console.test_flow_pages import start_into_doubt
from tests.console.test_in_browser import CONTRAST, NAMELESS, SHOTS, WIDER, WIDTHS, window
from tests.console.test_partner_pages import (
    EVENT,
    REVISION,
    countered,
    phone_of,
    sent_back,
    waits_for,
    with_partner,
)

pytestmark = [pytest.mark.journey, pytest.mark.browser]
LONG = "شركة أبناء عبدالرحمن بن عبدالعزيز الشهري وشركاؤهم للاستثمار والتطوير العقاري المحدودة"
SHARE = "clauses.0."
PAGES = {
    "approval-center": ("fahad", "/approvals"),
    "approval-center-group": ("huda", "/approvals?scope=group"),
    "negotiation-rounds": ("noura", "/runs/{long}/negotiation"),
    "negotiation-answer": ("noura", "/runs/{out}/negotiation"),
    "negotiation-terms": ("noura", "/runs/{countered}/negotiation"),
    "todo": ("noura", "/todo"),
    "todo-answer": ("noura", "/approvals/{owed}/answer"),
    "home-owed": ("noura", "/"),
    "run-paused": ("fahad", "/runs/{paused}"),
    "resume": ("fahad", "/runs/{paused}/resume"),
    "board": ("fahad", "/board"),
    "board-ended": ("fahad", "/board?ended=true"),
    "undo-negotiation": ("fahad", "/runs/{long}/undo"),
    "cases-repairs": ("fahad", "/cases"),
}


@pytest.fixture(scope="module")
def scene(console):
    """A long negotiation, a partner who has not answered, a counter-offer, a paused run."""
    long = with_partner(console, name="Abdulrahman Al-Shehri Sons & Partners Co.", name_ar=LONG)
    countered(console, long, "22.5", "نقدّر العرض، لكن حصة 15% أقل من السوق. Please see clause 4.")
    number = phone_of(console, long)
    sent = [m for m in console.sandbox("GET", "/_sandbox/messages") if number[1:] in str(m["to"])]
    reply = {"channel": "whatsapp", "from": number, "message_id": sent[-1]["message_id"]}
    text = "السلام عليكم، أرسلنا لكم ملاحظاتنا بالبريد 📎 (ref. 2026/114)"
    console.sandbox("POST", "/_sandbox/messages/reply", json=reply | {"text": text})
    noura, path = console.visitor("noura"), f"/runs/{long}/negotiation"
    clause = {SHARE + "key": "share", SHARE + "ar": "حصة الشريك 18٪ تدفع كل شهر."}
    clause |= {SHARE + "en": "The partner's share is 18 %, paid every month."}
    noura.send(noura.get(path), f"{path}/terms", revenue_share_percent="18", **clause)
    owed = sent_back(
        console,
        long,
        "legal_review",
        "أضف شرط السرية إلى البند 4",
        "Name the governing law",
        number=2,
    )
    out = with_partner(console)
    asked = with_partner(console)
    countered(console, asked, "25", "25% أو لا شيء")
    paused = console.start()
    approval = console.waits_at(paused, "manager_approval")
    fahad = console.visitor("fahad")
    fahad.send(fahad.get(f"/runs/{paused}"), f"/runs/{paused}/pause")
    console.decide("fahad", approval, "approve")
    late = console.start(rehearsal=True)
    console.waits_at(late, "manager_approval")
    console.api("noura", "POST", f"/runs/{late}/fast-forward", json={"duration": "P6D"})
    doubted = start_into_doubt(console, "scene@partner.example")
    noura.until("/cases", lambda page: f"/runs/{doubted}" in page.source, "a case")
    noura.until(path, lambda page: "data-message" in page.source, "the reply")
    waits_for(console, out, EVENT)
    return {"long": long, "owed": owed, "out": out, "countered": asked, "paused": paused}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_in_both_languages_at_every_width(
    console, browser, scene, name, locale, width
):
    handle, path = PAGES[name]
    with window(console, browser, handle, locale, WIDTHS[width]) as (page, said):
        page.goto(console.url + path.format(**scene))
        page.evaluate("document.fonts.ready")
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}-{locale}-{width}.png", full_page=True)
        assert page.evaluate("document.dir") == ("rtl" if locale == "ar" else "ltr")
        widths = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert widths[0] <= widths[1], page.evaluate(WIDER)
        assert page.evaluate("document.querySelectorAll('h1').length") == 1
        assert page.evaluate(NAMELESS) == []
        assert page.evaluate(CONTRAST) == []
        assert said == []


@pytest.mark.parametrize("name", ["negotiation-rounds", "board", "run-paused", "todo-answer"])
def test_a_page_can_be_read_in_the_dark(console, browser, scene, name):
    handle, path = PAGES[name]
    with window(console, browser, handle, "ar", 360, color_scheme="dark") as (page, _):
        page.goto(console.url + path.format(**scene))
        page.screenshot(path=SHOTS / f"{name}-ar-dark.png", full_page=True)
        assert page.evaluate(CONTRAST) == []


def test_a_filter_of_the_board_acts_at_once_and_without_a_script(console, browser, scene):
    with window(console, browser, "fahad") as (page, said):
        page.goto(f"{console.url}/board")
        page.evaluate("window.stayed = true")
        page.locator("#side").select_option("theirs")
        page.locator(f'[data-run="{scene["paused"]}"]').wait_for(state="detached")
        assert page.locator(f'[data-run="{scene["out"]}"]').count() == 1
        assert page.evaluate("window.stayed") is True
        assert said == []
    with window(console, browser, "fahad", java_script_enabled=False) as (page, _):
        page.goto(f"{console.url}/board")
        page.locator("#side").select_option("theirs")
        page.get_by_role("button", name="Show").click()
        assert page.locator(f'[data-run="{scene["paused"]}"]').count() == 0
        assert page.locator(f'[data-run="{scene["out"]}"]').count() == 1


def test_an_answer_is_entered_without_a_script(console, browser):
    run = with_partner(console)
    with window(console, browser, "noura", "ar", 360, java_script_enabled=False) as (page, _):
        page.goto(f"{console.url}/runs/{run}/negotiation")
        page.get_by_role("button", name="الشريك يقبل").click()
        page.get_by_text("حُفظ رد الشريك").wait_for()
    assert console.waits_at(run, "executive_approval")


@pytest.mark.parametrize("place", ["partner", "console"])
def test_the_enter_key_in_a_value_never_accepts(console, browser, place):
    run = with_partner(console)
    path = f"/runs/{run}/negotiation"
    noura = console.visitor("noura")
    shown = noura.send(noura.get(path), f"{path}/link").source
    handle, address = "noura", path
    if place == "partner":
        handle, address = None, re.search(r"/p/[0-9a-f]{64}", shown)[0]
    with window(console, browser, handle, "ar", 360) as (page, _):
        page.goto(console.url + address)
        page.locator("details:has([name$=revenue_share_percent]) > summary").click()
        value = page.locator('[name$="revenue_share_percent"]')
        value.fill("21")
        value.press("Enter")
        page.get_by_role("status").wait_for()
        page.screenshot(path=SHOTS / f"countered-on-{place}-ar-phone.png", full_page=True)
    waits_for(console, run, REVISION)
    assert 'data-answer="counter"' in noura.get(path).source


def test_what_is_being_written_stays_while_the_rounds_refresh(console, browser, scene):
    with window(console, browser, "noura") as (page, said):
        page.goto(f"{console.url}/runs/{scene['countered']}/negotiation")
        page.locator("#f-revenue_share_percent").fill("17")
        with page.expect_response(lambda answer: "/negotiation" in answer.url, timeout=15_000):
            pass
        page.wait_for_timeout(300)
        assert page.locator("#f-revenue_share_percent").input_value() == "17"
        assert said == []
