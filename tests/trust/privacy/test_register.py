"""Whose data are held is told by kinds; a person is erased after a look, for a stated reason."""

import pytest
from sqlalchemy import text
from tests.trust.access.company import PASSWORD, hire

from dealix.actors import Actor
from dealix.connectors.secrets import LocalSecrets
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound, NotSignedIn
from dealix.records import audit
from dealix.trust.access.accounts import Accounts
from dealix.trust.access.limiting import SignInLimits
from dealix.trust.access.models import User
from dealix.trust.access.rights import permit
from dealix.trust.access.service import Access
from dealix.trust.privacy import Vault
from dealix.trust.privacy.register import Register

TENANT = "one"
OFFICER = Actor(TENANT, "usr_officer", frozenset({"compliance_officer"}))
AUDITOR = Actor(TENANT, "usr_auditor", frozenset({"auditor"}))


@pytest.fixture
def vault(engines):
    return Vault(LocalSecrets(engines.secrets_file, {}))


@pytest.fixture
def register(database, vault):
    accounts = Accounts(database, vault, lambda _session, _user: [])
    return Register(database, vault, permit, accounts)


@pytest.fixture
def nora(database, vault):
    with database.tenant(TENANT) as session:
        vault.add(session, "person_nora", {"name": "نورة", "email": "nora@partner.example"})
        vault.commit(session, "person_nora", "run_1:mail", {"terms": "the terms"})
    yield "person_nora"
    with database.tenant(TENANT) as session:
        session.execute(text("DELETE FROM personal_fields"))


def test_kinds_are_told_to_an_auditor_and_names_only_to_the_entitled(register, nora, database):
    held = register.get(AUDITOR, nora)
    assert held["fields"] == ["email", "name"]
    assert held["runs"] == ["run_1"]
    assert "نورة" not in str(register.persons(AUDITOR)) + str(held)
    with pytest.raises(NotEntitled):
        register.get(AUDITOR, nora, reveal=True)
    with pytest.raises(NotEntitled):
        register.get(Actor(TENANT, "usr_ceo", frozenset({"ceo"})), nora)
    assert register.get(OFFICER, nora, reveal=True)["name"] == "نورة"
    with database.tenant(TENANT) as session:
        newest = audit.newest(session, limit=1)[0].record
    assert (newest.action, newest.subject, newest.actor_id) == (
        "person.revealed", nora, OFFICER.user_id,
    )  # fmt: skip


def test_a_person_of_another_company_is_unknown(register, nora):
    stranger = Actor("two", "usr_x", frozenset({"compliance_officer"}))
    for call in (
        lambda: register.get(stranger, nora),
        lambda: register.erase(stranger, nora, "person_asked", "sha256:x"),
    ):
        with pytest.raises(NotFound):
            call()
    assert register.persons(stranger) == []


def test_an_erasure_names_what_was_seen_and_why(register, database, vault):
    with database.tenant(TENANT) as session:
        vault.add(session, "person_sami", {"name": "Sami"})
    seen = register.get(OFFICER, "person_sami")["held"]
    with pytest.raises(NotEntitled):
        register.erase(AUDITOR, "person_sami", "person_asked", seen)
    with database.tenant(TENANT) as session:
        vault.add(session, "person_sami", {"phone": "+966500000000"})
    with pytest.raises(Conflict) as changed:
        register.erase(OFFICER, "person_sami", "person_asked", seen)
    assert changed.value.code == "held_changed"
    seen = register.get(OFFICER, "person_sami")["held"]
    for reason, reference in (("because", None), ("person_asked", "Sami asked me")):
        with pytest.raises(InvalidInput):
            register.erase(OFFICER, "person_sami", reason, seen, reference)
    after = register.erase(OFFICER, "person_sami", "person_asked", seen, "DSR-2027/14")
    assert (after["fields"], after["erased_at"] is not None) == ([], True)
    with pytest.raises(Conflict) as twice:
        register.erase(OFFICER, "person_sami", "person_asked", after["held"])
    assert twice.value.code == "person_erased"
    with database.tenant(TENANT) as session:
        record = audit.newest(session, limit=1)[0].record
        assert vault.reveal(session, "person_sami") == {}
    assert record.action == "person.erased"
    assert record.data["reason"] == "person_asked"
    assert record.data["reference"] == "DSR-2027/14"


def test_an_account_loses_access_before_its_person_is_erased_and_never_signs_in_again(
    register, database, vault
):
    sara = hire(database, vault, TENANT, "sales_rep")
    access = Access(database, vault, SignInLimits())
    with database.tenant(TENANT) as session:
        person = session.get_one(User, (TENANT, sara.user_id)).person_id
    with pytest.raises(Conflict) as active:
        register.erase(OFFICER, person, "purpose_ended", register.get(OFFICER, person)["held"])
    assert active.value.code == "person_active"
    with database.tenant(TENANT) as session:
        assert vault.reveal(session, person)["name"] == "Sara"  # nothing happened
        session.get_one(User, (TENANT, sara.user_id)).active = False
    register.erase(OFFICER, person, "purpose_ended", register.get(OFFICER, person)["held"])
    with database.tenant(TENANT) as session:
        user = session.get_one(User, (TENANT, sara.user_id))
        assert user.email_hash != vault.blind_index(sara.email)
        user.active = True  # even if somebody did this behind our back
    with pytest.raises(NotSignedIn):
        access.sign_in(sara.email, PASSWORD, address="127.0.0.1", kind="session")
    admin = Actor(TENANT, "usr_admin", frozenset({"tenant_admin"}))
    with pytest.raises(Conflict) as gone:
        register.accounts.activate(admin, sara.user_id)
    assert gone.value.code == "person_erased"
