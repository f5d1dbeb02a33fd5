from datetime import timedelta

import pytest
from sqlalchemy import select, text
from tests.trust.access.company import PASSWORD, hire

from dealix import clock
from dealix.errors import NotEntitled, NotSignedIn, TooMany
from dealix.records.audit.models import AuditRecord
from dealix.trust.access import directory
from dealix.trust.access.limiting import BY_ACCOUNT, BY_ADDRESS, BY_PAIR, SignInLimits
from dealix.trust.access.models import SignInSession, User
from dealix.trust.access.service import Access, digest_of, issue

HERE = "127.0.0.1"


def test_the_right_password_opens_a_session_of_the_right_person(access, database, vault):
    sara = hire(database, vault, "one", "partner_manager", locale="ar")
    hire(database, vault, "two", "ceo")
    signed = access.sign_in(f" {sara.email.upper()} ", PASSWORD, address=HERE, kind="session")
    actor = access.actor_of(signed.secret)
    assert (actor.tenant_id, actor.user_id) == ("one", sara.user_id)
    assert actor.roles == {"partner_manager"}
    assert actor.locale == "ar"


def test_a_secret_is_kept_as_its_hash_only(access, database, vault, database_urls):
    sara = hire(database, vault, "one", "partner_manager")
    signed = access.sign_in(sara.email, PASSWORD, address=HERE, kind="token")
    with database.tenant("one") as session:
        every = [
            str(tuple(row))
            for table in ("sessions", "users", "audit_records", "personal_fields")
            for row in session.execute(text(f"SELECT * FROM {table}"))
        ]
        known = session.scalars(select(SignInSession.token_hash)).all()
    assert digest_of(signed.secret) in known
    assert not [row for row in every if signed.secret in row or PASSWORD in row]
    assert not [row for row in every if sara.email in row]


@pytest.mark.parametrize("email", ["nobody@one.example", None])
def test_a_wrong_email_and_a_wrong_password_are_not_told_apart(access, database, vault, email):
    sara = hire(database, vault, "one", "partner_manager")
    with pytest.raises(NotSignedIn) as refusal:
        access.sign_in(email or sara.email, "wrong", address=HERE, kind="session")
    assert refusal.value.code == "sign_in_failed"
    assert refusal.value.params == {}


def test_who_left_cannot_sign_in_and_an_open_session_ends(access, database, vault):
    gone = hire(database, vault, "one", "ceo", active=False)
    with pytest.raises(NotSignedIn):
        access.sign_in(gone.email, PASSWORD, address=HERE, kind="session")
    stays = hire(database, vault, "one", "ceo")
    signed = access.sign_in(stays.email, PASSWORD, address=HERE, kind="session")
    with database.tenant("one") as session:
        session.get_one(User, ("one", stays.user_id)).active = False
    with pytest.raises(NotSignedIn):
        access.actor_of(signed.secret)


def test_signing_out_ends_the_session_for_good(access, database, vault):
    sara = hire(database, vault, "one", "ceo")
    signed = access.sign_in(sara.email, PASSWORD, address=HERE, kind="session")
    access.sign_out(signed.actor, signed.secret)
    access.sign_out(signed.actor, signed.secret)
    with pytest.raises(NotSignedIn):
        access.actor_of(signed.secret)
    with database.tenant("one") as session:
        deeds = session.scalars(
            select(AuditRecord.action).where(AuditRecord.subject == sara.user_id)
        ).all()
    assert sorted(deeds) == ["session.ended", "session.opened"]


def test_a_session_ends_by_itself(access, database, vault):
    sara = hire(database, vault, "one", "ceo")
    with database.tenant("one") as session:
        user = session.get_one(User, ("one", sara.user_id))
        ended = issue(session, user, "token", timedelta(seconds=-1)).secret
        lasting = issue(session, user, "token", timedelta(seconds=60)).secret
    assert access.actor_of(lasting).user_id == sara.user_id
    with pytest.raises(NotSignedIn):
        access.actor_of(ended)


def test_an_unknown_secret_opens_nothing(access):
    for secret in ("", "dxs_x", "' OR 1=1 --", "x" * 10_000):
        with pytest.raises(NotSignedIn):
            access.actor_of(secret)


def test_guessing_is_stopped_and_the_right_password_does_not_help_then(access, database, vault):
    sara = hire(database, vault, "one", "ceo")
    for _ in range(BY_PAIR.amount):
        with pytest.raises(NotSignedIn):
            access.sign_in(sara.email, "wrong", address="10.0.0.1", kind="session")
    with pytest.raises(TooMany) as refusal:
        access.sign_in(sara.email, PASSWORD, address="10.0.0.1", kind="session")
    assert 0 < refusal.value.params["seconds"] <= 15 * 60
    elsewhere = access.sign_in(sara.email, PASSWORD, address="10.0.0.2", kind="session")
    assert elsewhere.actor.user_id == sara.user_id


def test_signing_in_rightly_does_not_use_up_the_tries(access, database, vault):
    sara = hire(database, vault, "one", "ceo")
    for _ in range(BY_PAIR.amount + 2):
        access.sign_in(sara.email, PASSWORD, address="10.0.0.3", kind="session")


def test_strangers_everywhere_lock_nobody_out_of_where_they_have_signed_in(access, database, vault):
    sara = hire(database, vault, "one", "ceo")
    access.sign_in(sara.email, PASSWORD, address="10.3.0.1", kind="session")
    for turn in range(BY_ACCOUNT.amount - 1):
        with pytest.raises(NotSignedIn):
            access.sign_in(sara.email, "guess", address=f"10.4.{turn}.1", kind="session")
    with pytest.raises(TooMany):
        access.sign_in(sara.email, PASSWORD, address="10.5.0.1", kind="session")
    assert access.sign_in(sara.email, PASSWORD, address="10.3.0.1", kind="session").actor


def test_nor_do_strangers_at_the_same_address(access, database, vault):
    sara = hire(database, vault, "one", "ceo")
    access.sign_in(sara.email, PASSWORD, address="10.6.0.1", kind="session")
    for turn in range(BY_ADDRESS.amount):
        with pytest.raises(NotSignedIn):
            access.sign_in(f"nobody{turn}@one.example", "x", address="10.6.0.1", kind="session")
    with pytest.raises(TooMany):
        access.sign_in("nobody@one.example", "x", address="10.6.0.1", kind="session")
    assert access.sign_in(sara.email, PASSWORD, address="10.6.0.1", kind="session").actor


def test_nobody_elses_tries_keep_a_signed_in_person_from_proving_themselves(
    access, database, vault
):
    sara = hire(database, vault, "one", "ceo")
    signed = access.sign_in(sara.email, PASSWORD, address="10.7.0.1", kind="session")
    for turn in range(BY_ACCOUNT.amount - 1):
        with pytest.raises(NotSignedIn):
            access.sign_in(sara.email, "guess", address=f"10.8.{turn}.1", kind="session")
    access.touch(signed.actor, PASSWORD)
    for _ in range(BY_PAIR.amount):
        with pytest.raises(NotEntitled):
            access.touch(signed.actor, "guess")
    with pytest.raises(TooMany):
        access.touch(signed.actor, PASSWORD)


def test_two_processes_count_together_and_each_alone_when_valkey_is_away(engines, database, vault):
    sara = hire(database, vault, "one", "ceo")
    first, second = (Access(database, vault, SignInLimits.at(engines.broker_url)) for _ in range(2))
    for turn in range(BY_PAIR.amount):
        with pytest.raises(NotSignedIn):
            (first, second)[turn % 2].sign_in(sara.email, "x", address="10.1.0.1", kind="token")
    for access in (first, second):
        with pytest.raises(TooMany):
            access.sign_in(sara.email, PASSWORD, address="10.1.0.1", kind="token")
    away = Access(database, vault, SignInLimits.at("redis://127.0.0.1:1/0"))
    assert away.sign_in(sara.email, PASSWORD, address=HERE, kind="token").actor.tenant_id == "one"


def test_people_are_those_of_the_own_company(access, database, vault):
    sara = hire(database, vault, "three", "partner_manager")
    hire(database, vault, "four", "ceo")
    actor = access.sign_in(sara.email, PASSWORD, address=HERE, kind="token").actor
    people = access.people(actor)
    assert [(one["id"], one["name_ar"], one["email"]) for one in people] == [
        (sara.user_id, "سارة", sara.email)
    ]
    profile = access.profile(actor)
    assert profile["tenant"]["id"] == "three"


def test_a_colleague_is_found_by_email_id_and_by_a_name_that_only_one_has(access, database, vault):
    sara, other = (hire(database, vault, "seven", "partner_manager") for _ in range(2))
    stranger = hire(database, vault, "eight", "ceo")
    actor = access.sign_in(sara.email, PASSWORD, address=HERE, kind="token").actor
    assert access.find(actor, other.email) == other.user_id
    assert access.find(actor, other.user_id) == other.user_id
    assert access.find(actor, "Sara") is None, "two have this name"
    with database.tenant("seven") as session:
        person = session.get_one(User, ("seven", other.user_id)).person_id
        vault.add(session, person, {"name": "Mona Saleh"})
    assert access.find(actor, " mona  SALEH ") == other.user_id
    assert access.find(actor, stranger.email) is None
    assert access.find(actor, "😀") is None


def test_an_erased_person_has_no_name_left_in_the_list(access, database, vault):
    sara = hire(database, vault, "five", "partner_manager")
    actor = access.sign_in(sara.email, PASSWORD, address=HERE, kind="token").actor
    with database.tenant("five") as session:
        person = session.get_one(User, ("five", sara.user_id)).person_id
        vault.erase(session, actor, person)
    assert access.people(actor)[0]["name"] is None


def test_the_directory_knows_roles_and_managers_of_active_people_only(database, vault):
    boss = hire(database, vault, "six", "director")
    sara = hire(database, vault, "six", "sales_rep", "workstream_lead", manager=boss.user_id)
    hire(database, vault, "six", "ceo", active=False)
    with database.tenant("six") as session:
        people = {person.user_id: person for person in directory.active_users(session)}
    assert set(people) == {boss.user_id, sara.user_id}
    assert people[sara.user_id].manager_id == boss.user_id
    assert people[sara.user_id].roles == {"sales_rep", "workstream_lead"}


def test_a_session_row_is_invisible_to_another_tenant(access, database, vault):
    sara = hire(database, vault, "one", "ceo")
    access.sign_in(sara.email, PASSWORD, address=HERE, kind="session")
    with database.tenant("two") as session:
        assert not session.scalars(
            select(SignInSession).where(SignInSession.user_id == sara.user_id)
        ).all()
    with database.nobody() as session:
        assert not session.scalars(select(SignInSession)).all()
    assert clock.real_now().tzinfo is not None
