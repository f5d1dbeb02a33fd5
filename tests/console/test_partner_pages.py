"""Approval Center, negotiation, to-do, pause, board and undo preview, as people use them."""

import re
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
from tests.console.test_flow_pages import ENDED, shown_status, start_into_doubt

from dealix.engines import plan as plans
from dealix.engines.home import Home

pytestmark = pytest.mark.journey

RIYADH = ZoneInfo("Asia/Riyadh")
MARK = "<script>alert(1)</script>"
EVENT, REVISION = "partner_answer", "terms_revision"


def answer_form(page):
    return page.form(f"{page.path}/answer")["values"]


def waits_for(console, run: str, name: str) -> None:
    console.visitor("noura").until(
        f"/runs/{run}",
        lambda _page: console.api("noura", "GET", f"/runs/{run}")["waiting_for"] == name,
        f"a wait for {name}",
    )


def with_partner(console, **changed: str) -> str:
    """A run whose terms are with the partner."""
    run = console.start(**changed)
    console.terms_out(run)
    waits_for(console, run, EVENT)
    return run


def next_round(console, run: str, gate: str, number: int) -> str:
    """The request of a later round of a gate, once it is open."""
    approval = f"apr_{run.removeprefix('run_')}_{gate}_{number}"
    console.visitor("noura").until(
        f"/runs/{run}", lambda page: f"/approvals/{approval}" in page.source, f"round {number}"
    )
    return approval


def approve_round(console, run: str, gate: str, number: int) -> None:
    approval = next_round(console, run, gate, number)
    console.decide(console.decider(approval), approval, "approve")


def countered(console, run: str, share: str = "20", comment: str = "") -> None:
    """Enter by hand that the partner wants another share, and wait until the run has taken it."""
    visitor = console.visitor("noura")
    page = visitor.get(f"/runs/{run}/negotiation")
    action = f"/runs/{run}/negotiation/answer"
    values = {"answer": "counter", "proposals.revenue_share_percent": share, "comment": comment}
    assert "The partner's answer is stored" in visitor.send(page, action, **values).text
    waits_for(console, run, REVISION)


def rounds(page) -> dict[str, str]:
    """The source of each round of a negotiation page by its version."""
    parts = re.split(r'<li data-version="(\d+)">', page.source)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


# -- Approval Center -------------------------------------------------------------------------------


def requests_of(page) -> list[str]:
    return re.findall(r'data-approval="([^"]+)"', page.source)


def every_request(visitor, address) -> list[str]:
    """The requests of a list with all its pages."""
    found: list[str] = []
    while address:
        page = visitor.get(address)
        found += requests_of(page)
        further = re.search(r'rel="next" href="([^"]+)"', page.source)
        address = further[1].replace("&amp;", "&") if further else ""
    return found


def test_the_most_overdue_request_comes_first_and_says_whom_it_reached(console):
    console.waits_at(console.start(), "manager_approval")
    late = console.start(rehearsal=True)
    approval = console.waits_at(late, "manager_approval")
    console.api("noura", "POST", f"/runs/{late}/fast-forward", json={"duration": "P6D"})
    page = console.visitor("fahad").get("/approvals")
    times = re.findall(r'data-label="Time">.*?<span class="badge long ([a-z]*)">', page.source)
    assert requests_of(page).index(approval) < times.count("bad")
    assert sorted(times, key=lambda tone: tone != "bad") == times
    row = page.source.partition(f'data-approval="{approval}"')[2].partition("</tr>")[0]
    assert "overdue" in row
    assert "Escalated to" in row


def test_each_scope_holds_what_it_says_and_its_tab_counts_it(console, waiting_run):
    approval = console.waits_at(waiting_run, "manager_approval")
    seen = {
        (handle, scope): approval in every_request(visitor, f"/approvals?scope={scope}")
        for handle in ("fahad", "huda", "maha", "noura")
        for visitor in [console.visitor(handle)]
        for scope in ("mine", "group", "open", "all")
    }
    assert [seen["fahad", scope] for scope in ("mine", "group", "open", "all")] == [True] * 4
    assert not seen["huda", "mine"]
    assert seen["huda", "group"]  # fahad, who decides, reports to her
    assert not seen["maha", "group"]
    assert seen["maha", "open"]
    assert not seen["noura", "mine"]  # who asks does not decide
    huda = console.visitor("huda")
    page, group = huda.get("/approvals?scope=group"), every_request(huda, "/approvals?scope=group")
    tab = re.search(r"My group(?:&#39;|')s <span[^>]*><bdi[^>]*>(\d+)<", page.source)
    assert tab
    assert int(tab[1]) == len(group)
    by_api = console.api("huda", "GET", "/approvals?scope=group&limit=200")
    assert {one["id"] for one in by_api} == set(group)


def test_what_waits_for_the_partner_stands_apart(console):
    run = with_partner(console)
    page = console.visitor("fahad").get("/approvals")
    elsewhere = page.source.partition('id="elsewhere"')[2]
    assert f'data-run="{run}"' in elsewhere
    assert f"/runs/{run}/negotiation" in elsewhere
    assert not [one for one in requests_of(page) if run.removeprefix("run_") in one]


# -- negotiation -----------------------------------------------------------------------------------


def test_a_negotiation_in_rounds_from_counter_to_acceptance(console):
    run = with_partner(console)
    visitor = console.visitor("noura")
    path = f"/runs/{run}/negotiation"
    assert path in visitor.get(f"/runs/{run}").links("/runs/")
    countered(console, run, "٢٠", "نريد حصة أكبر " + MARK)
    page = visitor.get(path)
    first = rounds(page)["1"]
    assert 'data-answer="counter"' in first
    assert "نريد حصة أكبر &lt;script&gt;" in first
    assert MARK not in page.source
    assert "entered by" in first
    assert "Noura Al-Qahtani" in page.text
    form = page.form(f"{path}/terms")["values"]
    assert form["revenue_share_percent"] == "20"  # the next version begins with what they propose
    kept = visitor.send(page, f"{path}/terms", revenue_share_percent="18.5")
    assert "The new version is stored" in kept.text
    second = rounds(kept)["2"]
    assert 'data-answer="' not in second
    assert "18.5" in second
    assert "Revenue share in percent" in second  # the difference is named
    approve_round(console, run, "term_review", 2)
    waits_for(console, run, EVENT)
    page = visitor.get(path)
    assert 'data-review="term_review"' in rounds(page)["2"]
    assert 'data-review="legal_review"' not in rounds(page)["2"]  # no clause changed
    done = visitor.send(page, f"{path}/answer", answer="accept")
    assert 'data-answer="accept"' in rounds(done)["2"]
    assert console.waits_at(run, "executive_approval")


def test_what_is_wrong_with_an_answer_is_said_at_its_field_and_nothing_is_kept(console):
    run = with_partner(console)
    visitor, path = console.visitor("noura", locale="ar"), f"/runs/{run}/negotiation"
    page = visitor.get(path)
    wrong = visitor.send(
        page,
        f"{path}/answer",
        answer="counter",
        comment="كلمة",
        **{"proposals.revenue_share_percent": "99", "proposals.expected_revenue": "-3"},
    )
    assert wrong.status == 422
    values = wrong.form(f"{path}/answer")["values"]
    assert values["comment"] == "كلمة"
    assert values["proposals.revenue_share_percent"] == "99"
    for name in ("revenue_share_percent", "expected_revenue"):
        assert f'id="f-proposals-{name}-wrong"' in wrong.source
    empty = visitor.send(page, f"{path}/answer", answer="counter")
    assert empty.status == 422
    assert "ما الذي" in empty.text or "يقترح" in empty.text
    nothing = visitor.send(page, f"{path}/answer", answer="perhaps")
    assert nothing.status == 422
    assert 'data-answer="' not in visitor.get(path).source


def test_a_version_that_changes_nothing_or_is_wrong_is_refused_at_its_field(console):
    run = with_partner(console)
    countered(console, run, "15", "only a word")  # the share that stands
    visitor, path = console.visitor("noura"), f"/runs/{run}/negotiation"
    page = visitor.get(path)
    same = visitor.send(page, f"{path}/terms")
    assert same.status == 422
    assert "The new version is the same as the one before" in same.text
    clause = {"clauses.0.key": "share", "clauses.0.ar": "نص", "clauses.0.en": "x"}
    wrong = visitor.send(page, f"{path}/terms", revenue_share_percent="61", **clause)
    assert wrong.status == 422
    for name in ("revenue_share_percent", "clauses-0-en"):
        assert f'id="f-{name}-wrong"' in wrong.source, wrong.text
    assert wrong.form(f"{path}/terms")["values"]["clauses.0.ar"] == "نص"
    more = visitor.send(wrong, f"{path}/terms", _more="clauses")
    assert "clauses.1.key" in more.form(f"{path}/terms")["values"]
    unnamed = visitor.send(page, f"{path}/terms", **{**clause, "clauses.0.key": ""})
    assert 'id="f-clauses-0-key-wrong"' in unnamed.source
    assert [*rounds(visitor.get(path))] == ["1"]
    clause = {**clause, "clauses.0.ar": "نص البند", "clauses.0.en": "The clause's text"}
    kept = visitor.send(page, f"{path}/terms", **clause)
    assert "نص البند" in rounds(kept)["2"]
    assert next_round(console, run, "legal_review", 2)  # a clause changed: counsel again


def test_no_answer_is_taken_while_the_partner_has_nothing(console, waiting_run):
    visitor, path = console.visitor("noura"), f"/runs/{waiting_run}/negotiation"
    page = visitor.get(path)
    assert "is being reviewed inside" in page.text
    assert f'action="{path}/answer"' not in page.source
    token = page.form("/sign-out")["values"]["csrf_token"]
    early = visitor.post(f"{path}/answer", {"csrf_token": token, "answer": "accept"})
    assert early.status == 409
    assert "not with the partner yet" in early.text
    revised = visitor.post(f"{path}/terms", {"csrf_token": token, "setup_cost": "1"})
    assert revised.status == 409
    shown = visitor.post(f"{path}/link", {"csrf_token": token})
    assert shown.status == 409


def at_night(console) -> str:
    """A rehearsal whose terms are approved in the evening and rest until the morning."""
    run = console.start(rehearsal=True)
    console.waits_at(run, "manager_approval")
    now = datetime.fromisoformat(console.api("noura", "GET", f"/runs/{run}")["now"])
    wait = (now.astimezone(RIYADH).replace(hour=22, minute=0) - now) % timedelta(days=1)
    jump = {"duration": f"PT{int(wait.total_seconds())}S"}
    console.api("noura", "POST", f"/runs/{run}/fast-forward", json=jump)
    console.approve(run, "manager_approval", "term_review", "legal_review")
    console.visitor("noura").until(
        f"/runs/{run}",
        lambda _page: console.api("noura", "GET", f"/runs/{run}")["resumes_at"] is not None,
        "a rest until the morning",
    )
    return run


def test_terms_that_rest_until_the_morning_are_not_with_the_partner(console):
    run = at_night(console)
    visitor, path = console.visitor("noura"), f"/runs/{run}/negotiation"
    page = visitor.get(path)
    assert f'action="{path}/answer"' not in page.source
    token = page.form("/sign-out")["values"]["csrf_token"]
    early = visitor.post(f"{path}/answer", {"csrf_token": token, "answer": "accept"})
    assert (early.status, "not with the partner yet" in early.text) == (409, True)
    console.api("noura", "POST", f"/runs/{run}/pause")
    console.api("noura", "POST", f"/runs/{run}/fast-forward", json={"duration": "PT11H"})
    time.sleep(2)  # the morning comes while the run stands still: nothing leaves
    assert f'action="{path}/answer"' not in visitor.get(path).source
    assert not mails_to(console, run)
    console.api("noura", "POST", f"/runs/{run}/resume", json={})
    waits_for(console, run, EVENT)
    assert f'action="{path}/answer"' in visitor.get(path).source


def test_a_letter_that_no_approval_covers_any_more_is_asked_about_and_not_tried_again(console):
    run = at_night(console)
    plan = plans.read(Home(console.home), plans.settings_for(console.home))
    with psycopg.connect(plan.migration_url) as owner:  # as a release that words it otherwise
        reworded = "UPDATE tokens SET payload_hash = 'other' WHERE run_id = %s"
        owner.execute(reworded + " AND action = 'email.send'", (run,))
    console.api("noura", "POST", f"/runs/{run}/fast-forward", json={"duration": "PT11H"})
    approval = next_round(console, run, "legal_review", 2)
    assert "_term_review_2" not in console.visitor("noura").get(f"/runs/{run}").source
    console.decide(console.decider(approval), approval, "approve")
    waits_for(console, run, EVENT)


def reword(console, key: str, english: str) -> None:
    """Change a clause of the library, and have counsel confirm both languages."""
    known = console.api("noura", "GET", f"/clauses/{key}")["version"]
    body = {"version": known, "en": english}
    changed = console.api("noura", "PUT", f"/clauses/{key}", json=body)["version"]
    confirmed = {"version": changed}
    console.api("maha", "POST", f"/clauses/{key}/confirmations", json=confirmed)


def test_a_clause_changed_while_terms_rest_takes_the_new_draft_back_to_review(console):
    run = at_night(console)
    before = console.api("noura", "GET", "/clauses/effect")["en"]
    reword(console, "effect", f"{before} It is signed in two copies.")
    try:
        console.api("noura", "POST", f"/runs/{run}/fast-forward", json={"duration": "PT11H"})
        approval = next_round(console, run, "legal_review", 2)
        assert console.api("noura", "GET", f"/approvals/{approval}")["status"] == "open"
        assert console.messages(run) == []
        assert not mails_to(console, run)
    finally:
        reword(console, "effect", before)


def test_the_partners_link_is_shown_on_record_to_who_may_enter_answers(console):
    run = with_partner(console)
    visitor, path = console.visitor("noura"), f"/runs/{run}/negotiation"
    page = visitor.get(path)
    assert "/p/" not in page.source
    shown = visitor.send(page, f"{path}/link")
    address = re.search(r'href="[^"]*(/p/[0-9a-f]{64})"', shown.source)
    assert address
    assert shown.answer.headers["referrer-policy"] == "no-referrer"
    assert console.visitor().get(address[1]).status == 200  # the partner's own page
    told = console.api("dana", "GET", f"/audit?subject={run}")
    assert "partner.link_shown" in str(told)
    assert address[1][3:] not in str(told)
    for handle in ("maha", "dana"):  # they read it and enter nothing
        reader = console.visitor(handle)
        page = reader.get(path)
        assert page.status == 200
        assert f'action="{path}' not in page.source
        token = page.form("/sign-out")["values"]["csrf_token"]
        for act in ("link", "answer", "terms"):
            values = {"csrf_token": token, "answer": "accept", "setup_cost": "1"}
            assert reader.post(f"{path}/{act}", values).status == 403, (handle, act)
    assert console.visitor("amal").get(path).status == 403  # an operator reads no negotiation


def test_a_whatsapp_reply_stands_at_its_round_and_answers_nothing(console):
    run = with_partner(console)
    visitor, path = console.visitor("noura"), f"/runs/{run}/negotiation"
    name = re.search(r"<h1>[^<]*· <bdi>([^<]+)</bdi>", visitor.get(path).source)[1]
    sent = [m for m in console.sandbox("GET", "/_sandbox/messages") if m["channel"] == "whatsapp"]
    number = phone_of(console, run)
    ours = next(m for m in reversed(sent) if number.lstrip("+") in str(m["to"]))
    assert name
    reply = {"channel": "whatsapp", "from": number, "text": "نراجعها " + MARK}
    console.sandbox(
        "POST", "/_sandbox/messages/reply", json=reply | {"message_id": ours["message_id"]}
    )
    page = visitor.until(path, lambda p: "data-message" in p.source, "the reply")
    assert 'data-message="whatsapp"' in rounds(page)["1"]
    assert "نراجعها &lt;script&gt;" in page.source
    assert MARK not in page.source
    assert console.api("noura", "GET", f"/runs/{run}")["waiting_for"] == EVENT


def phone_of(console, run: str) -> str:
    """The number of a run's contact, as the requests show it to who decides."""
    [one] = [
        each
        for each in console.api("noura", "GET", f"/approvals?scope=all&run={run}")
        if each["gate"] == "manager_approval"
    ]
    return one["packet"]["revealed"]["phone"]


# -- to-do -----------------------------------------------------------------------------------------


def sent_back(console, run: str, gate: str, *wishes: str, number: int = 1) -> str:
    approval = next_round(console, run, gate, number)
    page = console.decide(console.decider(approval), approval, "request_changes", "\n".join(wishes))
    assert "Your decision is stored" in page.text
    return approval


def test_what_was_sent_back_stands_with_its_requester_and_the_answer_asks_again(console):
    run = console.start("turki")
    console.approve(run, "manager_approval")
    approval = sent_back(console, run, "term_review", "Lower the share", "أضف شرط السرية " + MARK)
    visitor = console.visitor("turki")
    home = visitor.get("/")
    assert "1 request is sent back to you" in home.text
    page = visitor.get("/todo")
    card = page.source.partition(f'data-owed="{approval}"')[2].partition("</article>")[0]
    [made] = console.api("turki", "GET", f"/approvals/{approval}")["decisions"]
    asker = next(one["name"] for one in console.record["sign_ins"] if one["user_id"] == made["by"])
    assert [part in card for part in ("Owed to", asker, "Since")] == [True] * 3
    assert "Lower the share" in page.text
    assert MARK not in page.source
    path = f"/approvals/{approval}/answer"
    form = visitor.get(path)
    assert "أضف شرط السرية" in form.text
    wrong = visitor.send(form, path, revenue_share_percent="sixty", comment="done")
    assert wrong.status == 422
    assert 'id="f-revenue_share_percent-wrong"' in wrong.source
    assert wrong.form(path)["values"]["comment"] == "done"
    other = console.visitor("noura")
    assert other.get(path).status == 403
    token = other.get("/").form("/sign-out")["values"]["csrf_token"]
    refused = other.post(path, {"csrf_token": token, "comment": "mine"})
    assert refused.status == 403
    assert f'data-owed="{approval}"' not in other.get("/todo").source
    done = visitor.send(form, path, revenue_share_percent="9.25", comment="Lowered")
    assert done.path == "/todo"
    assert f'data-owed="{approval}"' not in done.source
    again = visitor.send(form, path, revenue_share_percent="7")
    assert again.status == 409
    console.approve(run, "legal_review")  # both reviewers answer before the next round
    second = next_round(console, run, "term_review", 2)
    asked = console.visitor(console.decider(second)).get(f"/approvals/{second}")
    difference = asked.source.partition('id="difference"')[2].partition("</section>")[0]
    assert "Partner's share" in difference or "Partner&#39;s share" in difference
    assert "Round 2" in asked.text


def test_a_cancelled_run_owes_nothing_any_more(console):
    run = console.start("turki")
    approval = sent_back(console, run, "manager_approval", "Say more")
    visitor = console.visitor("turki")
    assert f'data-owed="{approval}"' in visitor.get("/todo").source
    console.api("fahad", "POST", f"/runs/{run}/cancel", json={})
    visitor.until(f"/runs/{run}", lambda p: shown_status(p) == "Cancelled", "its end")
    assert f'data-owed="{approval}"' not in visitor.get("/todo").source


def test_a_counter_offer_is_on_the_list_of_who_started_the_run(console):
    run = with_partner(console)
    countered(console, run)
    assert f'data-counter="{run}"' in console.visitor("noura").get("/todo").source
    assert f'data-counter="{run}"' not in console.visitor("turki").get("/todo").source


# -- pause -----------------------------------------------------------------------------------------


def test_a_paused_run_keeps_what_comes_and_shows_it_before_it_goes_on(console):
    run = console.start()
    console.waits_at(run, "manager_approval")
    visitor = console.visitor("fahad")
    page = visitor.get(f"/runs/{run}")
    paused = visitor.send(page, f"/runs/{run}/pause")
    assert "The run stands still." in paused.text
    assert "Fahad Al-Otaibi paused it" in paused.text
    assert f'action="/runs/{run}/pause"' not in paused.source
    early = visitor.get(f"/runs/{run}/resume")
    assert "Nothing came while it stood still" in early.text
    assert "The clock stands" in early.text
    approval = console.waits_at(run, "manager_approval")
    assert "Your decision is stored" in console.decide("fahad", approval, "approve").text
    stale = visitor.send(early, f"/runs/{run}/resume")
    assert stale.status == 409
    assert "Something more has come since you looked" in stale.text
    assert 'data-kept="decision"' in stale.source
    shown = visitor.get(f"/runs/{run}")
    assert 'data-kept="decision" data-name="manager_approval"' in shown.source
    time.sleep(1)
    names = {e[1] for e in visitor.get(f"/runs/{run}").entries() if e[0] == "step"}
    assert "draft_term_sheet" not in names  # no next step has begun
    gone_on = visitor.send(stale, f"/runs/{run}/resume")
    assert "The run goes on." in gone_on.text
    assert console.waits_at(run, "term_review")
    again = visitor.send(stale, f"/runs/{run}/resume")
    assert again.status == 409
    audit = str(console.api("dana", "GET", f"/audit?subject={run}"))
    assert "run.paused" in audit
    assert "run.resumed" in audit


def test_an_answer_that_came_meanwhile_is_listed_with_its_word(console):
    run = with_partner(console)
    visitor = console.visitor("fahad")
    visitor.send(visitor.get(f"/runs/{run}"), f"/runs/{run}/pause")
    page = console.visitor("noura").get(f"/runs/{run}/negotiation")
    console.visitor("noura").send(page, f"/runs/{run}/negotiation/answer", answer="accept")
    shown = visitor.get(f"/runs/{run}/resume")
    assert 'data-kept="event" data-name="partner_answer"' in shown.source
    assert "Accepted" in shown.text
    visitor.send(shown, f"/runs/{run}/resume")
    assert console.waits_at(run, "executive_approval")


@pytest.mark.parametrize("handle", ["maha", "lina", "dana"])
def test_who_may_not_pause_sees_no_button_and_is_refused(console, waiting_run, handle):
    visitor = console.visitor(handle)
    page = visitor.get(f"/runs/{waiting_run}")
    assert f'action="/runs/{waiting_run}/pause"' not in page.source
    token = page.form("/sign-out")["values"]["csrf_token"]
    assert visitor.get(f"/runs/{waiting_run}/resume").status == 403
    for act in ("pause", "resume"):
        refused = visitor.post(f"/runs/{waiting_run}/{act}", {"csrf_token": token})
        assert refused.status == 403, act
    assert console.api("noura", "GET", f"/runs/{waiting_run}")["paused_at"] is None


# -- board -----------------------------------------------------------------------------------------


def places(page) -> dict[str, str]:
    """On a board, the stage of each run."""
    found = {}
    for part in re.split(r'data-stage="', page.source)[1:]:
        stage = part.partition('"')[0]
        found |= dict.fromkeys(re.findall(r'data-run="([^"]+)"', part), stage)
    return found


def holder(page, run: str) -> str:
    return re.search(rf'data-run="{run}" data-holder="([^"]+)"', page.source)[1]


def test_the_board_says_where_each_stands_and_who_holds_it_up(console, waiting_run):
    out = with_partner(console)
    back = with_partner(console)
    countered(console, back)
    visitor = console.visitor("fahad")
    page = visitor.get("/board")
    assert places(page)[waiting_run] == "manager"
    assert places(page)[out] == places(page)[back] == "negotiation"
    assert holder(page, waiting_run) == "approvers"
    assert holder(page, out) == "partner"
    assert holder(page, back) == "requester"
    assert "Waits for Fahad Al-Otaibi" in page.text
    assert "Waits for Noura Al-Qahtani, who asked" in page.text
    theirs = places(visitor.get("/board?side=theirs"))
    assert out in theirs
    assert waiting_run not in theirs
    assert back not in theirs
    kind = console.api("noura", "GET", f"/runs/{out}")["input"]["partner_type"]
    assert out in places(visitor.get(f"/board?kind={kind}"))
    wrong = "government" if kind != "government" else "referral"
    assert out not in places(visitor.get(f"/board?kind={wrong}"))
    assert out not in places(visitor.get("/board?mine=true"))
    assert out in places(console.visitor("noura").get("/board?mine=true"))
    assert visitor.get("/board?side=%3Cscript%3E&kind=x&mine=y&ended=z").status == 200
    assert out not in places(console.visitor("mariam", "rawabi-ae").get("/board"))
    arabic = console.visitor("noura", locale="ar").get("/board")
    subject = console.api("noura", "GET", f"/runs/{out}")["subject"]
    assert subject["name_ar"] in arabic.text


def test_the_partners_time_and_ours_are_counted_apart(console):
    run = console.start(rehearsal=True)
    console.waits_at(run, "manager_approval")
    console.api("noura", "POST", f"/runs/{run}/fast-forward", json={"duration": "P1D"})
    console.approve(run, "manager_approval", "term_review", "legal_review")
    while console.api("noura", "GET", f"/runs/{run}")["waiting_for"] != EVENT:
        # A message waits for the morning of the run's own clock.
        console.api("noura", "POST", f"/runs/{run}/fast-forward", json={"duration": "PT4H"})
    console.api("noura", "POST", f"/runs/{run}/fast-forward", json={"duration": "P7D"})
    page = console.visitor("noura").get("/board")
    card = page.source.partition(f'data-run="{run}"')[2].partition("</article>")[0]
    ours, theirs = re.findall(r"<dd><bdi[^>]*>(\d+) working (?:hour|minute)s?</bdi></dd>", card)
    assert int(theirs) >= 32  # a week has at least four whole working days
    assert int(theirs) <= 48
    assert int(ours) < 60


def test_an_ended_run_leaves_the_board_for_those_that_are_over(console):
    run = console.start()
    approval = console.waits_at(run, "manager_approval")
    console.decide(console.decider(approval), approval, "reject", "no")
    visitor = console.visitor("noura")
    visitor.until(f"/runs/{run}", lambda p: shown_status(p).lower() in ENDED, "its end")
    assert run not in places(visitor.get("/board"))
    assert places(visitor.get("/board?ended=true"))[run] == "ended"


# -- undo preview ----------------------------------------------------------------------------------


def test_the_preview_of_a_negotiation_says_which_versions_one_message_takes_back(console):
    run = with_partner(console)
    countered(console, run)
    visitor, path = console.visitor("noura"), f"/runs/{run}/negotiation"
    visitor.send(visitor.get(path), f"{path}/terms")
    approve_round(console, run, "term_review", 2)
    waits_for(console, run, EVENT)
    page = console.visitor("fahad").get(f"/runs/{run}/undo")
    items = re.findall(
        r'<li data-name="(retract_terms)" data-how="([a-z]+)">(.*?)</li>', page.source, re.DOTALL
    )
    assert [how for _, how, _ in items] == ["act", "together"]
    assert "Version 2" in re.sub(r"<[^>]+>", "", items[0][2])
    assert "Version 1" in re.sub(r"<[^>]+>", "", items[1][2])
    before = len(mails_to(console, run))
    console.visitor("fahad").send(page, f"/runs/{run}/cancel")
    visitor.until(f"/runs/{run}", lambda p: shown_status(p) == "Cancelled", "its end")
    assert len(mails_to(console, run)) == before + 1  # as the preview said
    assert not console.api("noura", "GET", f"/runs/{run}/undo-preview")["undo"]


def test_what_nobody_knows_is_asked_before_it_is_taken_back(console):
    run = start_into_doubt(console, "preview@partner.example")
    visitor = console.visitor("fahad")
    visitor.until("/cases", lambda page: f"/runs/{run}" in page.source, "a case")
    page = visitor.get(f"/runs/{run}/undo")
    assert 'data-name="retract_terms" data-how="ask"' in page.source
    assert "a person is asked first" in page.text
    case = next(a for a in visitor.get("/cases").source.split("<article")[1:] if run in a)
    assert "it is done once more, and the run goes on" in case  # what each repair does


def mails_to(console, run: str) -> list:
    reference = f"TS-{run[-8:].upper()}"
    found = httpx.get(f"{console.record['sandbox_url']}/_sandbox/effects", trust_env=False).json()
    return [one for one in found if one["provider"] == "smtp" and reference in str(one["body"])]
