"""Who may decide what, once: judged in the database, refused with one record, tokens by effect."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text
from tests.conftest import Engines

from dealix.actors import Actor, system
from dealix.connectors.secrets import LocalSecrets
from dealix.errors import Conflict, DealixError, InvalidInput, NotEntitled, NotFound
from dealix.lanes import run_book
from dealix.lanes.models import Signal
from dealix.lanes.schemas import StepCall
from dealix.processes.example_people import COMPANIES, RAWABI_SA, SAUDI
from dealix.processes.seed import Seed, user_id
from dealix.store.ids import new_id
from dealix.store.session import Database
from dealix.trust.access import directory
from dealix.trust.approvals.activities import ApprovalActivities
from dealix.trust.approvals.models import Approval, Decision
from dealix.trust.approvals.schemas import ApprovalPacket, ListedEffect, Opening
from dealix.trust.approvals.seating import Seating
from dealix.trust.approvals.service import ApprovalService
from dealix.trust.policy.authority_book import AuthorityBook
from dealix.trust.policy.engine import PolicyEngine
from dealix.trust.policy.models import Token
from dealix.trust.privacy import Vault

TENANT = RAWABI_SA.tenant_id
AT = datetime(2027, 3, 1, 8, tzinfo=UTC)
PEOPLE = {one.handle: one for one in SAUDI}
EFFECTS = [
    ListedEffect(action="email.send", resource="r:send_terms", payload_hash="h1"),
    ListedEffect(action="crm.write", resource="r:write_crm", payload_hash="h2"),
]


@dataclass
class Door:
    """The one door of a company, and what it told whom."""

    database: Database
    service: ApprovalService
    told: list[str]

    def opened(
        self,
        gate: str = "manager_approval",
        run_id: str | None = None,
        partner_type: str = "distribution",
    ) -> Approval:
        packet = ApprovalPacket(
            asks="Approve?", subject={"name": "Najd"}, reversibility="reversible", effects=EFFECTS
        )
        with self.database.tenant(TENANT) as session:
            if run_id is None:
                run_id = new_id("run")
                session.execute(
                    text(
                        "INSERT INTO runs (tenant_id, id, workflow, lane, key, input_hash, input, "
                        "status, started_by, rehearsal, chain, requested_at, started_at, engine_id)"
                        " VALUES (:tenant, :run, 'w', 'durable', :run, 'h', '{}', 'running', "
                        ":starter, false, 'main', now(), now(), :run)"
                    ),
                    {"tenant": TENANT, "run": run_id, "starter": actor("noura").user_id},
                )
            opening = Opening(
                run_id=run_id,
                gate=gate,
                round=1,
                kind="partner_approval",
                type=partner_type,
                requested_by=actor("noura").user_id,
                packet=packet,
                amount="400000",
            )
            return self.service.open(session, opening, run_book.get(session, run_id))

    def decide(self, who: Actor, approval: Approval, word: str = "approve") -> dict[str, object]:
        return self.service.decide(who, approval.id, word, "because", approval.packet_hash)

    def refusal(self, who: Actor, approval: Approval, **more: str) -> DealixError:
        """The refusal; it must leave exactly one record, and no decision or token."""
        before = self.counts(approval)
        with pytest.raises(DealixError) as caught:
            self.service.decide(
                who,
                approval.id,
                more.get("word", "approve"),
                more.get("comment"),
                more.get("seen", approval.packet_hash),
            )
        after = self.counts(approval)
        assert after == (*before[:3], before[3] + 1)
        return caught.value

    def counts(self, approval: Approval) -> tuple[int, int, int, int]:
        """Decisions, tokens and signals of the run; refusals on record."""
        run = approval.run_id
        with self.database.tenant(TENANT) as session:
            made = [
                session.execute(
                    select(func.count()).select_from(table).where(table.run_id == run)
                ).scalar_one()
                for table in (Decision, Token, Signal)
            ]
            query = text("SELECT count(*) FROM audit_records WHERE action = 'approval.refused'")
            refused = int(session.execute(query).scalar_one())
        return made[0], made[1], made[2], refused


def actor(handle: str) -> Actor:
    one = PEOPLE[handle]
    return Actor(TENANT, user_id(RAWABI_SA, one), frozenset(one.roles))


@pytest.fixture(scope="module")
def door(database: Database, engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Door:
    vault = Vault(LocalSecrets(engines.secrets_file, {}))
    Seed(database, vault, tmp_path_factory.mktemp("seed") / "sign_ins.json").plant()
    told: list[str] = []

    def tell(_tenant: str, signal: str, _fresh: object) -> bool:
        told.append(signal)
        return True

    seating = Seating(AuthorityBook(directory), PolicyEngine())
    service = ApprovalService(database, seating, vault, lambda *_: None, tell)
    return Door(database, service, told)


def test_an_approval_stores_one_decision_and_one_token_for_each_listed_effect(door: Door) -> None:
    approval = door.opened()
    view = door.decide(actor("fahad"), approval)
    assert (view["status"], view["delivered"]) == ("approved", True)
    with door.database.tenant(TENANT) as session:
        tokens = session.execute(select(Token).where(Token.run_id == approval.run_id)).scalars()
        listed = sorted((one.action, one.resource, one.payload_hash) for one in tokens)
        made = session.execute(
            select(Decision).where(Decision.approval_id == approval.id)
        ).scalar_one()
    assert listed == sorted((one.action, one.resource, one.payload_hash) for one in EFFECTS)
    assert made.packet_hash == approval.packet_hash
    assert door.told[-1] == f"sig_decision_{made.id}"


def test_a_rejection_issues_no_token_and_needs_a_reason(door: Door) -> None:
    approval = door.opened()
    refusal = door.refusal(actor("fahad"), approval, word="reject", comment="  ")
    assert refusal.code == "comment_required"
    assert door.decide(actor("fahad"), approval, "reject")["status"] == "rejected"
    assert door.counts(approval)[:2] == (1, 0)


@pytest.mark.parametrize(
    ("handle", "code"), [("noura", "own_request"), ("lina", "not_an_approver")]
)
def test_the_requester_and_who_holds_no_seat_are_refused(
    door: Door, handle: str, code: str
) -> None:
    refusal = door.refusal(actor(handle), door.opened())
    assert isinstance(refusal, NotEntitled)
    assert refusal.code == code


def test_roles_that_a_caller_claims_open_nothing(door: Door) -> None:
    liar = Actor(TENANT, actor("lina").user_id, frozenset({"director", "vp", "ceo"}))
    assert door.refusal(liar, door.opened()).code == "not_an_approver"


def test_the_system_never_decides(door: Door) -> None:
    machine = Actor(TENANT, actor("fahad").user_id, frozenset({"director"}), "system")
    assert door.refusal(machine, door.opened()).code == "not_an_approver"
    assert door.refusal(system(TENANT), door.opened()).code == "not_an_approver"


def test_a_packet_that_changed_is_not_decided_and_its_hash_is_told(door: Door) -> None:
    approval = door.opened()
    refusal = door.refusal(actor("fahad"), approval, seen="sha256:old")
    assert refusal.code == "stale_packet"
    assert refusal.params["packet_hash"] == approval.packet_hash


def test_a_request_is_decided_once(door: Door) -> None:
    approval = door.opened()
    door.decide(actor("fahad"), approval)
    for word in ("approve", "reject"):
        refusal = door.refusal(actor("fahad"), approval, word=word, comment="c")
        assert isinstance(refusal, Conflict)
        assert refusal.code == "already_decided"


def test_one_person_fills_one_slot_of_a_run(door: Door) -> None:
    first = door.opened()
    door.decide(actor("fahad"), first)
    second = door.opened("executive_approval", first.run_id)
    assert door.refusal(actor("fahad"), second).code == "one_slot_per_run"


def test_nothing_is_decided_after_the_run_has_ended(door: Door) -> None:
    approval = door.opened()
    with door.database.tenant(TENANT) as session:
        run_book.get(session, approval.run_id, lock=True).ended_at = AT
    assert door.refusal(actor("fahad"), approval).code == "run_ended"


def test_another_tenants_request_does_not_exist(door: Door) -> None:
    company, people = COMPANIES[1]
    other = Actor(company.tenant_id, user_id(company, people[1]), frozenset(people[1].roles))
    approval = door.opened()
    with pytest.raises(NotFound):
        door.service.decide(other, approval.id, "approve", None, approval.packet_hash)
    assert door.counts(approval)[0] == 0


@pytest.mark.parametrize("word", ["maybe", "request_changes", ""])
def test_only_words_that_are_built_are_heard(door: Door, word: str) -> None:
    approval = door.opened()
    with pytest.raises(InvalidInput):
        door.decide(actor("fahad"), approval, word)
    assert door.counts(approval)[0] == 0


def test_of_two_decisions_in_the_same_instant_one_counts(door: Door) -> None:
    for _ in range(3):
        approval = door.opened()
        before = door.counts(approval)[3]
        barrier, ends = threading.Barrier(2), []

        def decide(word: str, approval: Approval = approval, **_none: object) -> None:
            barrier.wait()  # noqa: B023 (both threads end within this turn)
            try:
                door.decide(actor("fahad"), approval, word)
                ends.append("stored")  # noqa: B023
            except DealixError as refusal:
                ends.append(refusal.code)  # noqa: B023

        threads = [threading.Thread(target=decide, args=(word,)) for word in ("approve", "reject")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(ends) == ["already_decided", "stored"]
        decisions, _tokens, told, refused = door.counts(approval)
        assert (decisions, told, refused) == (1, 1, before + 1)


def test_a_forged_delivery_finds_an_open_request_and_changes_nothing(door: Door) -> None:
    approval = door.opened()
    before = door.counts(approval)
    call = StepCall(
        tenant_id=TENANT,
        run_id=approval.run_id,
        rehearsal=False,
        seq=1,
        key="k",
        at=AT,
        data={"approval_id": approval.id},
    )
    state = ApprovalActivities(door.database, door.service).load_decision(call)
    assert state.status == "open"
    assert door.counts(approval) == before


def test_a_decision_that_cannot_be_delivered_is_stored_all_the_same(door: Door) -> None:
    def away(*_: object) -> bool:
        raise OSError

    service = ApprovalService(
        door.database, door.service.seating, door.service.vault, lambda *_: None, away
    )
    approval = door.opened()
    view = service.decide(actor("fahad"), approval.id, "approve", None, approval.packet_hash)
    assert (view["status"], view["delivered"]) == ("approved", False)
    assert door.counts(approval)[2] == 1


def test_what_waits_for_somebody_is_exactly_what_they_may_decide(door: Door) -> None:
    for _ in range(3):
        door.opened()
    decided = door.opened()
    door.service.decide(actor("fahad"), decided.id, "approve", None, decided.packet_hash)
    for handle in PEOPLE:
        everything = door.service.list(actor(handle), "all")
        may = [view["id"] for view in everything if view["may_decide"]]
        assert [view["id"] for view in door.service.list(actor(handle), "mine")] == may
        assert door.service.waiting(actor(handle)) == len(may)
    assert door.service.waiting(actor("fahad")) >= 3
