"""The thin flow as people walk it: start, decide, look, cancel, rehearse, settle, answer."""

import re
from datetime import timedelta

import pytest

from dealix import catalog, clock
from dealix.catalog import Lane
from dealix.i18n.words import word
from dealix.language.dialects import LABELS
from dealix.language.intents import INTENTS

ENDED = ("completed", "compensated", "cancelled", "attention", "failed")


def shown_status(page) -> str:
    """The state on a run's page, by its badge."""
    match = re.search(
        r'aria-label="Timeline">.*?class="badge[^"]*">([^<]*)<', page.source, re.DOTALL
    )
    assert match, page.text
    return match[1]


def walk_to_executive(console) -> tuple[str, str]:
    run = console.start()
    console.terms_out(run)
    return run, console.partner_accepts(run)


def start_into_doubt(console, address: str) -> str:
    """A run whose terms reach this contact without an answer of the mail server."""
    run = console.start(**{"contact.email": address})
    fault = {"provider": "smtp", "fault": "timeout_after", "count": 1, "match": address}
    console.sandbox("POST", "/_sandbox/faults", json=fault)
    console.approve(run, "manager_approval", "term_review", "legal_review")
    return run


def test_from_the_form_to_an_active_partner(console):
    run = console.start("noura")
    approval = console.waits_at(run, "manager_approval")
    handle = console.decider(approval)
    home = console.visitor(handle).get("/")
    assert f"/approvals/{approval}" in home.links("/approvals/")
    count = re.search(r'class="count"[^>]*>(\d+)<', home.source)
    assert count
    assert int(count[1]) >= 1
    page = console.visitor(handle).get(f"/approvals/{approval}")
    assert "Noura Al-Qahtani" in page.text  # who asks
    assert "Fahad Al-Otaibi" in page.text  # who decides
    assert "Send an email" not in page.text  # nothing leaves by this yes
    decided = console.decide(handle, approval, "approve")
    assert "Your decision is stored" in decided.text
    console.approve(run, "term_review")
    review = console.waits_at(run, "legal_review")
    handle = console.decider(review)
    page = console.visitor(handle).get(f"/approvals/{review}")
    for text in ("Send an email", "Write to the CRM", "sha256:", "Partnership term sheet"):
        assert text in page.text
    assert "Noura Al-Qahtani" in page.text
    assert "Your decision is stored" in console.decide(handle, review, "approve").text
    console.partner_accepts(run)
    console.approve(run, "executive_approval")  # by as many as this partner's authority row asks
    assert "The signatories have acted" in console.signatories(run).text
    done = console.visitor("noura").until(
        f"/runs/{run}", lambda page: shown_status(page) == "Completed", "completed"
    )
    steps = [name for kind, name, status in done.entries() if kind == "step" and status == "done"]
    assert steps[:3] == ["check_registration", "identify_partner", "score_fit"]
    assert steps[-1] == "assemble_evidence"
    assert "send_envelope" in steps
    assert 'id="signature" data-status="completed"' in done.source
    assert done.text.count("Signed") >= 3  # as a whole, for the partner, for us
    assert not [entry for entry in done.entries() if entry[0] == "ahead"]
    progress = re.search(r"(\d+) of (\d+) steps", done.text)
    assert progress
    assert progress[1] == progress[2]
    pack = done.links("/api/v1/evidence/")
    assert pack
    archive = console.visitor("noura").get(pack[0]).answer
    assert archive.content[:2] == b"PK"


@pytest.mark.journey
@pytest.mark.parametrize(
    ("locale", "sent", "declined"),
    [("en", "Sent, not opened yet", "Declined"), ("ar", "أُرسل ولم يُفتح بعد", "اعتذر")],
)
def test_a_signatory_who_declines_ends_it_and_the_page_says_so(console, locale, sent, declined):
    run, approval = walk_to_executive(console)
    handle = console.decider(approval)
    asked = console.visitor(handle).get(f"/approvals/{approval}")
    for text in ("Send for signature", "Void the signature request"):  # with its declared undo
        assert text in asked.text
    console.executives_agree(approval)
    waiting = console.out_for_signature(run, locale=locale)
    assert sent in waiting.text
    assert "noura@" not in waiting.text
    undo = console.visitor("noura").get(f"/runs/{run}/undo")
    assert "Signature request voided" in undo.text
    console.signatories(run, "decline")
    ended = console.visitor("noura", locale=locale).until(
        f"/runs/{run}",
        lambda page: (
            'id="signature" data-status="declined"' in page.source
            and console.api("noura", "GET", f"/runs/{run}")["ended_at"]
        ),
        "an end",
    )
    assert declined in ended.text
    told = console.api("noura", "GET", f"/runs/{run}")
    assert (told["status"], told["outcome"]) == ("compensated", "declined")
    late = console.visitor("noura")
    values = {**late.get("/").form("/sign-out")["values"], "word": "sign"}
    refused = late.post(f"/runs/{run}/signature", values)
    assert (refused.status, "Nothing is out for signature" in refused.text) == (409, True)
    assert late.post(f"/runs/{run}/signature", {**values, "word": "forge"}).status == 422


@pytest.mark.journey
def test_nobody_plays_the_signatories_of_another_company(console):
    run, approval = walk_to_executive(console)
    console.executives_agree(approval)
    console.out_for_signature(run)
    mariam = console.visitor("mariam", "rawabi-ae")
    values = {**mariam.get("/").form("/sign-out")["values"], "word": "sign"}
    assert mariam.post(f"/runs/{run}/signature", values).status == 404
    assert console.api("noura", "GET", f"/runs/{run}")["waiting_for"] == "signature"


@pytest.mark.journey
def test_what_all_have_signed_is_final_before_anybody_cancels(console):
    run, approval = walk_to_executive(console)
    console.executives_agree(approval)
    console.out_for_signature(run)
    console.api("noura", "POST", f"/runs/{run}/pause")
    sent = console.visitor("noura").get(f"/runs/{run}")
    console.visitor("noura").send(sent, f"/runs/{run}/signature", word="sign")
    undo = console.visitor("noura").until(
        f"/runs/{run}/undo",
        lambda page: "Sent for signature" in page.source.partition('id="final"')[2],
        "a final envelope",
    )
    assert "Signature request voided" not in undo.text


def test_what_is_wrong_is_said_at_its_field_and_what_was_entered_stays(console):
    visitor = console.visitor("noura", locale="ar")
    form = visitor.get("/start/partner_approval?example=901")
    before = len(visitor.get("/runs").links("/runs/run_"))
    page = visitor.send(
        form,
        "/start/partner_approval",
        **{
            "name": "ش",
            "registration_number": "12",
            "contact.email": "no address",
            "economics.expected_revenue": "-5",
            "partner_type": "",
        },
    )
    assert page.status == 422
    values = page.form("/start/partner_approval")["values"]
    assert values["contact.email"] == "no address"
    assert values["economics.expected_revenue"] == "-5"
    assert values["name_ar"] == form.form("/start/partner_approval")["values"]["name_ar"]
    for name in ("name", "contact-email", "economics-expected_revenue", "partner_type"):
        assert f'id="f-{name}-wrong"' in page.source, name
    assert "اكتب عنوانًا بالصيغة" in page.text
    assert "لا يجوز أن يكون المبلغ" in page.text
    assert len(visitor.get("/runs").links("/runs/run_")) == before


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("registration_number", "12", "not in a form that Saudi Arabia issues"),
        ("deadline", "2020-01-01T10:00", "is already past"),
    ],
)
def test_a_rule_of_the_business_is_said_at_its_field(console, field, value, said):
    visitor = console.visitor("noura")
    form = visitor.get("/start/partner_approval?example=902")
    page = visitor.send(form, "/start/partner_approval", **{field: value})
    assert page.status == 422
    assert f'id="f-{field}-wrong"' in page.source
    assert said in page.text


def test_the_same_form_sent_twice_starts_one_run(console):
    visitor = console.visitor("noura")
    form = visitor.get("/start/partner_approval?example=903")
    first = visitor.send(form, "/start/partner_approval")
    second = visitor.send(form, "/start/partner_approval")
    assert first.path == second.path


def test_who_may_not_start_is_told_so(console):
    visitor = console.visitor("dana")
    form = visitor.get("/start/partner_approval?example=904")
    page = visitor.send(form, "/start/partner_approval")
    assert page.status == 403
    assert "Your roles do not allow this" in page.text


def test_a_rejection_needs_its_reason_and_nothing_written_is_lost(console, waiting_run):
    approval = console.waits_at(waiting_run, "manager_approval")
    handle = console.decider(approval)
    page = console.decide(handle, approval, "reject")
    assert page.status == 422
    assert "Say why" in page.text
    assert page.form(f"/approvals/{approval}/decide")


def test_a_changed_packet_is_refused_and_nothing_written_is_lost(console, waiting_run):
    approval = console.waits_at(waiting_run, "manager_approval")
    visitor = console.visitor(console.decider(approval))
    page = visitor.get(f"/approvals/{approval}")
    action = f"/approvals/{approval}/decide"
    stale = visitor.send(
        page,
        action,
        decision="approve",
        comment="fine with me",
        packet_hash="sha256:" + "0" * 64,
    )
    assert stale.status == 409
    assert "The packet has changed since you saw it" in stale.text
    kept = stale.form(action)["values"]
    assert kept["comment"] == "fine with me"
    assert kept["packet_hash"] == page.form(action)["values"]["packet_hash"]
    assert console.waits_at(waiting_run, "manager_approval") == approval  # still open


def test_who_does_not_decide_sees_the_packet_and_no_buttons(console, waiting_run):
    approval = console.waits_at(waiting_run, "manager_approval")
    page = console.visitor("noura").get(f"/approvals/{approval}")
    assert page.status == 200
    assert "This is not yours to decide" in page.text
    assert 'name="decision"' not in page.source
    token = page.form("/sign-out")["values"]["csrf_token"]
    data = {"csrf_token": token, "decision": "approve", "packet_hash": "x"}
    refused = console.visitor("noura").post(f"/approvals/{approval}/decide", data)
    assert refused.status == 403
    assert "may not be the one who approves" in refused.text


def test_a_cancel_is_seen_beforehand_and_takes_back_in_reverse(console):
    run, _ = walk_to_executive(console)
    visitor = console.visitor("fahad")
    preview = visitor.get(f"/runs/{run}/undo")
    names = re.findall(r'<li data-name="([^"]+)"', preview.source)
    assert names == ["withdraw_in_crm", "retract_terms_whatsapp", "retract_terms"]
    page = visitor.send(preview, f"/runs/{run}/cancel", comment="they went elsewhere")
    assert "The cancel is stored" in page.text
    ended = visitor.until(
        f"/runs/{run}", lambda page: shown_status(page) == "Cancelled", "cancelled"
    )
    undone = [name for kind, name, _ in ended.entries() if kind == "undo"]
    assert undone == ["withdraw_in_crm", "retract_terms_whatsapp", "retract_terms"]
    assert f"/runs/{run}/undo" not in ended.links("/runs/")  # there is nothing left to cancel


def test_a_deadline_is_extended_on_the_companys_clocks(console, waiting_run):
    visitor = console.visitor("fahad")
    page = visitor.get(f"/runs/{waiting_run}")
    action = f"/runs/{waiting_run}/extend"
    early = visitor.send(page, action, until="2020-01-01T10:00")
    assert early.status == 422
    assert "is already past" in early.text
    far = visitor.send(page, action, until="2099-03-05T10:00")
    assert far.status == 422
    assert "at most 140 days ahead" in far.text
    until = clock.real_now() + timedelta(days=30)
    later = visitor.send(page, action, until=f"{until:%Y-%m-%d}T10:00")
    assert "The deadline is extended" in later.text
    assert f"{until.day} {until:%B} {until.year}, 10:00" in later.text


def test_a_rehearsal_is_marked_and_moves_in_virtual_time(console):
    run = console.start("noura", rehearsal=True)
    console.waits_at(run, "manager_approval")
    visitor = console.visitor("noura")
    page = visitor.get(f"/runs/{run}")
    assert 'id="rehearsal"' in page.source
    dates = re.compile(r"its virtual date is (\d+ \w+ \d+, \d\d:\d\d)")
    before = dates.search(page.text)
    moved = visitor.send(page, f"/runs/{run}/fast-forward", duration="P2D")
    assert "time has moved forward" in moved.text
    after = dates.search(moved.text)
    assert before
    assert after
    assert before[1] != after[1]
    for _ in range(2):
        moved = visitor.send(moved, f"/runs/{run}/fast-forward", duration="P7D")
    ended = visitor.until(f"/runs/{run}", lambda page: "Expired" in page.text, "expired")
    assert 'name="duration"' not in ended.source
    assert "dealix-rehearsal/workflows" in ended.source


def test_a_real_run_cannot_be_moved_in_time(console, waiting_run):
    visitor = console.visitor("noura")
    page = visitor.get(f"/runs/{waiting_run}")
    assert 'name="duration"' not in page.source
    token = page.form("/sign-out")["values"]["csrf_token"]
    action = f"/runs/{waiting_run}/fast-forward"
    refused = visitor.post(action, {"csrf_token": token, "duration": "P1D"})
    assert refused.status == 409
    assert "Only a rehearsal" in refused.text


def heard(page, run):
    """The row of the mail that came in for a run, once somebody has said what it wants."""
    rows = page.source.partition('id="came"')[2].split("<tr>")
    of_it = [row for row in rows if word("en", "email") in row and f"/runs/{run}" in row]
    return next((row for row in of_it if "small soft" in row), "")


@pytest.mark.journey
def test_an_answer_from_the_mailbox_reaches_its_run(console):
    run, _ = walk_to_executive(console)
    visitor = console.visitor("noura")
    reference = f"TS-{run[-8:].upper()}"
    page = visitor.until("/mailbox", lambda page: reference in page.text, reference)
    by_mail = [a for a in page.source.split("<article")[1:] if 'name="channel" value="email"' in a]
    article = next(a for a in by_mail if reference in a)
    message_id = re.search(r'name="message_id" value="([^"]+)"', article)[1]
    sender = re.search(r'name="from" value="([^"]+)"', article)[1]
    values = {
        "csrf_token": page.form("/sign-out")["values"]["csrf_token"],
        "channel": "email",
        "message_id": message_id.replace("&lt;", "<").replace("&gt;", ">"),
        "from": sender,
        "text": "وصلتنا الشروط، شكرًا",
    }
    assert "on its way" in visitor.post("/mailbox/reply", values).text
    visitor.until(
        f"/runs/{run}", lambda p: any(e[0] == "message" for e in p.entries()), "a message"
    )
    assert "وصلتنا الشروط" in visitor.get("/mailbox").text
    address = f"/outbound?run={run}"
    desk = visitor.until(address, lambda p: "<tr>" in p.source and heard(p, run), "what it wants")
    row = heard(desk, run)
    assert any(word("en", f"intent.{label}") in row for label in INTENTS)
    assert any(word("en", f"dialect.{label}") in row for label in LABELS)
    mariam = console.visitor("mariam", "rawabi-ae")
    assert reference not in mariam.get("/mailbox").text  # another company's mail
    token = mariam.get("/mailbox").form("/sign-out")["values"]["csrf_token"]
    assert mariam.post("/mailbox/reply", {**values, "csrf_token": token}).status == 404


def test_a_case_is_settled_by_a_person(console):
    run = start_into_doubt(console, "doubted@partner.example")
    visitor = console.visitor("fahad")
    page = visitor.until("/cases", lambda page: f"/runs/{run}" in page.source, "a case")
    article = next(a for a in page.source.split("<article")[1:] if f"/runs/{run}" in a)
    action = re.search(r'action="(/cases/[^"]+)"', article)[1]
    offered = re.findall(r'name="resolution" value="([^"]+)"', article)
    assert sorted(offered) == ["happened", "send_again"]
    refused = visitor.send(page, action, resolution="waive", comment="I looked")
    assert refused.status == 422
    assert refused.form(action)["values"]["comment"] == "I looked"
    settled = visitor.send(page, action, resolution="happened", comment="It is in their mailbox")
    assert "The case is settled" in settled.text
    assert f"/runs/{run}" not in settled.source
    assert f"/runs/{run}" in visitor.get("/cases?status=resolved").source
    assert console.partner_accepts(run)


def test_the_inventory_shows_22_rows_with_verdicts_and_rulings(console):
    visitor = console.visitor("dana")
    page = visitor.get("/inventory")
    rows = page.links("/inventory/")
    assert len(rows) == 22
    assert page.text.count("finding") >= 10
    assert "until 31 May 2027" in page.text
    health = visitor.get("/inventory/health_check")
    assert "short is a single service" in health.text
    assert "no effect to take back" in health.text  # its ruling
    assert visitor.get("/inventory/nothing").status == 404


def test_what_answers_at_once_is_shown_as_built_and_started_by_nobody(console):
    visitor = console.visitor("noura")
    at_once = {f"/start/{row.key}" for row in catalog.rows() if row.here.lane is Lane.SHORT}
    offered = visitor.get("/start").links("/start/")
    assert {"/start/partner_approval", "/start/evidence_pack"} <= set(offered)
    assert at_once & set(offered) == set()
    short = visitor.get("/inventory/message_classification")
    assert short.links("/start/") == []
    assert visitor.get("/inventory/partner_approval").links("/start/")


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_a_pipeline_is_started_by_its_form_and_followed_to_its_pack(console, locale):
    visitor = console.visitor("amal", locale=locale)
    form = visitor.get("/start/evidence_pack")
    assert 'type="radio" name="_mode"' not in form.source  # neither practised nor rehearsed
    wrong = visitor.send(form, "/start/evidence_pack", type="deal_closure")
    assert wrong.path == "/start/evidence_pack"
    assert 'aria-invalid="true"' in wrong.source
    page = visitor.send(wrong, "/start/evidence_pack", type="board_report")
    assert page.path.startswith("/runs/"), page.text
    done = visitor.until(page.path, lambda page: page.links("/api/v1/evidence/"), "a pack")
    names = [name for _, name, *_ in done.entries()]
    assert names == ["query_sources", "aggregate_items", "hash_items", "store_pack"]
    assert 'id="pause"' not in done.source
    assert "_" not in re.sub(r"\b\w+_[0-9a-z]{8,}\S*", "", done.text.partition("Facts")[0])


def test_an_auditor_verifies_the_chains_and_others_do_not_see_them(console):
    console.start()  # the page shows the newest records
    auditor = console.visitor("dana")
    page = auditor.get("/audit")
    assert page.status == 200
    assert "The chains hold" in page.text
    assert "A run was started" in page.text
    assert "/audit" in auditor.get("/").links("/audit")
    noura = console.visitor("noura")
    assert noura.get("/audit").status == 403
    assert "/audit" not in noura.get("/").links("/audit")


def test_another_company_sees_nothing_of_it(console, waiting_run):
    mariam = console.visitor("mariam", "rawabi-ae")
    approval = console.waits_at(waiting_run, "manager_approval")
    assert mariam.get(f"/runs/{waiting_run}").status == 404
    assert mariam.get(f"/runs/{waiting_run}/undo").status == 404
    assert mariam.get(f"/approvals/{approval}").status == 404
    assert waiting_run not in mariam.get("/runs").source
    assert "Dubai" in mariam.get("/").text  # its own clocks


def test_runs_are_found_by_state_and_workflow(console, waiting_run):
    visitor = console.visitor("noura")
    assert f"/runs/{waiting_run}" in visitor.get("/runs?status=waiting").links("/runs/")
    assert f"/runs/{waiting_run}" not in visitor.get("/runs?status=failed").links("/runs/")
    assert f"/runs/{waiting_run}" not in visitor.get("/runs?workflow=dd_room").links("/runs/")


LATIN = re.compile(r"[A-Za-z]{2,}")
BRANDS = {
    "Dealix",
    "Temporal",
    "ZIP",
    "PDF",
    "OpenClaw",
    "Celery",
    "WhatsApp",
    "HubSpot",
    "DocuSign",
}


@pytest.mark.parametrize(
    "path",
    ["/", "/start", "/start/partner_approval", "/approvals", "/runs", "/runs/{run}",
     "/runs/{run}/undo", "/approvals/{approval}", "/cases", "/inventory", "/inventory/dd_room",
     "/inventory/partner_approval",
     "/inventory/message_classification", "/mailbox", "/audit", "/clauses", "/nowhere"],
)  # fmt: skip
def test_an_arabic_page_speaks_arabic(console, waiting_run, path):
    approval = console.waits_at(waiting_run, "manager_approval")
    page = console.visitor("dana", locale="ar").get(path.format(run=waiting_run, approval=approval))
    # Values keep their own language in <bdi>; a letter speaks those of its template.
    shown = page.words(skip=("style", "script", "bdi", "code", "textarea", "title", "letter"))
    left = set(LATIN.findall(shown)) - BRANDS
    assert not left, f"{path}: {sorted(left)}"
    assert 'dir="rtl"' in page.source
