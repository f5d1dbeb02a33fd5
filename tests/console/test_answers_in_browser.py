"""What pages answer to a form, in a browser: a list that was looked at, a verified pack."""

import pytest
from tests.console.test_evidence_pages import sent_and_ended
from tests.console.test_in_browser import window
from tests.console.test_lead_list_pages import LISTED
from tests.console.touring import BRANDS, CONTRAST, NAMELESS, SHOTS, SPOKEN, WIDER

pytestmark = pytest.mark.browser


def stands(page, name):
    """Nothing is wider than the page, unread, unnamed or untranslated; the picture is kept."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0, page.evaluate(WIDER)
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(SPOKEN, list(BRANDS)) == [[], []]


@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_list_that_was_looked_at_stands_in_both_languages(console, browser, locale, width):
    with window(console, browser, "noura", locale, width) as (page, said):
        page.goto(f"{console.url}/leads/import")
        listed = LISTED.replace("not an address;", "fahad@sakhr.example;12")  # no Latin example
        file = {"name": "l.csv", "mimeType": "text/csv", "buffer": listed.encode("utf-16")}
        page.locator("#document").set_input_files(file)
        page.locator('#bring-in button[type="submit"]').click()
        page.locator("#looked").wait_for()
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        stands(page, f"lead-list-{locale}-{width}")
        assert said == []


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_a_verified_pack_stands_in_both_languages(console, browser, locale):
    begun = console.visitor("abeer").get("/evidence")
    ended = sent_and_ended(console, begun, "/start/evidence_pack", type="board_report")
    with window(console, browser, "abeer", locale, 360) as (page, said):
        page.goto(f"{console.url}/evidence/{ended['result']['pack']}")
        page.locator('form[action$="/verify"] button').click()
        page.locator('#report[data-ok="true"]').wait_for()
        stands(page, f"evidence-verified-{locale}")
        page.goto(f"{console.url}/evidence?kind=board_report")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        stands(page, f"evidence-forms-{locale}")
        assert said == []
