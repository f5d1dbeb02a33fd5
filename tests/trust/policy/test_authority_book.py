"""The tenant's table on the real database: two people change it, versions stay, tenants apart."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.conftest import Urls
from tests.trust.policy.cast import OTHER, TENANT, Company, make_tenants, person

from dealix.actors import Actor, system
from dealix.errors import Conflict, DealixError, InvalidInput, NotEntitled, NotFound
from dealix.store.session import Database
from dealix.trust.access import directory
from dealix.trust.policy import service
from dealix.trust.policy.authority_book import AuthorityBook, Matter
from dealix.trust.policy.ports import Directory
from dealix.trust.policy.schemas import GateFacts

SA = Company(
    [
        person("noura", "partner_manager", under="fahad"),
        person("fahad", "director", under="huda"),
        person("huda", "vp", under="sultan"),
        person("sultan", "ceo"),
        person("maha", "legal_counsel", under="sultan"),
        person("bandar", "tenant_admin", under="sultan"),
    ]
)
MAHA = Actor(TENANT, "maha", frozenset({"legal_counsel"}))
BANDAR = Actor(TENANT, "bandar", frozenset({"tenant_admin"}))
BOOK = AuthorityBook(SA)
DISTRIBUTION = Matter("partner_approval", "distribution")
ROWS = [
    {
        "kind": "partner_approval",
        "gate": "executive_approval",
        "type": "distribution",
        "slots": [{"name": "vp", "roles": ["vp"]}],
    }
]


@pytest.fixture
def db(fresh_database: Database, fresh_urls: Urls) -> Iterator[Database]:
    make_tenants(fresh_urls.owner)
    for tenant in (TENANT, OTHER):
        with fresh_database.tenant(tenant) as session:
            BOOK.install(session, "bandar")
    return fresh_database


def refused(code: str, kind: type[DealixError], call: Any, *arguments: Any) -> None:
    with pytest.raises(kind) as error:
        call(*arguments)
    assert error.value.code == code


def test_a_tenant_starts_with_its_shipped_table_once(db: Database) -> None:
    with db.tenant(TENANT) as session:
        assert BOOK.install(session, "somebody-else") == 1
        assert BOOK.active(session).activated_by == "bandar"
        [slot] = BOOK.slots_for(session, "partner_approval", "executive_approval", "technology")
        assert slot.roles == ("vp",)
        assert BOOK.eligible(session, slot, "noura") == ["huda"]
        assert BOOK.eligible(session, slot, "noura", {"huda"}) == ["sultan"]
        assert BOOK.assert_staffed(session, "partner_approval", "technology", "0", "noura") == 1


def test_a_start_is_refused_with_a_clear_code(db: Database) -> None:
    def start(kind: str, type_: str, requester: str, amount: str = "0") -> None:
        with db.tenant(OTHER) as session:
            BOOK.assert_staffed(session, kind, type_, amount, requester)

    refused("unknown_partner_type", InvalidInput, start, "partner_approval", "franchise", "noura")
    refused("no_deputy", InvalidInput, start, "partner_approval", "government", "maha")
    refused("no_authority_row", InvalidInput, start, "space_travel", "moon", "noura")
    refused("negative_amount", InvalidInput, start, "discount", "*", "noura", "-1")


def test_exclusivity_finds_its_own_row_at_the_start(db: Database) -> None:
    legal = [{"name": "legal_counsel", "roles": ["legal_counsel"]}]
    ordinary = ROWS[0] | {"exclusivity": False}
    exclusive = ROWS[0] | {"exclusivity": True, "slots": legal}
    with db.tenant(TENANT) as session:
        BOOK.activate(session, BANDAR, BOOK.propose(session, MAHA, [ordinary, exclusive]))
        start = (session, "partner_approval", "distribution", "0", "maha")
        assert BOOK.assert_staffed(*start) == 2
        with pytest.raises(InvalidInput):
            BOOK.assert_staffed(*start, exclusive=True)


def test_a_second_person_puts_a_change_into_force(db: Database) -> None:
    with db.tenant(TENANT) as session:
        version = BOOK.propose(session, MAHA, ROWS)
        assert BOOK.active(session).version == 1
    with db.tenant(TENANT) as session:
        refused("same_person_activates", NotEntitled, BOOK.activate, session, MAHA, version)
        robot = system(TENANT)
        refused("same_person_activates", NotEntitled, BOOK.activate, session, robot, version)
        refused("not_found", NotFound, BOOK.activate, session, BANDAR, 99)
        BOOK.activate(session, BANDAR, version)
    with db.tenant(TENANT) as session:
        assert [(one.version, one.status) for one in BOOK.versions(session)] == [
            (2, "active"), (1, "retired"),
        ]  # fmt: skip
        assert BOOK.seats(session, DISTRIBUTION, "executive_approval", "noura")[0] == 2
        refused("authority_not_draft", Conflict, BOOK.activate, session, BANDAR, 2)
        refused("authority_not_draft", Conflict, BOOK.activate, session, MAHA, 1)
        query = (
            "SELECT action, subject FROM audit_records WHERE action LIKE 'authority.%' ORDER BY id"
        )
        assert [tuple(row) for row in session.execute(text(query))] == [
            ("authority.activated", "authority:1"),
            ("authority.proposed", "authority:2"),
            ("authority.activated", "authority:2"),
        ]


def test_a_run_keeps_the_version_with_which_it_began(db: Database) -> None:
    with db.tenant(TENANT) as session:
        BOOK.activate(session, BANDAR, BOOK.propose(session, MAHA, ROWS))
        old = Matter("partner_approval", "distribution", version=1)
        version, [slot] = BOOK.seats(session, old, "executive_approval", "noura")
        assert (version, slot.name) == (1, "director")
        draft = BOOK.propose(session, MAHA, ROWS)
        unborn = Matter("partner_approval", "distribution", version=draft)
        refused("not_found", NotFound, BOOK.seats, session, unborn, "executive_approval", "noura")


def test_an_old_draft_does_not_overtake_a_newer_table(db: Database) -> None:
    with db.tenant(TENANT) as session:
        older, newer = (BOOK.propose(session, MAHA, ROWS) for _ in range(2))
        BOOK.activate(session, BANDAR, newer)
        refused("authority_not_draft", Conflict, BOOK.activate, session, BANDAR, older)


def test_seats_leave_the_rest_of_the_run_decidable(db: Database) -> None:
    with db.tenant(TENANT) as session:
        _, [first] = BOOK.seats(session, DISTRIBUTION, "manager_approval", "noura")
        _, [second] = BOOK.seats(session, DISTRIBUTION, "executive_approval", "noura")
        assert (first.eligible, second.eligible) == (("fahad",), ("huda", "sultan"))
        filled = [("manager_approval", "manager", "fahad")]
        _, [then] = BOOK.seats(session, DISTRIBUTION, "executive_approval", "noura", filled)
        assert then.eligible == ("huda", "sultan")
        refused(
            "no_authority_row", InvalidInput, BOOK.seats, session, DISTRIBUTION, "no_gate", "noura"
        )


def test_when_somebody_left_the_other_gate_can_still_be_decided(db: Database) -> None:
    without_law = [one for one in SA.people if one.user_id not in {"maha", "fahad"}]
    book = AuthorityBook(Company([*without_law, person("fahad", under="huda")]))
    government = Matter("partner_approval", "government")
    with db.tenant(TENANT) as session:
        _, [manager] = book.seats(session, government, "manager_approval", "noura")
        _, slots = book.seats(session, government, "executive_approval", "noura")
    assert manager.eligible == ("fahad",)
    assert {slot.name: slot.eligible for slot in slots} == {
        "c_level": ("sultan",), "legal_counsel": (),
    }  # fmt: skip


def test_rego_agrees_with_the_table_on_who_may_decide(db: Database) -> None:
    gate = GateFacts("executive_approval", "director", "noura")
    filled = [("manager_approval", "manager", "fahad")]

    def reason(user: str, facts: GateFacts = gate) -> str:
        roles = next(one.roles for one in SA.people if one.user_id == user)
        with db.tenant(TENANT) as session:
            actor = Actor(TENANT, user, roles)
            question = BOOK.decision_question(session, actor, DISTRIBUTION, facts, filled)
            verdict = service.check(session, question)
            assert verdict.authority_version == 1
            return verdict.reason

    assert reason("huda") == "allowed"
    assert reason("fahad") == "one_slot_per_run"
    assert reason("noura") == "own_request"
    assert reason("maha") == "slot_not_filled_by_this_person"
    assert reason("huda", GateFacts("executive_approval", "vp", "noura")) == "slot_not_in_table"


def test_the_database_keeps_versions_and_the_second_person(db: Database, fresh_urls: Urls) -> None:
    with db.tenant(TENANT) as session:
        BOOK.propose(session, MAHA, ROWS)
    for change in ("rows = '[]'", "version = 7", "status = 'draft'", "activated_by = 'x'"):
        with (
            psycopg.connect(fresh_urls.owner) as owner,
            pytest.raises(psycopg.errors.RestrictViolation),
        ):
            owner.execute(f"UPDATE authority_tables SET {change} WHERE status = 'active'")
    alone = "UPDATE authority_tables SET status = 'active', activated_by = 'maha' WHERE version = 2"
    with pytest.raises(DBAPIError, match="authority_second_person"), db.tenant(TENANT) as session:
        session.execute(text(alone))
    two = alone.replace("maha", "bandar")
    with (
        pytest.raises(DBAPIError, match="uq_authority_tables_active"),
        db.tenant(TENANT) as session,
    ):
        session.execute(text(two))
    with pytest.raises(DBAPIError, match="permission denied"), db.tenant(TENANT) as session:
        session.execute(text("DELETE FROM authority_tables"))


def test_another_tenants_tables_are_invisible(db: Database) -> None:
    with db.tenant(TENANT) as session:
        version = BOOK.propose(session, MAHA, ROWS)
    with db.tenant(OTHER) as session:
        assert [one.version for one in BOOK.versions(session)] == [1]
        outsider = Actor(OTHER, "rashid")
        refused("not_found", NotFound, BOOK.activate, session, outsider, version)
    with db.nobody() as session:
        assert session.execute(text("SELECT count(*) FROM authority_tables")).scalar_one() == 0


def test_the_access_directory_is_one() -> None:
    of_access: Directory = directory
    assert AuthorityBook(of_access)
