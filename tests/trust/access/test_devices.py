"""A device stays signed in for 30 days; its secret changes with each use and can be revoked."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.trust.access.company import PASSWORD, hire

from dealix import clock
from dealix.errors import NotFound, NotSignedIn
from dealix.trust.access.devices import LASTS, Devices, label_of
from dealix.trust.access.models import Device, User

HERE = "127.0.0.1"


@pytest.fixture
def devices(database):
    return Devices(database)


@pytest.fixture
def sara(database, vault):
    return hire(database, vault, "one", "ceo")


def remembered(access, devices, account):
    signed = access.sign_in(account.email, PASSWORD, address=HERE, kind="session")
    secret, until = devices.remember(signed, "Chrome · Android")
    assert until - clock.real_now() > LASTS - timedelta(minutes=1)
    return signed, secret


def age(database, account, length: timedelta) -> None:
    """Let this person's devices have changed their secret so long ago."""
    with database.tenant(account.tenant_id) as session:
        for row in session.query(Device).filter(Device.user_id == account.user_id):
            row.rotated_at = clock.real_now() - length


def test_a_known_device_comes_back_with_another_secret_each_time(access, devices, sara):
    _signed, secret = remembered(access, devices, sara)
    seen = {secret}
    for _ in range(3):
        resumed = devices.resume(secret)
        assert resumed.signed.actor.user_id == sara.user_id
        assert access.actor_of(resumed.signed.secret).user_id == sara.user_id
        secret = resumed.secret
        assert secret not in seen
        seen.add(secret)
    assert len(devices.list(resumed.signed.actor)) == 1


def test_a_session_that_a_device_opens_has_proven_nothing_anew(access, database, devices, sara):
    _signed, secret = remembered(access, devices, sara)
    devices.resume(secret)
    with database.tenant("one") as session:
        query = text("SELECT touched_at FROM sessions WHERE user_id = :u ORDER BY created_at DESC")
        assert session.execute(query, {"u": sara.user_id}).scalars().first() is None


def test_a_secret_that_was_exchanged_is_a_copy_and_ends_the_device(access, database, devices, sara):
    _signed, first = remembered(access, devices, sara)
    second = devices.resume(first).secret
    again = devices.resume(first)  # a page's parallel request
    assert again.secret is None
    age(database, sara, timedelta(minutes=2))
    with pytest.raises(NotSignedIn):
        devices.resume(first)
    with pytest.raises(NotSignedIn):
        devices.resume(second)
    with pytest.raises(NotSignedIn):
        access.actor_of(again.signed.secret)
    with database.tenant("one") as session:
        query = text("SELECT count(*) FROM audit_records WHERE action = 'device.reused'")
        assert session.execute(query).scalar_one() == 1


def test_a_revoked_device_and_its_sessions_end_at_once(access, database, vault, devices, sara):
    signed, secret = remembered(access, devices, sara)
    resumed = devices.resume(secret)
    (known,) = devices.list(signed.actor)
    other = hire(database, vault, "one", "cfo")
    stranger = access.sign_in(other.email, PASSWORD, address=HERE, kind="session").actor
    with pytest.raises(NotFound):
        devices.revoke(stranger, known["id"])
    devices.revoke(signed.actor, known["id"])
    for ended in (signed.secret, resumed.signed.secret):
        with pytest.raises(NotSignedIn):
            access.actor_of(ended)
    with pytest.raises(NotSignedIn):
        devices.resume(resumed.secret)
    assert devices.list(signed.actor) == []


def test_a_device_ends_after_30_days_and_with_its_person(access, database, devices, sara):
    _signed, secret = remembered(access, devices, sara)
    with database.tenant("one") as session:
        session.get_one(User, ("one", sara.user_id)).active = False
    with pytest.raises(NotSignedIn):
        devices.resume(secret)
    with database.tenant("one") as session:
        session.get_one(User, ("one", sara.user_id)).active = True
    soon = devices.resume(secret).secret
    with pytest.MonkeyPatch.context() as patch:
        later = clock.real_now() + LASTS + timedelta(minutes=1)
        patch.setattr("dealix.trust.access.devices.clock.real_now", lambda: later)
        with pytest.raises(NotSignedIn):
            devices.resume(soon)


def test_only_hashes_of_a_devices_secrets_are_kept(access, database, devices, sara):
    _signed, secret = remembered(access, devices, sara)
    with database.tenant("one") as session:
        rows = session.execute(text("SELECT * FROM devices")).all()
    assert rows
    assert secret not in str(rows)


def test_a_device_is_named_by_browser_and_system_only():
    agent = (
        "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"
    )
    assert label_of(agent) == "Chrome · Android"
    assert label_of("curl/8") == "—"
