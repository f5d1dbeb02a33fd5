"""People enter leads, see why one scores as it does, and read the company's figures."""

import time


def test_a_lead_is_entered_scored_and_shown_with_every_signal(console):
    noura = console.visitor("noura")
    form = noura.get("/leads/new")
    given = {
        "company.name": "Qasr Foods",
        "company.name_ar": "قصر للأغذية",
        "company.country": "SA",
        "company.industry": "retail",
        "company.employees": "300",
        "contact.name": "منى الشهري",
        "contact.email": "muna@qasr-foods.example",
        "contact.phone": "0501234567",
        "source": "event",
        "budget": "confirmed",
        "budget_amount": "150000",
        "timing": "now",
        "consents.0.channel": "email",
        "consents.0.purpose": "marketing",
    }
    wrong = noura.send(form, "/leads/new", **{**given, "contact.phone": "12"})
    assert "This is not a phone number" in wrong.text
    assert "Qasr Foods" in wrong.source, "what was entered is not lost"
    kept = noura.send(wrong, "/leads/new", **given)
    assert "The lead is kept." in kept.text
    assert "Not scored yet" in kept.text
    lead = kept.path.partition("?")[0]
    scored = noura.send(kept, f"{lead}/score")
    assert "The lead is scored." in scored.text
    for words in ("66 of 100", "Warm", "18 of 20", "Retail", "≥ 250", "No model is configured."):
        assert words in scored.text, words
    acted = noura.send(scored, f"{lead}/activities", kind="demo_request")
    assert "Asked for a demo" in acted.text
    again = noura.send(acted, f"{lead}/score")
    assert "78 of 100" in again.text
    assert "Hot" in again.text
    arabic = console.visitor("noura", locale="ar").get(lead)
    for words in ("قصر للأغذية", "ساخن", "78 من 100", "طلب عرضًا توضيحيًا"):
        assert words in arabic.text, words
    listed = noura.get("/leads?grade=hot")
    assert lead in "".join(listed.links("/leads/lead_"))
    assert "muna@" not in lead


def test_the_trust_in_a_lead_and_in_its_company_is_worked_out_with_each_factor(console):
    given = console.api("noura", "GET", "/leads")
    noura = console.visitor("noura")
    place = f"/leads/{given[0]['id']}"
    page = noura.get(place)
    for kind, words in (
        ("lead", ("Engagement", "What is known", "weighs 35 of 100")),
        ("company", ("Registration", "How they pay", "weighs 60 of 100")),
    ):
        form = page.form(f"{place}/trust")["values"]
        done = noura.post(f"{place}/trust", {**form, "kind": kind})
        assert "The trust score is worked out." in done.text
        for each in words:
            assert each in done.text, each
    assert "Too little is known for a score" in done.text
    assert noura.post(f"{place}/trust", {**form, "kind": "connector"}).status == 422
    assert "الثقة في الشركة" in console.visitor("noura", locale="ar").get(place).text
    assert f"{place}/trust" not in console.visitor("dana").get(place).source


def test_figures_say_what_they_are_and_what_nothing_feeds(console):
    page = console.visitor("noura").get("/dashboard?period=P90D")
    for words in ("Revenue", "Win rate", "Connectors that answer", "No data", "one definition"):
        assert words in page.text, words
    assert "الإيرادات" in console.visitor("noura", locale="ar").get("/dashboard").text


def test_who_may_not_see_leads_has_no_way_there(console):
    saleh = console.visitor("saleh")
    assert "/leads" not in saleh.get("/").links("/leads")
    assert saleh.get("/leads").status == 403
    assert saleh.get("/leads/new").status == 403
    assert console.visitor("dana").get("/leads/new").status == 403


def test_a_qualified_lead_shows_its_memo_and_waits_on_its_owner_s_page(console):
    noura, lina = console.visitor("noura"), console.visitor("lina")
    form = noura.get("/start/lead_qualification")
    given = {
        "company.name": "Wadi Energy",
        "company.country": "SA",
        "contact.name": "Rakan",
        "contact.email": "rakan@wadi.example",
        "source": "web_form",
        "budget": "confirmed",
        "timing": "now",
        "_mode": "real",
    }
    run = noura.send(form, "/start/lead_qualification", **given).path.partition("?")[0]
    ends = time.monotonic() + 20
    while "The lead and its memo" not in (page := noura.get(run)).text:
        assert time.monotonic() < ends, page.text
        time.sleep(0.2)
    todo = lina.get("/todo")
    assert "Wadi Energy" in todo.text
    seen = lina.send(todo, f"/qualifications/{run.rpartition('/')[2]}/seen")
    for words in ("The lead is yours", "Qualification", "No registration number is given"):
        assert words in seen.text, words
    assert "Wadi Energy" not in lina.get("/todo").text
