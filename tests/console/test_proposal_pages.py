"""People make proposals from a form, read price and versions, open files, approve prices."""

import re
import time

DEAL = {
    "deal.title": "Platform, two years",
    "deal.company_name": "Sahab Systems",
    "deal.company_name_ar": "أنظمة سحاب",
    "lines.0.sku": "PLATFORM-SEAT",
    "lines.0.quantity": "٤٠",
    "_mode": "real",
}


def offered(console, visitor, **given):
    """Send the form of a proposal; the page of its run once it has ended."""
    form = visitor.get("/start/proposal_generation")
    sent = visitor.send(form, "/start/proposal_generation", **{**DEAL, **given})
    run = sent.path.partition("?")[0].rpartition("/")[2]
    ends = time.monotonic() + 30
    while console.api("noura", "GET", f"/runs/{run}")["ended_at"] is None:
        assert time.monotonic() < ends, sent.text
        time.sleep(0.2)
    return run


def test_a_proposal_is_made_from_the_form_and_read_in_both_languages(console):
    noura = console.visitor("noura")
    form = noura.get("/start/proposal_generation")
    dear = {**DEAL, "lines.0.discount_percent": "60"}
    wrong = noura.send(form, "/start/proposal_generation", **dear)
    assert "would be below what it costs us" in wrong.text
    assert "Sahab Systems" in wrong.source, "what was entered is not lost"
    run = offered(console, noura, **{"lines.0.discount_percent": "10"})
    page = noura.get(f"/proposals/{run}")
    for words in ("Sahab Systems", "Ready", "1,539", "Saudi riyal", "Worded by the template."):
        assert words in page.text, words
    arabic = console.visitor("noura", locale="ar").get(f"/proposals/{run}")
    for words in ("أنظمة سحاب", "جاهز", "الإجمالي المستحق", "الملخص"):
        assert words in arabic.text, words
    assert f'href="/proposals/{run}"' in noura.get(f"/runs/{run}").source
    assert f"/proposals/{run}" in noura.get("/proposals?state=ready").links("/proposals/run_")
    for language in ("ar", "en"):
        file = noura.get(f"/proposals/{run}/pdf?lang={language}").answer
        assert file.content.startswith(b"%PDF")
        assert file.headers["cache-control"] == "no-store"
    todo = noura.get("/todo")
    assert "Sahab Systems" in todo.text
    seen = noura.send(todo, f"/proposals/{run}/seen")
    assert "You have seen the proposal" in seen.text
    assert "Sahab Systems" not in noura.get("/todo").text
    again = noura.get(f"/start/proposal_generation?deal={page_deal(console, run)}")
    assert page_deal(console, run) in again.source


def listed(page, name):
    [select] = re.findall(rf'<select[^>]* name="{name}".*?</select>', page.source, re.DOTALL)
    return set(re.findall('<option value="([^"]*)"', select))


def test_the_form_offers_the_products_of_the_price_books_in_force(console):
    noura = console.visitor("noura")
    form = noura.get("/start/proposal_generation")
    books = console.api("noura", "GET", "/price-books")
    known = {one["sku"] for book in books for one in book["products"]}
    assert listed(form, "lines.0.sku") == {"", *known}
    products = (one for book in books for one in book["products"])
    name = next(one for one in products if one["sku"] == "PLATFORM-SEAT")
    assert f"{name['name']} · UAE dirham · Saudi riyal" in form.text
    arabic = console.visitor("noura", locale="ar").get("/start/proposal_generation")
    assert f"{name['name_ar']} · درهم إماراتي · ريال سعودي" in arabic.text
    more = noura.send(form, "/start/proposal_generation", **DEAL, _more="lines")
    assert 'value="PLATFORM-SEAT" selected' in more.source
    assert listed(more, "lines.1.sku") == {"", *known}
    unknown = {**DEAL, "lines.0.sku": "GONE-1"}
    refused = noura.send(form, "/start/proposal_generation", **unknown)
    assert 'value="GONE-1" selected' in refused.source, "what was entered is not lost"


def page_deal(console, run):
    return console.api("noura", "GET", f"/proposals/{run}")["deal_id"]


def test_a_price_above_the_limit_is_approved_on_its_page_and_then_opened(console):
    noura = console.visitor("noura")
    named = {"deal.company_name": "Ghaim Trading", "deal.company_name_ar": "غيم للتجارة"}
    run = offered(console, noura, **named, **{"lines.0.discount_percent": "20"})
    waits = noura.get(f"/proposals/{run}")
    assert "Nothing goes out before its price is approved." in waits.text
    assert "/pdf" not in waits.source
    price_run = console.api("noura", "GET", f"/proposals/{run}")["price_run"]
    approval = console.waits_at(price_run, "discount_approval")
    for locale, words in (
        ("en", ("Approve this price.", "20 %", "Above 15", "Ghaim Trading", "PLATFORM-SEAT")),
        ("ar", ("اعتمد هذا السعر", "غيم للتجارة", "سعر الوحدة")),
    ):
        page = console.visitor("fahad", locale=locale).get(f"/approvals/{approval}")
        for each in words:
            assert each in page.text, each
    assert "not yours to decide" in noura.get(f"/approvals/{approval}").text
    decided = console.decide("fahad", approval, "approve")
    assert "Your decision is stored" in decided.text
    noura.until(f"/proposals/{run}", lambda page: 'id="files"' in page.source, "its files")


def test_what_an_approver_sends_back_about_a_price_is_answered_in_words(console):
    noura = console.visitor("noura")
    named = {"deal.company_name": "Matar Foods", "deal.company_name_ar": "مطر للأغذية"}
    run = offered(console, noura, **named, **{"lines.0.discount_percent": "18"})
    price_run = console.api("noura", "GET", f"/proposals/{run}")["price_run"]
    approval = console.waits_at(price_run, "discount_approval")
    console.decide("fahad", approval, "request_changes", "Say why")
    form = noura.get(f"/approvals/{approval}/answer")
    assert "The price itself is asked again as it stands." in form.text
    sent = noura.send(form, f"/approvals/{approval}/answer", comment="A reference customer")
    assert "the gate is asked again" in sent.text
    again = f"{approval[:-1]}2"
    noura.until(f"/approvals/{again}", lambda page: page.status == 200, "the second round")


def test_deals_and_price_books_are_lists_with_ways_on(console):
    noura = console.visitor("noura")
    offered(console, noura, **{"deal.company_name": "Shatea"})
    deals = noura.get("/deals")
    assert "Shatea" in deals.text
    assert deals.links("/start/proposal_generation?deal=")
    books = console.visitor("noura", locale="ar").get("/price-books")
    for words in ("مقعد في المنصة، سنة", "PLATFORM-SEAT", "100+"):
        assert words in books.text, words
    assert console.visitor("saleh").get("/proposals").status == 403
    assert console.visitor("saleh").get("/price-books").status == 403
    assert noura.get("/proposals/run_nobody").status == 404
