"""A scan reads what was brought in, keeps both quotations sealed, and forgets nothing it found."""

import io

import docx
import pytest
from sqlalchemy import text
from tests.api.served import served
from tests.business.compliance.test_judging import Says, said
from tests.business.knowledge.files import blank_pdf, joined, pdf
from tests.console.visiting import Visitor
from tests.trust.model_use.steps import Purse

from dealix.api import schemas
from dealix.api.app import create_app
from dealix.console.routes import add_pages
from dealix.lanes.step_executor import Rules
from dealix.records import progress
from dealix.trust.model_use.executor import ModelExecutor

PROMISE = "All customer data is encrypted at rest and stays in the Kingdom."
DENIAL = "النسخ الاحتياطية غير مشفرة أثناء التخزين."


def paper(*lines, heading="Policy"):
    document, file = docx.Document(), io.BytesIO()
    document.add_heading(heading, 1)
    for line in lines:
        document.add_paragraph(line)
    document.save(file)
    return file.getvalue()


def bring(client, *lines):
    return send(client, paper(*lines))


def send(client, content):
    answer = client.post("/api/v1/documents", files={"file": ("a", content)})
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()["id"]


def scan(door, client, **given):
    run = client.post("/api/v1/runs", json={"workflow": "contradiction_scan", "input": given})
    assert run.status_code == 201, run.text
    door.services.pipeline_worker.work_due()
    return client.get(f"/api/v1/runs/{run.json()['id']}").json()


@pytest.fixture(scope="module")
def counsel(door):
    return door.client("maha")


def test_a_scan_finds_flags_and_keeps_what_people_make_of_it(door, counsel):
    first, second = bring(counsel, PROMISE), bring(counsel, DENIAL)
    run = scan(door, counsel, documents=[first, second, "doc_unknown"])
    assert (run["status"], run["outcome"]) == ("completed", "scanned"), run["error"]
    assert run["result"] == {"contradictions": 2, "by_kind": {"policy": 2}, "high": 2}
    steps = [(entry["name"], entry["status"]) for entry in run["timeline"]]
    assert steps == [(n, "done") for n in ("load_documents", "compare_claims", "flag_conflicts")]
    found = counsel.get("/api/v1/contradictions").json()
    sources = {side["source"] for each in found for side in (each["a"], each["b"])}
    assert "setting:installation" in sources
    [one] = [
        each for each in found if {each["a"]["quote"], each["b"]["quote"]} == {PROMISE, DENIAL}
    ]
    schemas.ContradictionView.model_validate(one)
    assert one["run"] == run["id"]
    told = one["provenance"]
    assert (told["method"], told["executor"], told["model"]) == ("rules", "rules", None)
    assert told["rules_version"].startswith("contradiction-rules-")
    assert told["inputs_hash"].startswith("sha256:")
    assert told["not_configured"] == ["model"]
    assert {one["a"]["source"], one["b"]["source"]} == {f"document:{first}", f"document:{second}"}
    assert (one["severity"], one["status"]) == ("high", "detected")
    again = scan(door, counsel, documents=[first, second])
    assert again["result"]["contradictions"] == 2
    assert [each["id"] for each in counsel.get("/api/v1/contradictions").json()].count(
        one["id"]
    ) == 1
    place = f"/api/v1/contradictions/{one['id']}/events"
    assert counsel.post(place, json={"status": "reviewing"}).json()["status"] == "reviewing"
    same = counsel.post(place, json={"status": "reviewing"})
    assert (same.status_code, same.json()["code"]) == (409, "contradiction_stands_so")
    settled = counsel.post(place, json={"status": "resolved"}).json()
    assert [event["status"] for event in settled["events"]] == ["detected", "reviewing", "resolved"]
    listed = counsel.get("/api/v1/contradictions?status=detected").json()
    assert one["id"] not in [each["id"] for each in listed]


def test_the_ledger_holds_no_words_and_says_that_no_model_was_asked(door, counsel):
    first = bring(counsel, "Retention of email: 24 months", "Retention of e-mails: 12 months")
    run = scan(door, counsel, documents=[first])
    with door.services.database.tenant("rawabi-sa") as session:
        results = progress.results_of(session, run["id"])
    assert "Retention" not in str(results)
    compared = results["compare_claims"]
    assert (compared["method"], compared["not_configured"]) == ("rules", ["model"])
    assert run["result"]["by_kind"] == {"temporal": 2}, "with one another, and with the register"


def known(client, content, name, *audience):
    """A document to search, for these roles."""
    data = {"title": name, "audience": list(audience)}
    files = {"file": (name, content.encode())}
    made = client.post("/api/v1/knowledge/documents", files=files, data=data)
    assert made.status_code == 201, made.text
    return made.json()["id"]


def test_documents_to_search_are_read_and_quoted_to_their_audience_only(door, counsel):
    web = "<!doctype html><html><body><h1>Retention</h1><p>{}</p></body></html>"
    said = "Retention of WhatsApp messages: 48 months."
    page = known(counsel, web.format(said), "retention.html", "legal_counsel")
    plain = known(counsel, "يُحتفظ برسائل واتساب ٣٦ شهرًا في كل الأحوال.", "retention.txt")
    run = scan(door, counsel, documents=[page, plain, "kdoc_unknown"])
    assert run["result"]["by_kind"] == {"temporal": 3}, run["result"]
    ours = {f"knowledge:{page}", f"knowledge:{plain}"}

    def sides(client):
        found = client.get(f"/api/v1/contradictions?run={run['id']}").json()
        return {side["source"]: side for each in found for side in (each["a"], each["b"])}

    seen = sides(counsel)
    assert set(seen) == {*ours, "setting:processing"}
    assert seen[f"knowledge:{page}"]["quote"] == said
    assert not any(side["withheld"] for side in seen.values())
    hidden = sides(door.client("dana"))
    assert (hidden[f"knowledge:{page}"]["quote"], hidden[f"knowledge:{page}"]["withheld"]) == (
        None,
        True,
    )
    assert hidden[f"knowledge:{plain}"]["quote"]
    counsel.put(f"/api/v1/knowledge/documents/{page}/audience", json={"audience": []})
    assert sides(door.client("dana"))[f"knowledge:{page}"]["quote"] == said
    assert counsel.delete(f"/api/v1/knowledge/documents/{page}").status_code == 204
    gone = sides(counsel)[f"knowledge:{page}"]
    assert (gone["quote"], gone["withheld"]) == (None, False)
    assert counsel.delete(f"/api/v1/knowledge/documents/{plain}").status_code == 204


def test_who_may_not_fetch_papers_is_not_quoted_them(door, counsel):
    run = scan(door, counsel, documents=[bring(counsel, PROMISE), bring(counsel, DENIAL)])
    assert run["result"]["contradictions"] == 2
    found = door.client("amal").get("/api/v1/contradictions").json()
    sides = [side for each in found for side in (each["a"], each["b"])]
    papers = [side for side in sides if side["source"].startswith("document:")]
    assert papers
    assert {side["withheld"] for side in papers} == {True}
    assert not any(side["withheld"] for side in sides if side not in papers)


def test_a_company_that_brought_nothing_in_contradicts_itself_in_nothing(door):
    counsel = door.client("aisha", "rawabi-ae")
    run = scan(door, counsel)
    assert (run["outcome"], run["result"]["contradictions"]) == ("scanned", 0), run
    with door.services.database.tenant("rawabi-ae") as session:
        loaded = progress.results_of(session, run["id"])["load_documents"]
    assert {name.partition(":")[0] for name in loaded["documents"]} == {"clause"}


def test_what_a_model_added_names_the_model_its_prompt_and_its_inputs(door, counsel, monkeypatch):
    says = ModelExecutor("model", Says(said()), Purse(), Rules())
    monkeypatch.setattr(door.services.model_use, "execute", says.execute)
    given = (
        "Retention of all personal data: 24 months",
        "WhatsApp messages are kept for 36 months",
    )
    run = scan(door, counsel, documents=[bring(counsel, *given)])
    assert run["result"]["by_model"] == 1, run["error"]
    found = counsel.get(f"/api/v1/contradictions?run={run['id']}").json()
    [one] = [each for each in found if each["rule"] == "judged_by_model"]
    told = one["provenance"]
    assert (told["method"], told["model"], told["executor"]) == ("model", "says", "model")
    assert told["prompt_version"].startswith("contradiction.v1")
    assert told["inputs_hash"].startswith("sha256:")
    assert told["not_configured"] == []


def test_a_pdf_is_read_page_by_page_and_quoted_with_its_page_and_line(door, counsel):
    long = (
        "Every record of every customer that this company keeps in any of its systems, and each "
        "of the copies that it makes of them for safety, is encrypted at rest."
    )
    printed = send(counsel, joined(pdf("An introduction.", "Nothing else."), pdf(DENIAL, long)))
    scanned = send(counsel, blank_pdf())
    run = scan(door, counsel, documents=[printed, scanned])
    assert run["outcome"] == "scanned", run["error"]
    found = [e for e in counsel.get("/api/v1/contradictions").json() if e["run"] == run["id"]]
    pairs = {(e["a"]["quote"], e["b"]["quote"]): e for e in found}
    one = pairs[DENIAL, long]
    source = f"document:{printed}#page=2"
    assert [(e["source"], e["line"]) for e in (one["a"], one["b"])] == [(source, 2), (source, 3)]
    with door.services.database.tenant("rawabi-sa") as session:
        loaded = progress.results_of(session, run["id"])["load_documents"]
    assert (f"document:{printed}" in loaded["documents"], loaded["unread"]) == (True, [scanned])
    token = door.person("maha")["token"]
    with served(create_app(door.services, add_pages)) as url:
        for locale, said in (("en", "page 2"), ("ar", "صفحة 2")):
            visitor = Visitor(url, locale, token)
            page = visitor.get(f"/contradictions?run={run['id']}")
            visitor.client.close()
            assert said in page.text
            assert f'href="/api/v1/documents/{printed}#page=2"' in page.answer.text


def test_an_erased_document_takes_its_quotations_along(door, counsel):
    first = bring(counsel, "The discount limit is 15%", "The discount limit is 25%")
    run = scan(door, counsel, documents=[first])
    with door.services.database.tenant("rawabi-sa") as session:
        person = session.execute(
            text("SELECT person_id FROM uploads WHERE id = :id"), {"id": first}
        ).scalar_one()
        door.services.vault.erase(
            session, door.services.access.actor_of(door.person("abeer")["token"]), person
        )
    found = [e for e in counsel.get("/api/v1/contradictions").json() if e["run"] == run["id"]]
    sides = [side for each in found for side in (each["a"], each["b"])]
    quoted = {side["source"].partition(":")[0]: side["quote"] for side in sides}
    assert quoted["document"] is None
    assert "Discount limit" in quoted["setting"], "what is in force is nobody's"


def test_who_may_not_read_contradictions_neither_sees_nor_settles_nor_scans(door):
    lina = door.client("lina")
    assert lina.get("/api/v1/contradictions").status_code == 403
    refused = lina.post("/api/v1/contradictions/ctr_1/events", json={"status": "resolved"})
    assert refused.status_code == 403
    body = {"workflow": "contradiction_scan", "input": {}}
    assert lina.post("/api/v1/runs", json=body).status_code == 403
    stranger = door.client("hamad", "rawabi-ae")
    assert stranger.get("/api/v1/contradictions").json() == []
    unknown = door.client("maha").post(
        "/api/v1/contradictions/ctr_1/events", json={"status": "resolved"}
    )
    assert unknown.status_code == 404


@pytest.mark.parametrize("given", [{"documents": ["../etc"]}, {"documents": "doc_1"}, {"more": 1}])
def test_a_wrong_question_is_refused(door, counsel, given):
    body = {"workflow": "contradiction_scan", "input": given}
    assert counsel.post("/api/v1/runs", json=body).status_code == 422


def test_contradictions_are_listed_by_severity_and_scan_page_by_page(door, counsel):
    promise, number = "The cloud is encrypted in transit.", "Response time: {} hours"
    files = [
        bring(counsel, promise, number.format(4)),
        bring(counsel, "The cloud is not encrypted in transit.", number.format(9)),
    ]
    run = scan(door, counsel, documents=files)["id"]
    whole = counsel.get(f"/api/v1/contradictions?run={run}").json()
    assert {each["run"] for each in whole} == {run}
    order = ["high", "medium", "low"]
    assert [each["severity"] for each in whole] == sorted(
        (each["severity"] for each in whole), key=order.index
    )
    found, address = [], f"/api/v1/contradictions?run={run}&limit=1"
    while address:
        answer = counsel.get(address)
        found += [each["id"] for each in answer.json()]
        address = answer.links["next"]["url"] if "next" in answer.links else ""
    assert found == [each["id"] for each in whole]
    high = counsel.get("/api/v1/contradictions?severity=high").json()
    assert {each["severity"] for each in high} == {"high"}
    for query in ("severity=huge", "run=%00", "limit=1000", "status=gone"):
        assert counsel.get(f"/api/v1/contradictions?{query}").status_code == 422
