"""A run's page that stays open: what acts on the run comes and goes with it."""

import pytest
from tests.console.test_in_browser import window
from tests.console.touring import SHOTS

pytestmark = [pytest.mark.journey, pytest.mark.browser]
LATER = "2031-05-06T10:30"


def test_what_changes_a_run_goes_with_it_and_what_was_typed_stays(console, browser):
    run = console.start()
    console.waits_at(run, "manager_approval")
    with window(console, browser, "noura") as (page, said):
        page.goto(f"{console.url}/runs/{run}")
        page.evaluate("window.stayed = true")
        page.locator("#extend summary").click()
        page.locator("#until").fill(LATER)
        page.locator("h1").click()  # the field loses its focus, which alone would protect it
        console.api("noura", "POST", f"/runs/{run}/pause")
        page.locator("#paused").wait_for()
        assert page.locator("#pause").count() == 0
        assert page.locator("#until").input_value() == LATER
        console.api("noura", "POST", f"/runs/{run}/cancel")
        page.locator("#change").wait_for(state="detached", timeout=60_000)
        assert page.locator("#pause, #extend, #enter, #signatories").count() == 0
        assert page.evaluate("window.stayed") is True
        assert said == []


def test_a_rehearsals_date_moves_on_the_page_that_stays_open(console, browser):
    run = console.start(rehearsal=True)
    console.waits_at(run, "manager_approval")
    with window(console, browser, "noura") as (page, said):
        page.goto(f"{console.url}/runs/{run}")
        date = page.locator("#rehearsal time")
        before = date.get_attribute("datetime")
        console.api("noura", "POST", f"/runs/{run}/fast-forward", json={"duration": "P1D"})
        page.wait_for_function(
            "before => document.querySelector('#rehearsal time').dateTime !== before", arg=before
        )
        assert said == []


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_a_phone_folds_the_menu_and_the_keyboard_opens_it_without_a_script(
    console, browser, locale
):
    with window(console, browser, "noura", locale, 360, java_script_enabled=False) as (page, _):
        page.goto(f"{console.url}/runs")
        board = page.locator('#menu a[href="/board"]')
        assert not board.is_visible()
        assert page.locator(".top").bounding_box()["height"] < 80
        page.locator(".menu-way").focus()
        page.keyboard.press("Enter")
        assert board.is_visible()
        assert page.locator("#menu button").is_visible()  # the way out of the session, too
        page.screenshot(path=SHOTS / f"menu-{locale}-phone.png")
        board.click()
        page.wait_for_url("**/board")
        assert not page.locator("#menu").is_visible()
    with window(console, browser, "noura", locale) as (page, _):
        page.goto(f"{console.url}/runs")
        assert page.locator('#menu a[href="/board"]').is_visible()
        assert not page.locator(".menu-way").is_visible()
