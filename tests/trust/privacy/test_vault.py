"""Personal values open with their person's key, in their own place, not after an erasure."""

import threading

import psycopg
import pytest
from tests.conftest import Urls
from tests.trust.privacy.rings import NEW, OLD, secrets

from dealix.actors import Actor
from dealix.errors import Conflict, InvariantBroken, NotConfigured, NotFound
from dealix.records import audit
from dealix.store.session import Database
from dealix.trust.privacy import Vault, commitment_digest

TENANT, OTHER = "rawabi-sa", "rawabi-ae"
OFFICER = Actor(TENANT, "user_officer", frozenset({"compliance_officer"}))
NORA = {"name": "نورة القحطاني", "email": "nora@rawabi.example"}


@pytest.fixture
def vault() -> Vault:
    return Vault(secrets())


@pytest.fixture
def person(fresh_database: Database, vault: Vault) -> str:
    with fresh_database.tenant(TENANT) as session:
        vault.add(session, "person_nora", NORA)
    return "person_nora"


def test_values_come_back_and_can_be_replaced(
    fresh_database: Database, vault: Vault, person: str
) -> None:
    with fresh_database.tenant(TENANT) as session:
        vault.add(session, person, {"email": "n@rawabi.example", "phone": "+966500000000"})
        assert vault.reveal(session, person) == {
            "name": NORA["name"], "email": "n@rawabi.example", "phone": "+966500000000",
        }  # fmt: skip
        many = vault.reveal_many(session, [person, "person_unknown"])
    assert many["person_unknown"] == {}
    assert many[person]["name"] == NORA["name"]


def test_no_table_holds_a_value_in_clear(
    fresh_database: Database, fresh_urls: Urls, vault: Vault, person: str
) -> None:
    with fresh_database.tenant(TENANT) as session:
        vault.commit(session, person, "run_1", NORA)
        vault.erase(session, OFFICER, person)
    with psycopg.connect(fresh_urls.owner) as owner:
        tables = owner.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        for (table,) in tables:
            text = str(owner.execute(f"SELECT t::text FROM {table} t").fetchall())
            for value in NORA.values():
                assert value not in text, table
                assert value.encode().hex() not in text, table


def test_other_tenant_sees_nobody(fresh_database: Database, vault: Vault, person: str) -> None:
    with fresh_database.tenant(OTHER) as session:
        assert vault.reveal(session, person) == {}
        with pytest.raises(NotFound):
            vault.erase(session, OFFICER, person)
    with fresh_database.tenant(TENANT) as session:
        assert vault.reveal(session, person) == NORA


@pytest.mark.parametrize(
    "move",
    [
        "UPDATE personal_fields SET name = 'nick' WHERE name = 'name'",
        "UPDATE personal_fields SET person_id = 'person_b' WHERE name = 'name'",
        (
            "UPDATE person_keys SET wrapped_key = (SELECT wrapped_key FROM person_keys "
            "WHERE person_id = 'person_b') WHERE person_id = 'person_nora'"
        ),
        (
            "UPDATE personal_fields SET ciphertext = set_byte(ciphertext, 20, "
            "get_byte(ciphertext, 20) # 1) WHERE name = 'name'"
        ),
    ],
)
def test_moved_or_changed_ciphertext_does_not_open(
    fresh_database: Database, fresh_urls: Urls, vault: Vault, person: str, move: str
) -> None:
    with fresh_database.tenant(TENANT) as session:
        vault.add(session, "person_b", {"email": "b@rawabi.example"})
    with psycopg.connect(fresh_urls.owner) as owner:
        assert owner.execute(move).rowcount == 1
    with pytest.raises(InvariantBroken), fresh_database.tenant(TENANT) as session:
        vault.reveal_many(session, [person, "person_b"])


def test_commitment_is_salted_repeatable_and_provable(
    fresh_database: Database, vault: Vault, person: str
) -> None:
    with fresh_database.tenant(TENANT) as session:
        first = vault.commit(session, person, "run_1", {"email": NORA["email"]})
        again = vault.commit(session, person, "run_1", {"email": NORA["email"]})
        changed = vault.commit(session, person, "run_1:terms", {"email": "other@x.example"})
        elsewhere = vault.commit(session, person, "run_12", {"email": NORA["email"]})
        made = vault.commitments(session, "run_1")
    assert first == again
    assert len({first["email"], changed["email"], elsewhere["email"]}) == 3
    assert [one.digest for one in made] == [first["email"], changed["email"]]
    for one in made:
        assert one.salt is not None
        assert one.value is not None
        assert commitment_digest(one.salt, one.value) == one.digest
        assert one.digest.startswith("sha256:")


def test_erasure_takes_everything_and_is_audited(
    fresh_database: Database, fresh_urls: Urls, vault: Vault, person: str
) -> None:
    with fresh_database.tenant(TENANT) as session:
        digest = vault.commit(session, person, "run_1", NORA)
        sealed = vault.seal(session, person, b"terms")
        assert vault.open(session, person, sealed) == b"terms"
    with fresh_database.tenant(TENANT) as session:
        assert vault.erase(session, OFFICER, person)
        assert not vault.erase(session, OFFICER, person)
    with fresh_database.tenant(TENANT) as session:
        assert vault.reveal(session, person) == {}
        assert vault.is_erased(session, person)
        assert vault.open(session, person, sealed) is None
        made = vault.commitments(session, "run_1")
        assert {(one.field, one.digest, one.salt, one.value) for one in made} == {
            (field, value, None, None) for field, value in digest.items()
        }
        records = [one.record for one in audit.newest(session) if one.record]
    assert [(one.action, one.actor_id, one.subject, one.data) for one in records] == [
        ("person.erased", "user_officer", person, {"fields": ["email", "name"]})
    ]
    with psycopg.connect(fresh_urls.owner) as owner:
        assert owner.execute("SELECT count(*) FROM personal_fields").fetchone() == (0,)
        assert owner.execute("SELECT wrapped_key FROM person_keys").fetchall() == [(None,)]


def test_nothing_is_written_for_an_erased_person(
    fresh_database: Database, vault: Vault, person: str
) -> None:
    with fresh_database.tenant(TENANT) as session:
        vault.erase(session, OFFICER, person)
        for write in (
            lambda: vault.add(session, person, NORA),
            lambda: vault.commit(session, person, "run_1", NORA),
            lambda: vault.seal(session, person, b"x"),
        ):
            with pytest.raises(Conflict) as caught:
                write()
            assert caught.value.code == "person_erased"


def test_erasure_waits_for_a_writer_and_then_takes_its_values_too(
    fresh_database: Database, vault: Vault, person: str
) -> None:
    def erase() -> None:
        with fresh_database.tenant(TENANT) as session:
            vault.erase(session, OFFICER, person)

    eraser = threading.Thread(target=erase)
    with fresh_database.tenant(TENANT) as session:
        vault.add(session, person, {"phone": "+966500000000"})
        eraser.start()
        eraser.join(0.3)
        assert eraser.is_alive()
    eraser.join(5)
    with fresh_database.tenant(TENANT) as session:
        assert vault.reveal(session, person) == {}


def test_rotation_rewraps_every_tenants_keys_and_frees_the_old_kek(
    fresh_database: Database, vault: Vault, person: str
) -> None:
    with fresh_database.tenant(OTHER) as session:
        vault.add(session, "person_b", {"email": "b@rawabi.example"})
    with fresh_database.tenant(TENANT) as session:
        vault.add(session, "person_gone", {"email": "g@rawabi.example"})
        vault.erase(session, OFFICER, "person_gone")
    both, new = Vault(secrets(k1=OLD, k2=NEW)), Vault(secrets(k2=NEW))
    with fresh_database.tenant(TENANT) as session:
        assert both.reveal(session, person) == NORA
        with pytest.raises(NotConfigured, match="k1"):
            new.reveal(session, person)
    assert both.rewrap_all(fresh_database) == 2
    assert both.rewrap_all(fresh_database) == 0
    with fresh_database.tenant(TENANT) as session:
        assert new.reveal(session, person) == NORA
    with fresh_database.tenant(OTHER) as session:
        assert new.reveal(session, "person_b") == {"email": "b@rawabi.example"}


def test_blind_index_is_keyed_and_blind_to_form(vault: Vault) -> None:
    index = vault.blind_index("Nora@Rawabi.example")
    assert (
        index
        == vault.blind_index("  nora@rawabi.EXAMPLE ")
        == vault.blind_index("ｎora@rawabi.example")
    )
    assert index != vault.blind_index("nora@rawabi.example.")
    assert "nora" not in index
    other = secrets()
    other._environment = {"DEALIX_SECRET_BLIND_INDEX": "another"}
    assert Vault(other).blind_index("nora@rawabi.example") != index
