"""Tokens and the audited door, on the real database under row-level security."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.conftest import Urls
from tests.trust.policy.cast import OTHER, SEND, TENANT, make_tenants

from dealix.errors import NotEntitled
from dealix.store.session import Database
from dealix.trust.policy import service, tokens
from dealix.trust.policy.engine import PolicyEngine, default_engine, read_sources
from dealix.trust.policy.tokens import Grant

MAIL = Grant("email.send", "partner:1", "sha256:aa")
ASK = replace(SEND, token=None)


@pytest.fixture
def db(fresh_database: Database, fresh_urls: Urls) -> Iterator[Database]:
    make_tenants(fresh_urls.owner)
    return fresh_database


def issued(db: Database, *effects: Grant, tenant: str = TENANT, run: str = "run_1") -> list[str]:
    with db.tenant(tenant) as session:
        return tokens.issue_all(
            session, run_id=run, decision_id="dec_1", issued_by="fahad", effects=effects
        )


def permitted(db: Database, key: str = "run_1:send", **change: Any) -> str | None:
    with db.tenant(TENANT) as session:
        return service.permit(session, replace(ASK, effect_key=key, **change))


def refusal(db: Database, key: str = "run_1:send", **change: Any) -> str:
    with pytest.raises(NotEntitled) as error:
        permitted(db, key, **change)
    return str(error.value.params.get("reason", error.value.code))


def audited(db: Database, tenant: str = TENANT) -> list[dict[str, Any]]:
    query = "SELECT data FROM audit_records WHERE action = 'policy.judged' ORDER BY id"
    with db.tenant(tenant) as session:
        return list(session.execute(text(query)).scalars())


def test_one_token_serves_one_effect_again_after_a_crash_but_no_other(db: Database) -> None:
    [token] = issued(db, MAIL)
    assert permitted(db) == token
    assert permitted(db) == token
    assert refusal(db, "run_1:another") == "token_used"
    with db.tenant(TENANT) as session:
        find = {"run_id": "run_1", "effect_key": "run_1:another"}
        assert tokens.find_valid(session, "email.send", "partner:1", "sha256:aa", **find) is None
        with pytest.raises(NotEntitled):
            tokens.mark_used(session, token, "run_1:another")


@pytest.mark.parametrize(
    "change", [{"payload_hash": "sha256:bb"}, {"resource": "partner:2"}, {"run": "run_2"}]
)
def test_another_content_resource_or_run_finds_no_token(
    db: Database, change: dict[str, str]
) -> None:
    issued(db, MAIL)
    assert refusal(db, **change) == "token_missing"


def test_a_standing_approval_serves_another_run(db: Database) -> None:
    [token] = issued(db, replace(MAIL, covers="standing"))
    assert permitted(db, run="run_2") == token


def test_issuing_again_answers_the_same_tokens_and_an_undo_has_its_own(db: Database) -> None:
    listed = (MAIL, Grant("email.retract", "partner:1", "sha256:cc"))
    first = issued(db, *listed)
    assert len(set(first)) == 2
    assert issued(db, *listed) == first
    undo = {"action": "email.retract", "payload_hash": "sha256:cc"}
    assert permitted(db, "undo:run_1:send", **undo) == first[1]


def test_the_start_covers_its_bad_end_without_a_decision_and_nothing_else(db: Database) -> None:
    notice = replace(MAIL, action="email.notify", covers="bad_end")
    with db.tenant(TENANT) as session:
        asked = {"run_id": "run_1", "decision_id": None, "issued_by": "noura"}
        token = tokens.issue(session, effect=notice, **asked)
        assert tokens.issue(session, effect=notice, **asked) == token
        tokens.issue(session, effect=replace(MAIL, covers="bad_end"), **asked)
    assert permitted(db, action="email.notify") == token
    assert refusal(db) == "token_covers_bad_ends_only"
    with pytest.raises(DBAPIError, match="token_needs_decision"), db.tenant(TENANT) as session:
        tokens.issue(session, effect=MAIL, **asked)


def test_class_a_uses_up_no_token(db: Database) -> None:
    issued(db, replace(MAIL, action="partner.score"))
    assert permitted(db, action="partner.score") is None
    assert permitted(db, "k2", action="partner.score") is None


def test_two_effects_that_race_for_one_token_get_it_once(db: Database) -> None:
    [token] = issued(db, MAIL)

    def attempt(number: int) -> str | None:
        try:
            return permitted(db, f"key:{number}")
        except NotEntitled:
            return None

    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(attempt, range(8)))
    assert [one for one in got if one] == [token]


def test_every_verdict_is_audited_and_a_refusal_survives_the_rollback(db: Database) -> None:
    assert refusal(db) == "token_missing"
    [token] = issued(db, MAIL)
    permitted(db)
    with db.tenant(TENANT) as session:
        assert not service.check(session, replace(ASK, action="audit.delete")).allowed
    found = audited(db)
    assert [(one["allowed"], one["reason"], one["token"]) for one in found] == [
        (False, "token_missing", None),
        (True, "allowed", token),
        (False, "class_c", None),
    ]
    assert found[0]["run_id"] == "run_1"
    assert found[0]["policy_version"].startswith("sha256:")
    assert audited(db, OTHER) == []


def test_require_says_which_error(db: Database) -> None:
    with db.tenant(TENANT) as session:
        with pytest.raises(NotEntitled) as missing:
            service.require(session, ASK)
        with pytest.raises(NotEntitled) as denied:
            service.require(session, replace(ASK, action="audit.delete"))
        assert service.require(session, SEND).allowed
    assert (missing.value.code, missing.value.params) == ("token_missing", {"action": "email.send"})
    assert denied.value.code == "policy_denied"
    assert denied.value.params == {"action": "audit.delete", "reason": "class_c"}


def test_nobody_asks_for_one_tenant_inside_anothers_transaction(db: Database) -> None:
    with db.tenant(OTHER) as session:
        assert service.check(session, SEND).reason == "cross_tenant"


def test_another_tenants_tokens_are_neither_seen_nor_written(db: Database) -> None:
    [token] = issued(db, MAIL)
    with db.tenant(OTHER) as session:
        find = {"run_id": "run_1", "effect_key": ""}
        assert tokens.find(session, "email.send", "partner:1", "sha256:aa", **find) is None
        with pytest.raises(NotEntitled):
            tokens.mark_used(session, token, "stolen")
    with db.nobody() as session:
        assert session.execute(text("SELECT count(*) FROM tokens")).scalar_one() == 0
    smuggle = (
        "INSERT INTO tokens (tenant_id, id, run_id, decision_id, issued_by, action, resource, "
        "payload_hash, covers, issued_at) VALUES ('rawabi-sa', 'x', 'r', 'd', 'x', 'a', 'r', 'h', "
        "'packet', now())"
    )
    with pytest.raises(DBAPIError, match="row-level security"), db.tenant(OTHER) as session:
        session.execute(text(smuggle))


@pytest.mark.parametrize(
    "change", ["SET payload_hash = 'sha256:bb'", "SET resource = 'x'", "SET covers = 'standing'"]
)
def test_the_application_may_not_rewrite_a_token(db: Database, change: str) -> None:
    issued(db, MAIL)
    with pytest.raises(DBAPIError, match="permission denied"), db.tenant(TENANT) as session:
        session.execute(text(f"UPDATE tokens {change}"))
    with pytest.raises(DBAPIError, match="permission denied"), db.tenant(TENANT) as session:
        session.execute(text("DELETE FROM tokens"))


def test_even_the_owner_cannot_make_a_used_token_new(db: Database, fresh_urls: Urls) -> None:
    issued(db, MAIL)
    permitted(db)
    with (
        psycopg.connect(fresh_urls.owner) as owner,
        pytest.raises(psycopg.errors.RestrictViolation),
    ):
        owner.execute("UPDATE tokens SET used_by = NULL, used_at = NULL")


def test_a_repeated_verdict_on_one_effect_is_audited_once_and_each_change_of_it_again(
    db: Database,
) -> None:
    [token] = issued(db, MAIL)
    for _ in range(5):
        assert permitted(db) == token
    assert len(audited(db)) == 1
    other = PolicyEngine({**read_sources(), "later.rego": "package later"})
    with db.tenant(TENANT) as session:
        service.permit(session, ASK, engine=other)
        service.permit(session, ASK, engine=other)
    permitted(db)
    versions = [one["policy_version"] for one in audited(db)]
    assert versions == [default_engine().version, other.version, default_engine().version]
    [second] = issued(db, replace(MAIL, payload_hash="sha256:bb"))
    assert permitted(db, payload_hash="sha256:bb") == second
    assert permitted(db, "run_1:again", action="partner.score") is None
    assert len(audited(db)) == 5
    for _ in range(2):
        assert refusal(db, payload_hash="sha256:cc") == "token_missing"
    assert [one["allowed"] for one in audited(db)][5:] == [False, False]
