"""Every story on real engines: it ends as it says, on virtual dates, in a chain of its own."""

import itertools
import json
import re
import zipfile
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hijridate import Gregorian
from tests.rehearsal.conftest import SPINE, WORKFLOW

from dealix.business.evidence.verifying import verify
from dealix.cli import rehearse

pytestmark = pytest.mark.timeout(420)
"""The first test that asks for them plays the stories that this run looks at."""
STORIES = [file.stem for file in rehearse.stories(WORKFLOW)]
TOLD = [s if s in SPINE else pytest.param(s, marks=pytest.mark.journey) for s in STORIES]
MOMENT = re.compile(r'"(\w+)":\s*"(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00))"')
DECISIONS = {"approve", "reject", "request_changes"}
REAL = {"received_at", "recorded_at", "sealed_at"}
"""What is kept in real time on purpose: when a decision came in, when the database wrote."""
RIYADH = ZoneInfo("Asia/Riyadh")
WAITS = (
    "at_manager", "at_review", "while_owed", "at_partner", "at_revision", "at_executive",
    "at_signature", "at_facts",
)  # fmt: skip
"""Every wait of the flow for people of ours or outside."""
SLACK = timedelta(seconds=10)
"""A rehearsal's clock runs on while the machine works."""
MOST = 200
"""Records of the audit that the API answers at once."""


def moment(text):
    return datetime.fromisoformat(text)


def test_the_stories_that_were_asked_for_exist():
    assert STORIES[0] == "happy"
    assert set(STORIES) >= {
        "silent_over_eid",
        "silent_over_eid_emirates",
        "legal_sends_back",
        "partner_counters_twice",
        "rejected_by_executive",
        "rejected_by_legal",
        "rejected_in_term_review",
        "registry_down",
        "signatory_declines",
        *(f"silent_{who}" for who in ("manager", "executive", "partner", "signatory")),
        *(f"cancelled_{where}" for where in WAITS),
    }


@pytest.mark.parametrize("story", TOLD)
def test_a_story_ends_as_it_says(played, story):
    performance, _ = played[story]
    assert performance.held, [str(each) for each in performance.differences]


@pytest.mark.parametrize("story", TOLD)
def test_days_pass_in_seconds(played, story):
    performance, _ = played[story]
    run = performance.run
    took = moment(run["ended_at"]) - moment(run["started_at"])
    acts = performance.scenario.cast
    # The commercial owner reviews beside counsel, so that this wait is not one of its own.
    script = sum((act.after for act in acts if act.at != "term_review"), timedelta(0))
    assert took >= (script if acts else timedelta(days=14))
    assert took > timedelta(seconds=20 * performance.seconds)


@pytest.mark.parametrize("story", TOLD)
def test_acts_happen_on_the_day_of_the_script(played, theatre, story):
    performance, _ = played[story]
    house = theatre.of(performance)
    requests = house.ask("auditor", "/approvals", scope="all", run=performance.run["id"])
    decided = 0
    for gate in {request["gate"] for request in requests}:
        rounds = sorted((r for r in requests if r["gate"] == gate), key=lambda r: r["round"])
        made = [(request, decision) for request in rounds for decision in request["decisions"]]
        script = [a for a in performance.scenario.cast if a.at == gate and a.act in DECISIONS]
        decided += len(made)
        for act, (request, decision) in zip(script, made, strict=True):
            assert decision["decision"] == act.act
            due = moment(request["opened_at"]) + act.after
            assert abs(moment(decision["effective_at"]) - due) < SLACK
            assert moment(decision["received_at"]) < due - timedelta(hours=1)
    assert decided == sum(a.act in DECISIONS for a in performance.scenario.cast)


@pytest.mark.parametrize("story", TOLD)
def test_nothing_waits_for_anybody_when_the_run_has_ended(played, theatre, story):
    performance, _ = played[story]
    assert theatre.of(performance).stage.approvals(performance.run["id"]) == []


def rested(run):
    """How long the terms' retraction waited for the morning, which is when quiet hours ended."""
    undo = next((e for e in run["timeline"] if e["name"] == "retract_terms"), None)
    waited = moment(undo["done_at"]) - moment(run["deadline"]) if undo else timedelta(0)
    if waited < SLACK:
        return timedelta(0)
    assert moment(undo["done_at"]).astimezone(RIYADH).strftime("%H:%M") == "08:00"
    return waited


@pytest.mark.parametrize("story", TOLD)
def test_nobody_outside_is_written_to_at_night(played, theatre, story):
    performance, _ = played[story]
    messages = [e for e in performance.effects if e["provider"] in {"smtp", "whatsapp"}]
    hours = [moment(each["at"]).astimezone(RIYADH).hour for each in messages]
    assert all(8 <= hour < 21 for hour in hours)
    house = theatre.of(performance)
    shown = house.ask("auditor", "/messages/outbound", run=performance.run["id"])
    assert [each["verdict"] for each in shown] == ["allowed"] * len(messages)
    assert all(len(each["judgments"][0]["rules"]) == 9 for each in shown)


@pytest.mark.journey
def test_an_expiry_comes_on_the_deadline(played):
    for story in ("silent_manager", "silent_executive"):
        run = played[story][0].run
        late = moment(run["ended_at"]) - moment(run["deadline"])
        assert timedelta(0) <= late - rested(run) < SLACK
        warned = moment(run["warned_at"]) - moment(run["started_at"])
        whole = moment(run["deadline"]) - moment(run["started_at"])
        assert abs(warned - whole * 0.75) < SLACK


@pytest.mark.journey
def test_a_registry_that_is_down_is_waited_for(played):
    performance, _ = played["registry_down"]
    run = performance.run
    asked = next(e for e in run["timeline"] if e["name"] == "confirm_registration")
    assert asked["attempts"] > 100
    (fault,) = performance.scenario.faults
    assert moment(asked["done_at"]) - moment(run["started_at"]) >= fault.until


@pytest.mark.journey
def test_a_suspended_company_ends_with_its_reason(played):
    run = played["suspended_before_activation"][0].run
    assert run["error"] == {"code": "registration_suspended"}
    assert {e["name"] for e in run["timeline"]}.isdisjoint({"send_envelope", "activate_partner"})


def test_an_outage_is_waited_out_and_nothing_is_doubled(played):
    performance, _ = played["crm_down"]
    step = next(e for e in performance.run["timeline"] if e["name"] == "write_crm")
    sent = next(e for e in performance.run["timeline"] if e["name"] == "send_terms")
    assert step["attempts"] > 100
    assert moment(step["done_at"]) - moment(sent["done_at"]) >= timedelta(days=2)
    writes = [e["idempotency_key"] for e in performance.effects if e["provider"] == "hubspot"]
    assert len(writes) == len(set(writes)) == 2


@pytest.mark.journey
def test_what_was_taken_back_is_marked_at_the_providers(played):
    for story in ("silent_executive", "rejected_by_executive", "cancelled_at_executive"):
        effects = played[story][0].effects
        backs = {effect["undone"] for effect in effects} - {None}
        assert len(backs) == 3
        assert backs == {effect["reference"] for effect in effects if effect["undoes"]}


@pytest.mark.parametrize("story", TOLD)
def test_the_pack_verifies_offline_and_bears_virtual_dates_only(played, theatre, tmp_path, story):
    performance, _ = played[story]
    (pack,) = performance.run["evidence"]
    file = theatre.of(performance).stage.evidence(pack, tmp_path / "pack.zip")
    report = verify(file)
    assert report.ok, report.first_bad
    assert report.run_id == performance.run["id"]
    latest = max(moment(performance.run[name]) for name in ("ended_at", "deadline"))
    gates = [
        moment(e["at"]) for e in performance.run["timeline"] if e["name"] == "executive_approval"
    ]
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if not name.endswith((".json", ".jsonl")):
                continue
            for field, text in MOMENT.findall(archive.read(name).decode()):
                if field not in REAL:
                    assert moment(performance.run["started_at"]) - SLACK <= moment(text)
                    assert moment(text) <= latest + SLACK
        second = [n for n in archive.namelist() if "executive_approval" in n]
        assert len(second) == bool(gates)
        for name in second:
            opened = json.loads(archive.read(name))["opened_at"]
            assert abs(moment(opened) - min(gates)) < SLACK


@pytest.mark.parametrize("story", TOLD)
def test_the_audit_follows_the_runs_clock_in_a_chain_of_its_own(played, theatre, story):
    run = played[story][0].run
    house = theatre.of(played[story][0])
    chain = f"rehearsal:{run['id']}"
    entries = house.ask("auditor", "/audit", run=run["id"], limit=str(MOST))
    records = [entry["record"] for entry in entries]
    assert len(records) >= 8
    assert {record["chain"] for record in records} == {chain}
    by_id = sorted(records, key=lambda record: record["recorded_at"])
    for earlier, later in itertools.pairwise(by_id):
        assert moment(earlier["at"]) <= moment(later["at"]) + SLACK, (earlier, later)
    actions = {record["action"] for record in records}
    assert "run.ended" in actions
    assert "run.started" in actions or len(records) == MOST
    assert house.ask("auditor", "/audit/verify", chain=chain)["ok"]


def test_the_companys_own_chain_knows_nothing_of_rehearsals(played, theatre):
    main = theatre.ask("auditor", "/audit", chain="main", limit=str(MOST))
    told = json.dumps([entry["record"] for entry in main])
    assert not [each for each, _ in played.values() if each.run["id"] in told]


def test_the_lines_say_what_happened_in_order_on_virtual_dates(played):
    performance, lines = played["rejected_by_executive"]
    dates = [datetime.strptime(line[:16], "%Y-%m-%d %H:%M") for line in lines]  # noqa: DTZ007
    assert dates == sorted(dates)
    assert dates[-1] - dates[0] >= timedelta(days=5)
    words = [line[18:].split()[:2] for line in lines]
    for said in (["wait", "manager_approval"], ["manager", "approve"], ["executive", "reject"]):
        assert words.count(said) == 1
    assert words.count(["undo", "retract_terms"]) == 1
    assert lines[-1].endswith("compensated (rejected)")
    assert performance.seconds < 60


def test_the_pack_of_an_activation_holds_what_all_have_signed(played, theatre, tmp_path):
    file = theatre.stage.evidence(played["happy"][0].run["evidence"][0], tmp_path / "pack.zip")
    with zipfile.ZipFile(file) as archive:
        [name] = [each for each in archive.namelist() if "signature_1" in each]
        record = json.loads(archive.read(name))
        sealed = [each for each in archive.namelist() if "signed_document_1" in each]
    assert len(sealed) == 1
    assert (record["status"], bool(record["signed"])) == ("completed", True)
    assert [(one["role"], one["status"]) for one in record["signers"]] == [
        ("partner_signatory", "completed"),
        ("company_signatory", "completed"),
    ]


@pytest.mark.journey
def test_a_signature_whose_word_was_lost_counts_at_the_deadline(played):
    run = played["signature_unheard"][0].run
    told = next(e for e in run["timeline"] if (e["kind"], e["name"]) == ("message", "signature"))
    assert abs(moment(told["at"]) - moment(run["deadline"])) < SLACK
    assert run["outcome"] == "activated"


@pytest.mark.journey
def test_a_signatory_who_declines_leaves_nothing_to_void(played):
    run = played["signatory_declines"][0].run
    assert "void_envelope" not in [e["name"] for e in run["timeline"]]
    [step] = [e for e in run["timeline"] if e["name"] == "send_envelope"]
    assert step["status"] == "done"


EIDS = {"silent_over_eid": "Eid al-Fitr", "silent_over_eid_emirates": "Eid al-Adha"}
COUNTRIES = {
    "rawabi-sa": ("SA", RIYADH, {4, 5}),
    "rawabi-ae": ("AE", ZoneInfo("Asia/Dubai"), {5, 6}),
}
SHARES = {"reminder": 0.75, "breach": 1.0, "level3": 1.5}
ALLOWED = timedelta(minutes=960)
"""What the example companies allow for a request of normal priority."""


def off_in(code, year):
    return holidays.country_holidays(code, years=[year, year + 1], language="en_US")


def worked(country, since, until):
    """Working minutes between two moments by what is publicly known of a country, one by one."""
    code, zone, weekend = COUNTRIES[country]
    off = off_in(code, since.year)
    minute, count = since.astimezone(zone).replace(second=0, microsecond=0), 0
    while minute < until.astimezone(zone).replace(second=0, microsecond=0):
        fasting = Gregorian(minute.year, minute.month, minute.day).to_hijri().month == 9
        first, last = (10, 16) if fasting else (9, 17)
        resting = minute.weekday() in weekend or minute.date() in off
        count += not resting and first <= minute.hour < last
        minute += timedelta(minutes=1)
    return timedelta(minutes=count)


@pytest.mark.journey
@pytest.mark.parametrize("story", EIDS)
def test_over_an_eid_each_sla_step_comes_once_after_its_share_of_working_time(played, story):
    performance, lines = played[story]
    company = performance.scenario.company
    off = off_in(COUNTRIES[company][0], moment(performance.run["started_at"]).year)
    [opened] = [e for e in performance.run["timeline"] if e["kind"] == "wait"]
    steps = performance.escalations
    assert [one["status"] for one in steps] == list(SHARES)
    for one in steps:
        ran = worked(company, moment(opened["at"]), moment(one["at"]))
        assert abs(ran - ALLOWED * SHARES[one["status"]]) <= timedelta(minutes=2), one
    before, after, _ = (moment(one["at"]).astimezone(COUNTRIES[company][1]).date() for one in steps)
    between = [before + timedelta(days=n) for n in range(1, (after - before).days)]
    assert sum(EIDS[story] in off.get(day, "") for day in between) >= 3
    said = [line for line in lines if "  sla  " in line]
    assert [line[:16] for line in said] == [one["at"][:16].replace("T", " ") for one in steps]


@pytest.mark.journey
@pytest.mark.parametrize("story", EIDS)
def test_over_an_eid_nobody_is_told_twice_of_one_step(played, theatre, story):
    run = played[story][0].run["id"]
    [request] = theatre.of(played[story][0]).ask("auditor", "/approvals", scope="all", run=run)
    told = [(one["kind"], one["to"]) for one in request["notices"] if one["kind"] in SHARES]
    taken = {1: "reminder", 2: "breach", 3: "level3"}
    steps = request["sla"]["steps"]
    assert sorted(told) == sorted((taken[s["level"]], who) for s in steps for who in s["reached"])
    people = {who for _kind, who in told}
    mails = theatre.stage.effects(f"{run}:notices")
    assert len({mail["key"] for mail in mails}) == len(mails)
    assert people


@pytest.mark.journey
def test_the_executive_whom_the_last_step_reached_may_decide(played, theatre):
    performance, _ = played["silent_over_eid_emirates"]
    house = theatre.of(performance)
    [request] = house.ask("auditor", "/approvals", scope="all", run=performance.run["id"])
    hessa = house.stage.person("hessa")["user_id"]
    assert hessa in request["sla"]["steps"][-1]["reached"]
    assert [one["by"] for one in request["decisions"]] == [hessa]
