"""Compliance in the console: scanned by a button, by framework, compared with the last one."""


def scanned(console, visitor, page):
    """Press the button, and wait for the end of the run that it starts."""
    run = str(visitor.send(page, "/compliance/scan").answer.url).partition("?")[0].split("/")[-1]
    visitor.until(f"/compliance?run={run}", lambda found: found.status == 200, "the scan has ended")
    return run


def test_a_scan_is_started_shown_and_compared(console):
    abeer = console.visitor("abeer")
    first = scanned(console, abeer, abeer.get("/compliance"))
    second = scanned(console, abeer, abeer.get("/compliance"))
    page = abeer.get("/compliance")
    assert second in page.source
    assert f"/compliance?run={first}" in page.source
    assert "Since the scan before" in page.text
    assert 'id="ecc_tenants_isolated" data-status="pass"' in page.source
    assert 'id="pdpl_privacy_notice" data-status="manual"' in page.source
    assert "Legal counsel" in page.text
    assert page.source.count('<details class="manual">') == 4, "folded, by framework"
    places = [page.source.index(f'id="{name}"') for name in ("nca_ecc", "ecc_2_15_4", "owasp_llm")]
    assert places == sorted(places)
    assert "Business continuity: requirements are put into practice" in page.text
    assert page.source.index('data-status="fail"') < page.source.index('data-status="pass"')
    assert "Changed after the scan" not in page.text
    assert "Where this comes from: our rules" in page.text
    arabic = console.visitor("abeer", locale="ar").get("/compliance")
    assert "قاعدة البيانات تفصل بين الشركات" in arabic.text
    assert "نظام حماية البيانات الشخصية" in arabic.text
    assert "استمرارية الأعمال: المتطلبات مطبّقة" in arabic.text


def test_who_may_only_read_gets_no_button_and_a_stranger_no_page(console):
    dana = console.visitor("dana")
    page = dana.get("/compliance")
    assert page.status == 200
    assert 'action="/compliance/scan"' not in page.source
    assert dana.post("/compliance/scan", {}).status == 403
    assert console.visitor("lina").get("/compliance").status == 403
    assert console.visitor("abeer").get("/compliance?run=run_x").status == 404


def test_who_keeps_the_controls_gives_one_of_people_another_owner_and_day(console):
    abeer = console.visitor("abeer")
    page, place = abeer.get("/compliance"), "/compliance/controls/pdpl_privacy_notice"
    past = abeer.send(page, place, owner="cto", due="2020-02-29")
    assert past.status == 422
    assert "is past" in past.text
    assert past.form(place)["values"]["owner"] == "cto", "what was entered is not lost"
    assert abeer.send(page, place, owner="cto", due="soon").status == 422
    saved = abeer.send(page, place, owner="cto", due="2027-09-30")
    assert "The change is saved." in saved.text
    assert saved.form(place)["values"].items() >= {"owner": "cto", "due": "2027-09-30"}.items()
    arabic = console.visitor("abeer", locale="ar").get("/compliance")
    assert "غيّر المسؤول والموعد" in arabic.text
    assert 'action="/compliance/controls/' not in console.visitor("dana").get("/compliance").source
    assert console.visitor("dana").post(place, {"owner": "cto", "due": "2027-09-30"}).status == 403
