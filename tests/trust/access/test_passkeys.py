"""Passkeys: only the person's own, for this site, answering a challenge of ours, once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.trust.access.authenticator import Authenticator
from tests.trust.access.company import PASSWORD, hire
from webauthn.helpers import bytes_to_base64url

from dealix.errors import Conflict, NotEntitled, NotFound, NotSignedIn, TooMany
from dealix.trust.access import passkeys as module
from dealix.trust.access.freshness import is_fresh
from dealix.trust.access.limiting import BY_PAIR, SignInLimits
from dealix.trust.access.models import SignInSession, User
from dealix.trust.access.passkeys import Passkeys, Site
from dealix.trust.access.service import digest_of

HERE = "127.0.0.1"


@pytest.fixture
def passkeys(database):
    return Passkeys(database, SignInLimits(), Site.of("http://localhost:8000"))


@pytest.fixture
def sara(access, database, vault):
    return browser(access, hire(database, vault, "one", "ceo"))


@pytest.fixture
def omar(access, database, vault):
    return browser(access, hire(database, vault, "two", "cfo"))


def browser(access, account, password=PASSWORD):
    """The person in a browser's session, signed in by password just now."""
    signed = access.sign_in(account.email, password, address=HERE, kind="session")
    return replace(signed.actor, via="session", session=digest_of(signed.secret))


def enrol(passkeys, actor, **more) -> Authenticator:
    key = Authenticator(**more)
    passkeys.register(actor, key.registered(passkeys.options("register", actor)), "my phone")
    return key


def signed_in_by(passkeys, key: Authenticator, address: str = HERE):
    return passkeys.sign_in(key.asserted(passkeys.options("sign_in", None)), address=address)


def test_a_registered_passkey_signs_its_person_in_and_is_fresh(passkeys, access, sara):
    key = enrol(passkeys, sara)
    signed = signed_in_by(passkeys, key)
    assert (signed.actor.user_id, signed.actor.tenant_id) == (sara.user_id, "one")
    back = access.actor_of(signed.secret)
    assert access.fresh(replace(back, via="session", session=digest_of(signed.secret)))
    assert [one["label"] for one in passkeys.list(sara)] == ["my phone"]


def test_an_answer_that_is_played_again_finds_no_challenge(passkeys, sara):
    key = enrol(passkeys, sara)
    answer = key.asserted(passkeys.options("sign_in", None))
    passkeys.sign_in(answer, address=HERE)
    with pytest.raises(NotSignedIn, match="passkey_refused"):
        passkeys.sign_in(answer, address=HERE)


def test_a_challenge_of_our_own_making_only_and_not_for_long(passkeys, sara, monkeypatch):
    key = enrol(passkeys, sara)
    with pytest.raises(NotSignedIn):
        passkeys.sign_in(key.asserted({"challenge": "AAAA"}), address=HERE)
    monkeypatch.setattr(module, "LASTS", timedelta(seconds=-1))
    with pytest.raises(NotSignedIn):
        signed_in_by(passkeys, key)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8001"},
        {"site": "evil.example"},
        {"verified": False},
    ],
)
def test_another_origin_another_site_and_an_unproven_user_are_refused(passkeys, sara, wrong):
    key = enrol(passkeys, sara)
    for name, value in wrong.items():
        setattr(key, name, value)
    with pytest.raises(NotSignedIn, match="passkey_refused"):
        signed_in_by(passkeys, key)
    new = Authenticator(**wrong)
    options = passkeys.options("register", sara)
    with pytest.raises(NotEntitled, match="passkey_refused"):
        passkeys.register(sara, new.registered(options), "x")


def test_a_key_that_somebody_else_holds_does_not_sign(passkeys, sara):
    key = enrol(passkeys, sara)
    thief = Authenticator(id=key.id)  # knows the name of the key, not the key
    with pytest.raises(NotSignedIn):
        signed_in_by(passkeys, thief)


def test_a_cloned_authenticator_is_refused(passkeys, sara):
    key = enrol(passkeys, sara)
    signed_in_by(passkeys, key)
    signed_in_by(passkeys, key)
    key.count = 0
    with pytest.raises(NotSignedIn):
        signed_in_by(passkeys, key)


def test_another_users_passkey_does_not_touch_for_me(passkeys, access, database, sara, omar):
    hers, his = enrol(passkeys, sara), enrol(passkeys, omar)
    stale(database, sara)
    with pytest.raises(NotEntitled, match="passkey_refused"):
        passkeys.touch(sara, his.asserted(passkeys.options("touch", sara)))
    assert access.fresh(sara) is False
    passkeys.touch(sara, hers.asserted(passkeys.options("touch", sara)))
    assert access.fresh(sara) is True


def test_a_challenge_serves_its_own_session_and_purpose_only(
    passkeys, access, database, sara, omar
):
    key = enrol(passkeys, sara)
    stale(database, sara)
    with pytest.raises(NotEntitled):  # asked for by another session
        passkeys.touch(sara, key.asserted(passkeys.options("touch", omar)))
    with pytest.raises(NotEntitled):  # asked for to sign in
        passkeys.touch(sara, key.asserted(passkeys.options("sign_in", None)))
    with pytest.raises(NotSignedIn):
        passkeys.sign_in(key.asserted(passkeys.options("touch", sara)), address=HERE)
    assert access.fresh(sara) is False


def test_one_passkey_belongs_to_one_person(passkeys, sara, omar):
    key = enrol(passkeys, sara)
    with pytest.raises(Conflict, match="passkey_known"):
        passkeys.register(omar, key.registered(passkeys.options("register", omar)), "mine")


def test_a_removed_passkey_opens_nothing_and_nobody_removes_anothers(passkeys, sara, omar):
    key = enrol(passkeys, sara)
    (known,) = passkeys.list(sara)
    with pytest.raises(NotFound):
        passkeys.remove(omar, known["id"])
    passkeys.remove(sara, known["id"])
    with pytest.raises(NotSignedIn):
        signed_in_by(passkeys, key)


def test_who_left_cannot_sign_in_by_passkey(passkeys, database, sara):
    key = enrol(passkeys, sara)
    with database.tenant("one") as session:
        session.get_one(User, ("one", sara.user_id)).active = False
    with pytest.raises(NotSignedIn):
        signed_in_by(passkeys, key)


def test_guessing_with_a_passkeys_name_is_stopped(passkeys, sara):
    key = enrol(passkeys, sara)
    thief = Authenticator(id=key.id)
    for _ in range(BY_PAIR.amount):
        with pytest.raises(NotSignedIn):
            signed_in_by(passkeys, thief, "10.3.0.1")
    with pytest.raises(TooMany):
        signed_in_by(passkeys, thief, "10.3.0.1")


@pytest.mark.parametrize("broken", [{}, {"rawId": 5}, {"rawId": "AA", "response": {}}])
def test_an_answer_that_is_none_is_refused(passkeys, broken):
    with pytest.raises(NotSignedIn):
        passkeys.sign_in(broken, address=HERE)


def test_every_use_is_on_record_and_no_challenge_is_readable(passkeys, database, sara):
    key = enrol(passkeys, sara)
    signed_in_by(passkeys, key)
    passkeys.remove(sara, passkeys.list(sara)[0]["id"])
    with database.tenant("one") as session:
        query = text("SELECT action FROM audit_records WHERE actor_id = :user")
        deeds = set(session.execute(query, {"user": sara.user_id}).scalars())
    assert {"passkey.added", "passkey.used", "passkey.removed", "session.opened"} <= deeds
    with pytest.raises(Exception, match="permission denied"), database.tenant("one") as session:
        session.execute(text("SELECT * FROM passkey_challenges"))


def test_a_machines_own_address_is_called_localhost():
    assert Site.of("http://127.0.0.1:8123") == Site("localhost", ("http://localhost:8123",))
    site = Site.of("https://dealix.example")
    assert site == Site("dealix.example", ("https://dealix.example",))
    assert site.serves("dealix.example")
    assert not site.serves("10.0.0.7")


def stale(database, actor) -> None:
    with database.tenant(actor.tenant_id) as session:
        session.get_one(SignInSession, (actor.tenant_id, actor.session)).touched_at = None
        session.flush()
        assert not is_fresh(session, actor)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"rawId": None},
        {"rawId": "YQ", "response": []},
        {"rawId": "YQ", "response": {"clientDataJSON": 5}},
        {"rawId": "YQ", "response": {"clientDataJSON": bytes_to_base64url(b"[" * 100_000)}},
        {"rawId": "YQ", "response": {"clientDataJSON": bytes_to_base64url(b'{"challenge": 5}')}},
        {
            "rawId": "YQ",
            "response": {"clientDataJSON": bytes_to_base64url(b'{"challenge": "\\ud800"}')},
        },
    ],
)
def test_an_answer_that_is_none_is_refused_and_breaks_nothing(passkeys, sara, answer):
    with pytest.raises(NotEntitled):
        passkeys.touch(sara, answer)
    with pytest.raises(NotEntitled):
        passkeys.register(sara, answer, "mine")
    with pytest.raises(NotSignedIn):
        passkeys.sign_in(answer, address=HERE)
