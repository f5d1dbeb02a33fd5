"""A price above the limits waits for those who may grant it, and goes on as it was approved."""

from datetime import timedelta

import psycopg
import pytest
from tests.business.proposals.price_stage import TENANT, PriceStage

from dealix.business.proposals import approving, repository
from dealix.business.proposals.activities import PriceActivities
from dealix.errors import Conflict, NotEntitled
from dealix.lanes.schemas import StepCall
from dealix.proof.rig import until


@pytest.fixture(scope="module")
def stage(engines, database_urls, tmp_path_factory):
    stage = PriceStage(engines, database_urls, tmp_path_factory.mktemp("home"))
    yield stage
    stage.close()


def gone_on(stage, run):
    """The run that went on from this one, ended."""
    query = {"goes_on_from": run["id"]}
    assert until(lambda: stage.count("proposal_runs", **query) == 1, 30)
    with stage.database.tenant(TENANT) as session:
        found = session.query(repository.ProposalRun).filter_by(**query).one().run_id
    return stage.ended(found)


def test_an_approved_price_goes_on_exactly_as_it_was_approved(stage):
    run = stage.propose("approved", "20")
    assert (run["status"], run["outcome"]) == ("completed", "awaiting_price_approval")
    assert [one["name"] for one in run["timeline"]] == [
        *("collect_deal", "draft_proposal", "price_proposal"),
    ]
    waiting = stage.proposal(run["id"])
    assert (waiting["state"], waiting["pack"]) == ("awaiting_price_approval", None)
    request = stage.request(waiting["price_run"])
    packet = request["packet"]
    assert (packet["asks"], packet["context"]["discount_percent"]) == ("price.discount", "20")
    [effect] = packet["effects"]
    assert effect["payload_hash"] == waiting["price"]["sha256"]
    with pytest.raises(NotEntitled) as own:
        stage.decide(request, who="noura")
    assert own.value.code == "own_request"
    stage.decide(request, who="fahad")
    went_on = gone_on(stage, run)
    assert (went_on["outcome"], went_on["started_by"]) == ("proposed", stage.noura.user_id)
    ready = stage.proposal(run["id"])
    assert (ready["state"], ready["version"]) == ("ready", 1)
    assert ready["pack"]["pricing_hash"] == waiting["price"]["sha256"]
    assert stage.proposal(went_on["id"])["run"] == run["id"]
    assert stage.ended(waiting["price_run"])["outcome"] == "approved"
    assert stage.count("tokens", run_id=waiting["price_run"], action="price.discount") == 1
    assert stage.waiting()[run["id"]] == "ready"


def test_repeating_what_follows_from_a_yes_changes_nothing(stage):
    run = stage.propose("repeated", "16")
    price_run = stage.price_run(run["id"])
    stage.decide(stage.request(price_run))
    first = gone_on(stage, run)
    activities = PriceActivities(stage.database, stage.made.proposals, stage.made.approvals)
    call = StepCall(
        tenant_id=TENANT,
        run_id=price_run,
        rehearsal=False,
        seq=9,
        key=f"{price_run}:continue_proposal",
        at=stage.run(price_run).now(),
    )
    assert activities.continue_proposal(call).data == {"run": first["id"]}
    assert stage.count("proposal_runs", goes_on_from=run["id"]) == 1


def test_a_rejected_price_lets_nothing_out_and_who_asked_is_told(stage):
    run = stage.propose("rejected", "20")
    price_run = stage.price_run(run["id"])
    stage.decide(stage.request(price_run), "reject")
    ended = stage.ended(price_run)
    assert (ended["status"], ended["outcome"]) == ("completed", "rejected")
    found = stage.proposal(run["id"])
    assert (found["state"], found["pack"]) == ("price_rejected", None)
    assert stage.waiting()[run["id"]] == "price_rejected"
    assert stage.count("proposal_runs", goes_on_from=run["id"]) == 0


def test_a_price_that_nobody_decides_expires(stage, monkeypatch):
    monkeypatch.setattr(approving, "LONGEST", timedelta(seconds=4))
    run = stage.propose("expired", "20")
    price_run = stage.price_run(run["id"])
    request = stage.request(price_run)
    assert stage.ended(price_run)["outcome"] == "expired"
    assert stage.proposal(run["id"])["state"] == "price_expired"
    with pytest.raises(Conflict):
        stage.decide(request)


def test_a_newer_price_ends_the_approval_of_the_one_before(stage):
    run = stage.propose("changed", "20")
    price_run = stage.price_run(run["id"])
    request = stage.request(price_run)
    newer = stage.propose("changed", "5")
    assert newer["outcome"] == "proposed"
    assert stage.ended(price_run)["outcome"] == "cancelled"
    assert stage.run(price_run).cancel_requested_by == "system"
    with pytest.raises(Conflict):
        stage.decide(request)
    assert stage.proposal(run["id"])["state"] == "price_superseded"
    assert stage.count("proposal_runs", goes_on_from=run["id"]) == 0
    assert stage.count("tokens", run_id=price_run, used_by=None) == 0  # none counts as used: NULL


@pytest.mark.parametrize(
    ("field", "value"), [("net", "1.00"), ("valid_until", "2099-01-01")], ids=["sum", "date"]
)
def test_a_record_that_somebody_changed_behind_our_back_does_not_go_out(
    stage, database_urls, field, value
):
    run = stage.propose(f"tampered-{field}", "20")
    price_run = stage.price_run(run["id"])
    request = stage.request(price_run)
    change = f"UPDATE price_records SET body = jsonb_set(body, '{{{field}}}', '\"{value}\"')"
    with psycopg.connect(database_urls.owner) as owner:
        owner.execute("ALTER TABLE price_records DISABLE TRIGGER price_records_append_only")
        owner.execute(f"{change} WHERE run_id = %s", (run["id"],))
        owner.execute("ALTER TABLE price_records ENABLE TRIGGER price_records_append_only")
    stage.decide(request)
    assert stage.ended(price_run)["outcome"] == "price_superseded"
    assert stage.count("proposal_runs", goes_on_from=run["id"]) == 0


def test_without_the_token_of_its_approval_no_run_goes_on(stage):
    run = stage.propose("forged", "20")
    stage.request(stage.price_run(run["id"]))
    with stage.database.tenant(TENANT) as session:
        row = repository.run_of(session, run["id"])
        price = repository.price_row(session, row.record_id)
        forged = stage.made.proposals.approvals.go_on(session, row, price, stage.noura.user_id)
    ended = stage.ended(forged)
    assert (ended["outcome"], ended["error"]["code"]) == ("failed", "token_missing")
    assert stage.proposal(run["id"])["pack"] is None


def test_a_large_discount_asks_by_percentage_and_by_money_and_needs_both(stage):
    run = stage.propose("large", "44", quantity=200)
    price_run = stage.price_run(run["id"])
    percent = stage.request(price_run)
    value = stage.request(price_run, "value_approval")
    stage.decide(percent, who="reem")
    assert stage.count("proposal_runs", goes_on_from=run["id"]) == 0
    stage.decide(value, who="khalid")
    assert gone_on(stage, run)["outcome"] == "proposed"


def test_what_is_sent_back_is_asked_again_once_it_was_answered(stage):
    run = stage.propose("sent-back", "20")
    price_run = stage.price_run(run["id"])
    request = stage.request(price_run)
    stage.decide(request, "request_changes", changes=["Why so much?"])
    stage.made.approvals.resubmit(stage.noura, request["id"], "A reference customer.", {})
    stage.decide(stage.request(price_run, round_=2))
    assert gone_on(stage, run)["outcome"] == "proposed"


def test_nobody_starts_the_approval_of_a_price_at_a_door(stage):
    with pytest.raises(Exception, match="unknown_workflow"):
        stage.made.runs.start(stage.noura, "price_approval", {"record": "x", "sha256": "y"})


def test_cancelling_the_approval_lets_nothing_out(stage):
    run = stage.propose("cancelled", "20")
    price_run = stage.price_run(run["id"])
    stage.request(price_run)
    stage.made.runs.cancel(stage.people["fahad"], price_run)
    assert stage.ended(price_run)["status"] == "cancelled"
    assert stage.proposal(run["id"])["state"] == "price_cancelled"
