"""Who has left comes in by nothing that they had, also when they come back."""

import threading

import pytest
from sqlalchemy import func, select
from tests.trust.access.company import PASSWORD, hire
from tests.trust.access.test_accounts import HERE, STRONG, accounts, actor, admin, own
from tests.trust.access.test_passkeys import browser, enrol, passkeys, signed_in_by

from dealix.errors import NotSignedIn
from dealix.proof.rig import until
from dealix.trust.access.devices import Devices
from dealix.trust.access.models import Device, Invitation, Passkey, SignInSession, User

__all__ = ["accounts", "admin", "own", "passkeys"]
KEPT = (SignInSession, Device, Passkey, Invitation)


@pytest.fixture
def devices(database):
    return Devices(database)


@pytest.fixture
def sara(database, vault):
    return hire(database, vault, "one", "ceo")


@pytest.fixture
def ways_in(access, devices, passkeys, accounts, own, admin, sara):
    """Every kind of secret, each as a call that comes in by it."""
    session, token = (
        access.sign_in(sara.email, PASSWORD, address=HERE, kind=kind).secret
        for kind in ("session", "token")
    )
    remembered = access.sign_in(sara.email, PASSWORD, address=HERE, kind="session")
    device = devices.remember(remembered, "Chrome · Windows")[0]
    key = enrol(passkeys, browser(access, sara))
    code = accounts.invite(admin, sara.user_id).code
    return {
        "session": lambda: access.actor_of(session),
        "token": lambda: access.actor_of(token),
        "device": lambda: devices.resume(device),
        "passkey": lambda: signed_in_by(passkeys, key),
        "invitation": lambda: own.redeem(sara.email, code, STRONG, address=HERE),
    }


def held(database, account):
    """How much of each kind is still on record."""
    with database.tenant(account.tenant_id) as session:
        return {
            table.__tablename__: session.execute(
                select(func.count()).select_from(table).where(table.user_id == account.user_id)
            ).scalar_one()
            for table in KEPT
        }


@pytest.mark.parametrize("kind", ["session", "token", "device", "passkey", "invitation"])
@pytest.mark.parametrize("back", [False, True])
def test_no_secret_of_a_leaver_opens_anything(ways_in, accounts, admin, sara, database, kind, back):
    assert all(count > 0 for count in held(database, sara).values())
    accounts.deactivate(admin, sara.user_id)
    assert set(held(database, sara).values()) == {0}
    if back:
        accounts.activate(admin, sara.user_id)
    with pytest.raises(NotSignedIn):
        ways_in[kind]()


def test_who_comes_back_makes_new_ones(ways_in, access, accounts, admin, sara, passkeys, devices):
    accounts.deactivate(admin, sara.user_id)
    accounts.activate(admin, sara.user_id)
    person = browser(access, sara)
    assert (passkeys.list(person), devices.list(person)) == ([], [])
    key = enrol(passkeys, person)
    assert signed_in_by(passkeys, key).actor.user_id == sara.user_id


def test_an_erased_person_leaves_no_label_and_no_key(
    ways_in, accounts, admin, sara, database, devices, access, passkeys
):
    """Also what an account of before these rules still had when it ended."""
    accounts.deactivate(admin, sara.user_id)
    with database.tenant("one") as session:
        user = session.get_one(User, ("one", sara.user_id))
        user.active = True
    browsing = access.sign_in(sara.email, PASSWORD, address=HERE, kind="session")
    devices.remember(browsing, "Safari · iPhone")
    enrol(passkeys, browser(access, sara))
    with database.tenant("one") as session:
        user = session.get_one(User, ("one", sara.user_id))
        user.active = False
        session.flush()
        assert accounts.forget(session, user.person_id) == {"user": sara.user_id}
    assert set(held(database, sara).values()) == {0}


@pytest.mark.parametrize("way", ["password", "passkey", "device"])
def test_who_comes_in_while_their_access_ends_is_left_outside(
    access, accounts, admin, sara, database, devices, passkeys, way
):
    """What was asked before and is answered after the end opens nothing, now or later."""
    signed = access.sign_in(sara.email, PASSWORD, address=HERE, kind="session")
    device = devices.remember(signed, "a browser")[0]
    key = enrol(passkeys, browser(access, sara))
    come = {
        "password": lambda: access.sign_in(sara.email, PASSWORD, address=HERE, kind="token"),
        "passkey": lambda: signed_in_by(passkeys, key),
        "device": lambda: devices.resume(device),
    }[way]
    ended = []

    def enter():
        try:
            ended.append(come())
        except NotSignedIn as refusal:
            ended.append(refusal.code)

    thread = threading.Thread(target=enter)
    with database.tenant("one") as session:
        user = session.get_one(User, ("one", sara.user_id), with_for_update=True)
        thread.start()
        assert not until(lambda: bool(ended), 1)  # it waits for the end that is under way
        user.active = False
    thread.join(10)
    assert ended in (["not_signed_in"], ["passkey_refused"])
    assert actor(sara).user_id == sara.user_id
