import json
import stat

import pytest
from sqlalchemy import func, select

from dealix.connectors.secrets import LocalSecrets
from dealix.errors import InvalidInput
from dealix.processes.example_people import COMPANIES, RAWABI_AE
from dealix.processes.seed import Seed, user_id
from dealix.trust.access import directory
from dealix.trust.access.directory import active_users
from dealix.trust.access.limiting import SignInLimits
from dealix.trust.access.models import SignInSession, User
from dealix.trust.access.rights import ROLES
from dealix.trust.access.service import Access
from dealix.trust.policy.authority_book import AuthorityBook
from dealix.trust.privacy import Vault


@pytest.fixture
def seed(fresh_database, engines, tmp_path):
    vault = Vault(LocalSecrets(engines.secrets_file, {}))
    return Seed(fresh_database, vault, tmp_path / "sign_ins.json")


def counts(database):
    found = {}
    for company, _ in COMPANIES:
        with database.tenant(company.tenant_id) as session:
            found[company.tenant_id] = tuple(
                session.scalar(select(func.count()).select_from(table))
                for table in (User, SignInSession)
            )
    return found


def test_everybody_can_sign_in_by_password_and_by_token(seed):
    entries = seed.plant()
    access = Access(seed.database, seed.vault, SignInLimits())
    assert stat.S_IMODE(seed.file.stat().st_mode) == 0o600
    assert json.loads(seed.file.read_text(encoding="utf-8")) == entries
    for entry in entries[:3] + entries[-2:]:
        by_password = access.sign_in(
            entry["email"], entry["password"], address="127.0.0.1", kind="session"
        ).actor
        by_token = access.actor_of(entry["token"])
        assert by_password == by_token
        assert by_token.tenant_id == entry["tenant"]
        assert by_token.roles == set(entry["roles"])
        me = access.profile(by_token)
        assert (me["name"], me["name_ar"]) == (entry["name"], entry["name_ar"])


def test_a_second_planting_changes_nothing(seed):
    first = seed.plant()
    before = counts(seed.database)
    assert seed.plant() == first
    assert counts(seed.database) == before
    assert {tenant: users for tenant, (users, _) in before.items()} == {
        "rawabi-sa": 16,
        "rawabi-ae": 6,
    }


def test_a_lost_file_of_sign_ins_is_made_anew_and_works(seed):
    old = seed.plant()
    seed.file.unlink()
    new = seed.plant()
    assert [one["user_id"] for one in new] == [one["user_id"] for one in old]
    assert all(one["token"] != two["token"] for one, two in zip(old, new, strict=True))
    access = Access(seed.database, seed.vault, SignInLimits())
    assert access.actor_of(new[0]["token"]).user_id == new[0]["user_id"]
    access.sign_in(new[0]["email"], new[0]["password"], address="x", kind="session")


def test_the_example_has_every_role_and_a_line_of_managers_that_ends(seed):
    seed.plant()
    held = set()
    for company, _ in COMPANIES:
        with seed.database.tenant(company.tenant_id) as session:
            people = {person.user_id: person for person in active_users(session)}
        for person in people.values():
            held |= person.roles
            seen, above = {person.user_id}, person.manager_id
            while above is not None:
                assert above not in seen
                seen.add(above)
                above = people[above].manager_id
    assert held == set(ROLES)
    assert any(len(one.roles) == 3 for _, people in COMPANIES for one in people)


def test_each_company_starts_with_its_own_authority_table_in_force_once(seed):
    book = AuthorityBook(directory)
    seed.plant()
    seed.plant()
    for company, people in COMPANIES:
        with seed.database.tenant(company.tenant_id) as session:
            assert [(one.version, one.status) for one in book.versions(session)] == [(1, "active")]
            for kind in ("referral", "distribution", "technology", "strategic", "government"):
                asked = (session, "partner_approval", kind, "0", user_id(company, people[0]))
                if (company, kind) == (RAWABI_AE, "government"):  # counsel would be needed twice
                    with pytest.raises(InvalidInput) as refused:
                        book.assert_staffed(*asked)
                    assert refused.value.code == "no_deputy"
                    continue
                book.assert_staffed(*asked)


def test_no_id_gives_a_name_away(seed):
    for entry in seed.plant():
        handle = entry["email"].split("@")[0]
        assert handle not in entry["user_id"]
