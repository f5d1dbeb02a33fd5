"""A new key encrypts from the moment it is there, in every process, and old data still opens."""

import json
from datetime import UTC, datetime

import pytest
from temporalio.api.common.v1 import Payload
from tests.trust.privacy.rings import NEW, OLD, ring

from dealix import key_names
from dealix.actors import Actor
from dealix.connectors.secrets import LocalSecrets
from dealix.errors import Conflict, InvalidInput, NotConfigured, NotEntitled
from dealix.lanes.codec import KEY_ID, TenantCodec
from dealix.lanes.tenant_keys import TenantKeys
from dealix.records import audit
from dealix.trust.access.rights import permit
from dealix.trust.privacy import Vault
from dealix.trust.privacy.rotation import Rotation

OPERATOR = Actor("one", "usr_op", frozenset({"operator"}))
CLEAR = Payload(metadata={"encoding": b"json/plain"}, data=b'"terms"')


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "secrets.json"
    made.write_text(
        json.dumps(
            {
                "codec.keys": json.loads(ring(k1=OLD)),
                "person.kek": json.loads(ring(k1=NEW)),
                "blind.index": "blind",
            }
        )
    )
    made.chmod(0o600)
    return made


def process(file):
    """The parts of one process: its own look at the file of secrets."""
    secrets = LocalSecrets(file, {})
    return Vault(secrets), TenantCodec(TenantKeys(secrets.keyring("codec.keys")), "one"), secrets


def test_what_older_keys_sealed_opens_and_every_process_follows_without_a_restart(
    fresh_database, file
):
    vault, codec, secrets = process(file)
    worker_vault, worker_codec, _ = process(file)
    with fresh_database.tenant("one") as session:
        vault.add(session, "per_1", {"name": "نورة"})
    before = codec.seal(CLEAR)
    desk = Rotation(fresh_database, secrets, vault, permit)
    made = {each: desk.rotate(OPERATOR, each) for each in ("codec.keys", "person.kek")}
    assert made["person.kek"]["wrapped_anew"] == 1
    after = codec.seal(CLEAR)
    assert before.metadata[KEY_ID] == b"k1"
    assert after.metadata[KEY_ID].decode() == made["codec.keys"]["current"] != "k1"
    for payload in (before, after):
        assert worker_codec.open(payload).data == CLEAR.data
    assert worker_codec.seal(CLEAR).metadata[KEY_ID] == after.metadata[KEY_ID]
    with fresh_database.tenant("one") as session:
        assert worker_vault.reveal(session, "per_1") == {"name": "نورة"}
        record = audit.newest(session, limit=1)[0].record
    assert (record.action, record.actor_id) == ("key.rotated", OPERATOR.user_id)
    assert file.stat().st_mode & 0o777 == 0o600
    kept = json.loads(file.read_text())
    assert [len(kept[name]) for name in ("codec.keys", "person.kek")] == [2, 2]
    assert kept["blind.index"] == "blind"


def test_a_wrapped_key_needs_no_older_key_after_the_rotation(fresh_database, file):
    vault, _, secrets = process(file)
    with fresh_database.tenant("one") as session:
        vault.add(session, "per_1", {"name": "Nora"})
    Rotation(fresh_database, secrets, vault, permit).rotate(OPERATOR, "person.kek")
    content = json.loads(file.read_text())
    del content["person.kek"]["k1"]
    file.write_text(json.dumps(content))
    with fresh_database.tenant("one") as session:
        assert process(file)[0].reveal(session, "per_1") == {"name": "Nora"}


def test_rotating_is_an_operators_and_ages_are_told_without_a_key(fresh_database, file):
    vault, _, secrets = process(file)
    desk = Rotation(fresh_database, secrets, vault, permit)
    for role in ("tenant_admin", "auditor", "ceo"):
        with pytest.raises(NotEntitled):
            desk.rotate(Actor("one", "usr_x", frozenset({role})), "codec.keys")
    with pytest.raises(InvalidInput):
        desk.rotate(OPERATOR, "blind.index")
    desk.rotate(OPERATOR, "codec.keys")
    codec, kek = desk.ages(Actor("one", "usr_a", frozenset({"auditor"})))
    assert (codec["days_old"], kek["days_old"]) == (0, None)
    assert ring(k1=OLD).split('"')[3] not in json.dumps([codec, kek])


def test_a_key_that_lies_elsewhere_or_is_pinned_is_not_rotated_here(fresh_database, file):
    vault, _, secrets = process(file)
    with pytest.raises(Conflict) as pinned:
        Rotation(fresh_database, secrets, vault, permit, "k1").rotate(OPERATOR, "codec.keys")
    assert pinned.value.code == "key_pinned"
    environment = LocalSecrets(file, {"DEALIX_SECRET_CODEC_KEYS": ring(k1=OLD)})
    with pytest.raises(NotConfigured) as elsewhere:
        Rotation(fresh_database, environment, vault, permit).rotate(OPERATOR, "codec.keys")
    assert elsewhere.value.code == "key_elsewhere"


def test_a_keys_name_tells_its_day_and_older_names_tell_nothing(monkeypatch):
    day = datetime(2027, 3, 1, 8, tzinfo=UTC)
    monkeypatch.setattr(key_names.clock, "real_now", lambda: day)
    name, _ = key_names.fresh_key()
    assert name.startswith("k20270301")
    monkeypatch.setattr(key_names.clock, "real_now", lambda: day.replace(month=5))
    assert key_names.days_old(name) == 61
    for other in ("k1", "k1234abcd", "k99999999abcdef"):
        assert key_names.days_old(other) is None
