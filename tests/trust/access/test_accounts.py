"""Accounts: invited, changed and ended by others than their own person; passwords and sessions."""

import pytest
from sqlalchemy import select, text
from tests.trust.access.company import PASSWORD, hire

from dealix.actors import Actor
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound, NotSignedIn, TooMany
from dealix.records.audit.models import AuditRecord
from dealix.trust.access.accounts import Accounts, Changes, NewPerson
from dealix.trust.access.devices import Devices
from dealix.trust.access.limiting import BY_PAIR, SignInLimits
from dealix.trust.access.models import User
from dealix.trust.access.own_account import OwnAccount
from dealix.trust.access.rights import RIGHTS

HERE = "127.0.0.1"
STRONG = "a long enough new password"


def actor(account, *roles):
    return Actor(account.tenant_id, account.user_id, frozenset(roles))


@pytest.fixture
def accounts(database, vault):
    return Accounts(database, vault, lambda _session, _user: [])


@pytest.fixture
def own(database, vault):
    return OwnAccount(database, vault, SignInLimits())


@pytest.fixture
def admin(database, vault):
    hire(database, vault, "one", "cfo")  # somebody who may confirm what is given
    return actor(hire(database, vault, "one", "tenant_admin"), "tenant_admin")


def newcomer(email, *roles, **more):
    return NewPerson("Lama", "لمى", email, roles or ("sales_rep",), **more)


def test_an_invited_person_sets_a_password_once_and_signs_in_with_it(
    access, accounts, own, admin, database
):
    code = accounts.create(admin, newcomer("lama1@one.example"))
    with pytest.raises(NotSignedIn):
        access.sign_in("lama1@one.example", STRONG, address=HERE, kind="session")
    with pytest.raises(NotSignedIn) as wrong:
        own.redeem("lama1@one.example", "another", STRONG, address=HERE)
    assert wrong.value.code == "invitation_invalid"
    with pytest.raises(InvalidInput):
        own.redeem("lama1@one.example", code.code, "short", address=HERE)
    own.redeem(" Lama1@one.example", code.code, STRONG, address=HERE)
    with pytest.raises(NotSignedIn):
        own.redeem("lama1@one.example", code.code, STRONG, address=HERE)
    signed = access.sign_in("lama1@one.example", STRONG, address=HERE, kind="session")
    assert signed.actor.user_id == code.user_id
    assert signed.actor.roles == frozenset()  # see `test_second_person`
    with database.tenant("one") as session:
        rows = str(session.execute(text("SELECT * FROM invitations")).all())
        rows += str(session.execute(text("SELECT * FROM users")).all())
        rows += str(session.execute(text("SELECT data FROM audit_records")).all())
    for secret in (code.code, "lama1@one.example", "Lama", "لمى", STRONG):
        assert secret not in rows


def test_a_newer_code_ends_the_older_one(accounts, own, admin):
    first = accounts.create(admin, newcomer("lama2@one.example"))
    second = accounts.invite(admin, first.user_id)
    with pytest.raises(NotSignedIn):
        own.redeem("lama2@one.example", first.code, STRONG, address=HERE)
    own.redeem("lama2@one.example", second.code, STRONG, address=HERE)


def test_guessing_a_code_is_stopped(accounts, own, admin):
    made = accounts.create(admin, newcomer("lama3@one.example"))
    for _ in range(BY_PAIR.amount):
        with pytest.raises(NotSignedIn):
            own.redeem("lama3@one.example", "guess", STRONG, address="10.2.0.1")
    with pytest.raises(TooMany):
        own.redeem("lama3@one.example", made.code, STRONG, address="10.2.0.1")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"roles": ("emperor",)}, "unknown_role"),
        ({"manager_id": "usr_nobody"}, "unknown_person"),
        ({"email": "no address"}, "invalid_input"),
        ({"name": "Al\u202eadmin"}, "invalid_input"),
        ({"roles": ()}, "invalid_input"),
    ],
)
def test_an_account_that_cannot_be_is_refused(accounts, admin, changed, code):
    given = {"name": "Lama", "name_ar": "لمى", "email": "x@one.example", "roles": ("sales_rep",)}
    with pytest.raises(InvalidInput) as refusal:
        accounts.create(admin, NewPerson(**{**given, **changed}))
    assert refusal.value.code == code


def test_an_email_opens_one_account_whichever_company_it_belongs_to(
    accounts, admin, database, vault
):
    elsewhere = hire(database, vault, "two", "ceo")
    for email in (elsewhere.email, elsewhere.email.upper()):
        with pytest.raises(InvalidInput) as refusal:
            accounts.create(admin, newcomer(email))
        assert refusal.value.code == "email_unusable"


def test_nobody_gives_themselves_rights(accounts, admin):
    for call in (
        lambda: accounts.change(admin, admin.user_id, Changes(roles=("ceo", "tenant_admin"))),
        lambda: accounts.change(admin, admin.user_id, Changes(without_manager=True)),
        lambda: accounts.deactivate(admin, admin.user_id),
        lambda: accounts.invite(admin, admin.user_id),
    ):
        with pytest.raises(NotEntitled) as refusal:
            call()
        assert refusal.value.code == "own_rights"


@pytest.mark.parametrize("role", ["ceo", "operator", "auditor", "compliance_officer"])
def test_only_an_administrator_changes_accounts(accounts, database, vault, role):
    other = hire(database, vault, "one", "sales_rep")
    stranger = actor(hire(database, vault, "one", role), role)
    for call in (
        lambda: accounts.create(stranger, newcomer("y@one.example")),
        lambda: accounts.change(stranger, other.user_id, Changes(roles=("ceo",))),
        lambda: accounts.deactivate(stranger, other.user_id),
        lambda: accounts.activate(stranger, other.user_id),
    ):
        with pytest.raises(NotEntitled):
            call()
    if role in RIGHTS["user.confirm"].roles:  # who confirms must see what
        assert accounts.get(stranger, other.user_id)["id"] == other.user_id
    else:
        with pytest.raises(NotEntitled):
            accounts.get(stranger, other.user_id)


def test_an_account_of_another_company_is_unknown(accounts, admin, database, vault):
    theirs = hire(database, vault, "two", "sales_rep")
    for call in (
        lambda: accounts.get(admin, theirs.user_id),
        lambda: accounts.change(admin, theirs.user_id, Changes(roles=("ceo",))),
        lambda: accounts.deactivate(admin, theirs.user_id),
        lambda: accounts.activate(admin, theirs.user_id),
        lambda: accounts.invite(admin, theirs.user_id),
    ):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(InvalidInput) as refusal:
        accounts.create(admin, newcomer("z@one.example", manager_id=theirs.user_id))
    assert refusal.value.code == "unknown_person"


def test_what_is_taken_away_counts_at_once_and_says_what_was_before(
    access, accounts, admin, database, vault
):
    boss = hire(database, vault, "one", "director")
    sara = hire(database, vault, "one", "sales_rep", "vp", manager=boss.user_id)
    signed = access.sign_in(sara.email, PASSWORD, address=HERE, kind="session")
    changes = Changes(roles=("sales_rep",), without_manager=True)
    assert accounts.change(admin, sara.user_id, changes)["manager_id"] is None
    assert access.actor_of(signed.secret).roles == {"sales_rep"}
    with database.tenant("one") as session:
        query = select(AuditRecord.data, AuditRecord.actor_id).where(
            AuditRecord.subject == sara.user_id, AuditRecord.action == "user.changed"
        )
        data, by = session.execute(query).one()
    assert by == admin.user_id
    assert data["before"] == {"roles": ["sales_rep", "vp"], "manager": boss.user_id}
    assert data["after"] == {"roles": ["sales_rep"], "manager": None}


def test_nobody_becomes_their_own_manager_through_others(accounts, admin, database, vault):
    top = hire(database, vault, "one", "ceo")
    middle = hire(database, vault, "one", "director", manager=top.user_id)
    low = hire(database, vault, "one", "sales_rep", manager=middle.user_id)
    for above in (low, middle, top):
        with pytest.raises(InvalidInput) as refusal:
            accounts.change(admin, top.user_id, Changes(manager_id=above.user_id))
        assert refusal.value.code == "manager_circle"
    accounts.change(admin, low.user_id, Changes(manager_id=top.user_id))


def test_ending_access_ends_every_session_and_restoring_it_brings_none_back(
    access, accounts, admin, database, vault
):
    sara = hire(database, vault, "one", "ceo")
    secrets = [
        access.sign_in(sara.email, PASSWORD, address=HERE, kind=kind).secret
        for kind in ("session", "token")
    ]
    accounts.deactivate(admin, sara.user_id)
    for secret in secrets:
        with pytest.raises(NotSignedIn):
            access.actor_of(secret)
    with pytest.raises(NotSignedIn):
        access.sign_in(sara.email, PASSWORD, address=HERE, kind="session")
    accounts.activate(admin, sara.user_id)
    with pytest.raises(NotSignedIn):
        access.actor_of(secrets[0])  # the sessions do not come back
    back = access.sign_in(sara.email, PASSWORD, address=HERE, kind="token")
    assert back.actor.roles == frozenset()  # see `test_second_person`


def test_who_alone_can_decide_leaves_only_when_that_is_known(admin, database, vault):
    sara = hire(database, vault, "one", "ceo")
    waits = [
        {"approval": "apr_1", "sole": True},
        {"approval": "apr_2", "sole": False},
    ]
    accounts = Accounts(database, vault, lambda _session, _user: waits)
    with pytest.raises(Conflict) as refusal:
        accounts.deactivate(admin, sara.user_id)
    assert refusal.value.code == "sole_approver"
    assert refusal.value.params["approvals"] == "apr_1"
    with database.tenant("one") as session:
        assert session.get_one(User, ("one", sara.user_id)).active
    assert not accounts.deactivate(admin, sara.user_id, knowing=True)["active"]


def test_a_password_is_changed_with_the_old_one_and_ends_the_other_sessions(
    access, own, database, vault
):
    sara = hire(database, vault, "one", "ceo")
    here, there = (
        access.sign_in(sara.email, PASSWORD, address=HERE, kind="session") for _ in range(2)
    )
    for old, new, code in (
        ("wrong", STRONG, "password_wrong"),
        (PASSWORD, "short", "password_weak"),
        (PASSWORD, PASSWORD, "password_weak"),
        (PASSWORD, sara.email, "password_weak"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            own.change_password(here.actor, old, new, secret=here.secret)
        assert refusal.value.code == code
    assert access.actor_of(there.secret).user_id == sara.user_id
    assert own.change_password(here.actor, PASSWORD, STRONG, secret=here.secret) == 1
    assert access.actor_of(here.secret).user_id == sara.user_id
    with pytest.raises(NotSignedIn):
        access.actor_of(there.secret)
    with pytest.raises(NotSignedIn):
        access.sign_in(sara.email, PASSWORD, address=HERE, kind="session")


def test_a_changed_password_signs_out_the_other_devices_that_stay_signed_in(
    access, own, database, vault
):
    sara, devices = hire(database, vault, "one", "ceo"), Devices(database)
    here, there = (
        access.sign_in(sara.email, PASSWORD, address=HERE, kind="session") for _ in range(2)
    )
    kept, lost = (devices.remember(each, "a browser")[0] for each in (here, there))
    own.change_password(here.actor, PASSWORD, STRONG, secret=here.secret)
    with pytest.raises(NotSignedIn):
        devices.resume(lost)
    assert devices.resume(kept).signed.actor.user_id == sara.user_id


def test_guessing_the_old_password_in_an_open_session_is_stopped(access, own, database, vault):
    sara = hire(database, vault, "one", "ceo")
    signed = access.sign_in(sara.email, PASSWORD, address=HERE, kind="session")
    for _ in range(BY_PAIR.amount):
        with pytest.raises(InvalidInput):
            own.change_password(signed.actor, "guess", STRONG, secret=signed.secret)
    with pytest.raises(TooMany):
        own.change_password(signed.actor, PASSWORD, STRONG, secret=signed.secret)


def test_people_see_and_end_their_own_sessions_only(access, own, database, vault):
    sara, omar = (hire(database, vault, "one", "ceo") for _ in range(2))
    here, there = (
        access.sign_in(sara.email, PASSWORD, address=HERE, kind=kind)
        for kind in ("session", "token")
    )
    his = access.sign_in(omar.email, PASSWORD, address=HERE, kind="session")
    listed = own.sessions(here.actor, here.secret)
    assert [(one["kind"], one["present"]) for one in listed] == [
        ("token", False),
        ("session", True),
    ]
    assert here.secret not in str(listed)
    with pytest.raises(NotFound):
        own.end_session(his.actor, listed[0]["id"])
    own.end_session(here.actor, listed[0]["id"])
    with pytest.raises(NotSignedIn):
        access.actor_of(there.secret)
    assert access.actor_of(his.secret).user_id == omar.user_id
