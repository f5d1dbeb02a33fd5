"""The pages in a real browser: both directions, a laptop and a phone, keyboard, contrast, HTMX."""

import re
from contextlib import contextmanager

import pytest
from tests.business.papers.test_trying import without
from tests.console.test_decision_in_browser import link_in_mail
from tests.console.test_evidence_pages import sent_and_ended, two_papers
from tests.console.test_inbound_leads import ARABIC, until_offered, write
from tests.console.touring import (
    BRANDS,
    CONTRAST,
    NAMELESS,
    SHOTS,
    SPOKEN,
    WIDER,
    WIDTHS,
    foreign,
    tours,
    unseen,
)

from dealix.api.short_inputs import SHORT_INPUTS
from dealix.business.proposals.examples import proposal_example

pytestmark = pytest.mark.browser

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
    "review": ("fahad", "/approvals/{review}"),
    "negotiation": ("noura", "/runs/{run}/negotiation"),
    "board": ("fahad", "/board"),
    "leads": ("noura", "/leads"),
    "lead-new": ("noura", "/leads/new"),
    "lead": ("noura", "/leads/{lead}"),
    "lead-import": ("noura", "/leads/import"),
    "lead-message": ("noura", "/leads/from-message/{message}"),
    "proposals": ("noura", "/proposals"),
    "proposal": ("noura", "/proposals/{offer}"),
    "deals": ("noura", "/deals"),
    "price-books": ("noura", "/price-books"),
    "start-proposal": ("noura", "/start/proposal_generation?example=7"),
    "dashboard": ("noura", "/dashboard?period=P365D"),
    "todo": ("noura", "/todo"),
    "answer": ("noura", "/approvals/{owed}/answer"),
    "resume": ("noura", "/runs/{paused}/resume"),
    "cases": ("fahad", "/cases"),
    "clauses": ("maha", "/clauses"),
    "template": ("maha", "/template"),
    "template-trial": ("maha", "/template/trial/{template}/ar"),
    "knowledge": ("noura", "/knowledge"),
    "knowledge-documents": ("abeer", "/knowledge/documents"),
    "inventory": ("dana", "/inventory"),
    "inventory-row": ("dana", "/inventory/lead_scoring"),
    "mailbox": ("noura", "/mailbox"),
    "audit": ("dana", "/audit"),
    "compliance": ("abeer", "/compliance?run={scanned}"),
    "contradictions": ("abeer", "/contradictions"),
    "evidence": ("abeer", "/evidence?kind=compliance_audit"),
    "evidence-pack": ("abeer", "/evidence/{pack}"),
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
    "users-waiting": ("abeer", "/users"),
    "user-waiting": ("abeer", "/users/{raised}"),
    "account": ("noura", "/account"),
    "welcome": (None, "/welcome"),
    "authority": ("noura", "/authority"),
    "authority-draft": ("sultan", "/authority/{draft}"),
    "authority-row": ("bandar", "/authority/{draft}/rows/1"),
    "persons": ("abeer", "/people"),
    "persons-named": ("abeer", "/people?reveal=true"),
    "person": ("abeer", "/people/{person}"),
    "person-erase": ("abeer", "/people/{person}/erase"),
    "first-hour": ("mariam@rawabi-ae", "/"),
    "start-practice": ("noura", "/start/partner_approval?mode=practice"),
    "practice": ("noura", "/runs/{practice}"),
    "practice-partner": (None, "{practice_page}?lang={locale}"),
    "practice-outbound": ("noura", "/outbound?run={practice}"),
    "partner": (None, "/p/{offered}?lang={locale}"),
    "link": (None, "/d/{link}"),
    "not-found": ("noura", "/nowhere"),
    "sign-in": (None, "/sign-in"),
}


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
    raised = console.person("lina")["user_id"]
    more = {
        "roles": ["sales_rep", "partner_manager"],
        "manager_id": console.person("turki")["user_id"],
    }
    console.api("bandar", "PATCH", f"/users/{raised}", json=more)
    owed = console.waits_at(console.start(), "manager_approval")
    wanted = "يُرجى تخفيض نسبة العائد إلى ٢٠٪ وتحديد مدة الحصرية بسنة واحدة."
    console.decide(console.decider(owed), owed, "request_changes", wanted)
    paused = console.start()
    console.waits_at(paused, "manager_approval")
    console.api("noura", "POST", f"/runs/{paused}/pause")
    reviewed = console.start()
    console.approve(reviewed, "manager_approval")
    practice = console.start(practice=True)
    console.approve(practice, "manager_approval", "term_review", "legal_review")
    made = without("{{ contact_name }}")
    template = console.api("maha", "POST", "/documents", content=made)["id"]
    return {
        "lead": with_figures(console),
        "scanned": with_a_scan(console),
        "pack": with_a_pack(console),
        "message": with_a_message(console),
        "offer": with_an_offer(console),
        "template": template,
        "practice": practice,
        "practice_page": console.partner_page(practice),
        "offered": console.partner_page(run)[3:],
        "link": link_in_mail(console, console.decider(approval), approval)[3:],
        "owed": owed,
        "paused": paused,
        "review": console.waits_at(reviewed, "legal_review"),
        "run": run,
        "rehearsal": rehearsal,
        "approval": approval,
        "person": person,
        "consenting": consenting,
        "draft": draft,
        "user": user,
        "raised": raised,
    }


def with_figures(console):
    """A lead that did something and was scored, and deals that make figures."""
    given = SHORT_INPUTS["lead_scoring"][1]
    for number, status in enumerate(("won", "lost", "negotiating", "won")):
        lead = console.api("noura", "POST", "/leads", json=given(number))["id"]
        did = {"kind": "demo_request"}
        console.api("noura", "POST", f"/leads/{lead}/activities", json=did)
        console.api("noura", "POST", f"/leads/{lead}/score")
        deal = {
            "lead_id": lead,
            "title": "الباقة السنوية",
            "amount": str(12_000 * (number + 1)),
            "status": status,
        }
        console.api("noura", "POST", "/deals", json=deal)
    company = console.api("noura", "GET", f"/leads/{lead}")["company"]["id"]
    for kind, about in (("lead", lead), ("company", company)):
        asked = {"entity_type": kind, "entity_id": about}
        console.api("noura", "POST", "/trust/scores", json=asked)
    return lead


def with_an_offer(console):
    """A proposal that is ready, in its second version, and one that waits for its price."""
    given = proposal_example(40)
    begun = [_begin(console, given), _begin(console, given)]
    given["lines"][0]["discount_percent"] = "22"
    begun.append(_begin(console, {**given, "deal": {**given["deal"], "key": "waits"}}))
    for run in begun:
        ended = console.visitor("noura")
        ended.until(f"/runs/{run}", lambda page: "every 3s" not in page.source, "its end")
    return begun[1]


def _begin(console, given):
    body = {"workflow": "proposal_generation", "input": given}
    return console.api("noura", "POST", "/runs", json=body)["id"]


def with_a_scan(console):
    """A scan of the controls that has ended."""
    abeer = console.visitor("abeer")
    begun = abeer.send(abeer.get("/compliance"), "/compliance/scan")
    run = str(begun.answer.url).partition("?")[0].split("/")[-1]
    abeer.until(f"/compliance?run={run}", lambda page: page.status == 200, "the scan has ended")
    return run


def with_a_pack(console):
    """Papers that contradict each other, found by a scan, and a pack about the time."""
    two_papers(console)
    pages = [console.visitor("abeer").get(path) for path in ("/contradictions", "/evidence")]
    scan = sent_and_ended(console, pages[0], "/contradictions/scan")
    assert scan["outcome"] == "scanned", scan
    pack = sent_and_ended(console, pages[1], "/start/evidence_pack", type="compliance_audit")
    return pack["result"]["pack"]


def with_a_message(console):
    """A stranger's message that is offered as a lead. Answers its ID."""
    write(
        console, subject="", text=ARABIC, **{"from": "هند الزهراني <hind@najd-logistics.example>"}
    )
    return until_offered(console).rpartition("/")[2]


@contextmanager
def window(console, browser, handle=None, locale="en", width=1280, **more):
    """A browser window of its own, signed in as `handle`; its console must stay silent."""
    context = browser.new_context(viewport={"width": width, "height": 800}, **more)
    cookies = [{"name": "dealix_language", "value": locale, "url": console.url}]
    if handle:
        token = console.person(handle)["token"]
        cookies.append({"name": "dealix_session", "value": token, "url": console.url})
    context.add_cookies(cookies)
    page = context.new_page()
    page.set_default_timeout(30_000)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: foreign(console, request.url, said))
    try:
        yield page, said
    finally:
        context.close()


@pytest.fixture(scope="module")
def tour(console, browser):
    yield from tours(console, browser)


@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_in_both_languages_at_every_width(tour, story, name, locale):
    handle, path = PAGES[name]
    here = tour[locale]
    page = here.page
    here.go(handle, path.format(**story, locale=locale))
    for width in WIDTHS:
        here.shoot(name, width)
        wide = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        widths = page.evaluate(wide)
        assert widths[0] <= widths[1], (width, page.evaluate(WIDER))
        assert page.evaluate(CONTRAST) == []
    root = page.evaluate("[document.dir, document.documentElement.lang]")
    assert root == (["rtl", "ar"] if locale == "ar" else ["ltr", "en"])
    assert page.evaluate("document.fonts.check('16px \"IBM Plex Sans Arabic\"', 'روابي')")
    assert page.evaluate("document.querySelectorAll('h1').length") == 1
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(SPOKEN, list(BRANDS)) == [[], []]
    # The browser itself notes the 404 of the page that is one.
    assert [text for text in here.said if name != "not-found" or "404" not in text] == []


def test_no_page_is_left_out_of_the_tour():
    """A page that is added to the console is added to the tour, or says why it cannot be seen."""
    assert unseen(path for _handle, path in PAGES.values()) == set()


DARK = ("home", "form", "approval", "run", "undo", "user", "authority-draft", "sign-in")


@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize("name", DARK)
def test_a_page_can_be_read_in_the_dark(console, browser, story, name, locale):
    handle, path = PAGES[name]
    with window(console, browser, handle, locale, 360, color_scheme="dark") as (page, _):
        page.goto(console.url + path.format(**story, locale=locale))
        page.evaluate("document.fonts.ready")
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}-{locale}-dark.png", full_page=True)
        back = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert max(int(part) for part in re.findall(r"\d+", back)[:3]) < 60
        assert page.evaluate(CONTRAST) == []


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
            assert reviewing.locator("#draft").text_content()
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
