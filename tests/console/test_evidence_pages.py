"""Contradictions and evidence in the console: found, shown, settled, assembled and verified."""

import re
import time

from tests.api.test_contradictions import paper

PROMISE = "All customer data is encrypted at rest and stays in the Kingdom."
DENIAL = "النسخ الاحتياطية غير مشفرة أثناء التخزين."


def two_papers(console):
    """Two documents that cannot both be right. Answers their IDs."""
    made = (paper(PROMISE), paper(DENIAL))
    return [console.api("maha", "POST", "/documents", content=each)["id"] for each in made]


def sent_and_ended(console, page, action, handle="abeer", **values):
    """Send one of a page's forms, and wait for the end of the run that it starts."""
    begun = console.visitor(handle).post(action, {**page.form(action)["values"], **values})
    run = str(begun.answer.url).partition("?")[0].rpartition("/")[2]
    assert run.startswith("run_"), begun.text
    ends = time.monotonic() + 30
    while (seen := console.api(handle, "GET", f"/runs/{run}"))["ended_at"] is None:
        assert time.monotonic() < ends, seen
        time.sleep(0.2)
    return seen


def test_a_scan_is_started_and_both_quotations_stand_side_by_side(console):
    documents = two_papers(console)
    abeer = console.visitor("abeer")
    run = sent_and_ended(console, abeer.get("/contradictions"), "/contradictions/scan")["id"]
    page = abeer.get(f"/contradictions?severity=high&run={run}")
    for words in ("Promised in one place, denied in another", "High", DENIAL):
        assert words in page.text, words
    assert f'lang="en" dir="ltr">{PROMISE}' in page.source
    assert f'lang="ar" dir="rtl">{DENIAL}' in page.source
    for each in documents:
        assert f'href="/api/v1/documents/{each}"' in page.source
    assert f'href="/runs/{run}"' in page.source
    assert "Where this comes from: our rules" in page.text
    low = abeer.get(f"/contradictions?severity=low&run={run}")
    assert "Nothing was found with this choice." in low.text
    arabic = console.visitor("abeer", locale="ar").get("/contradictions")
    assert "موعود به في موضع ومنفي في آخر" in arabic.text
    assert "مصدر هذه النتيجة: قواعدنا" in arabic.text


def test_a_contradiction_is_settled_once_and_stands_so(console):
    two_papers(console)
    maha = console.visitor("maha")
    sent_and_ended(console, maha.get("/contradictions"), "/contradictions/scan", "maha")
    page = maha.get("/contradictions")
    place = next(iter(re.findall(r'action="(/contradictions/ctr_\w+/settle)"', page.source)))
    values = page.form(place)["values"]
    assert "Put right" in maha.post(place, {**values, "status": "resolved"}).text
    again = maha.post(place, {**values, "status": "resolved"})
    assert (again.status, "This contradiction stands so already." in again.text) == (409, True)
    assert maha.post(place, {**values, "status": "gone"}).status == 422


def test_contradictions_are_for_who_may_read_them(console):
    assert console.visitor("noura").get("/contradictions").status == 403
    dana = console.visitor("dana")
    page = dana.get("/contradictions")
    assert page.status == 200
    assert 'action="/contradictions/scan"' not in page.source
    assert "/settle" not in page.source
    assert dana.post("/contradictions/scan", {}).status == 403
    assert dana.get("/contradictions?run=%00").status == 422


def test_packs_of_each_kind_are_assembled_listed_fetched_and_verified(console):
    run = console.start()
    manager = console.waits_at(run, "manager_approval")
    console.decide(console.decider(manager), manager, "reject", "no")
    abeer = console.visitor("abeer")
    abeer.until(f"/runs/{run}", lambda page: "/evidence/" in page.source, "a pack of the flow")
    about = {"deal_closure": run, "incident_response": run}
    for kind in ("board_report", "compliance_audit", "deal_closure", "incident_response"):
        page = abeer.get(f"/evidence?kind={kind}")
        given = {"run": about[kind]} if kind in about else {}
        ended = sent_and_ended(console, page, "/start/evidence_pack", type=kind, **given)
        pack = ended["result"]["pack"]
        assert f'data-pack="{pack}"' in abeer.get(f"/evidence?kind={kind}").source
        opened = abeer.get(f"/evidence/{pack}")
        assert ended["result"]["sha256"] in opened.source
        assert abeer.client.get(opened.links(f"/api/v1/evidence/{pack}.zip")[0]).status_code == 200
        checked = abeer.send(opened, f"/evidence/{pack}/verify")
        assert "The pack is what was sealed." in checked.text, checked.text
        assert 'data-ok="true"' in checked.source
    closed = abeer.get("/evidence?kind=deal_closure")
    assert closed.source.count("data-pack=") >= 2, "the flow's own pack is listed too"
    arabic = console.visitor("abeer", locale="ar").get(f"/evidence/{pack}")
    assert "الاستجابة" in arabic.text


def test_a_pack_whose_file_was_changed_says_so(console):
    abeer = console.visitor("abeer")
    page = abeer.get("/evidence")
    pack = sent_and_ended(console, page, "/start/evidence_pack", type="board_report")["result"]
    digest = pack["sha256"]
    file = console.home / "objects" / "sha256" / digest[:2] / digest
    file.write_bytes(file.read_bytes() + b"x")
    opened = abeer.get(f"/evidence/{pack['pack']}")
    checked = abeer.send(opened, f"/evidence/{pack['pack']}/verify")
    assert "The pack is not what was sealed." in checked.text
    assert "its stored file is missing, or is not what was sealed" in checked.text


def test_a_run_that_makes_no_such_pack_is_refused_in_a_sentence(console):
    abeer = console.visitor("abeer")
    form = abeer.get("/evidence").form("/start/evidence_pack")["values"]
    wrong = abeer.post("/start/evidence_pack", {**form, "type": "deal_closure", "run": "run_x"})
    assert wrong.status == 422
    assert "There is no run run_x of which such a pack is made." in wrong.text


def test_wide_packs_are_not_shown_to_who_may_not_read_them(console):
    noura, abeer = console.visitor("noura"), console.visitor("abeer")
    page = abeer.get("/evidence")
    pack = sent_and_ended(console, page, "/start/evidence_pack", type="board_report")
    place = f"/evidence/{pack['result']['pack']}"
    listed = noura.get("/evidence")
    assert listed.status == 200
    assert "Board report" not in listed.text
    assert noura.get(place).status == 403
    assert 'id="new-board_report"' not in listed.source
    assert 'id="new-deal_closure"' in listed.source
    assert abeer.get("/evidence/evidence_x").status == 404
