"""Secrets come through one port, win from the environment, and never show themselves."""

import base64
import json
import pickle
from pathlib import Path

import pytest

from dealix.connectors.secrets import Keyring, LocalSecrets, parse_keyring, variable
from dealix.errors import NotConfigured

OLD, NEW = b"o" * 32, b"n" * 32


def ring(**keys: bytes) -> str:
    return json.dumps({kid: base64.b64encode(key).decode() for kid, key in keys.items()})


def test_environment_wins_over_file(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"smtp.webhook": "from-file", "hubspot.token": "only-file"}))
    store = LocalSecrets(file, {"DEALIX_SECRET_SMTP_WEBHOOK": "from-env"})
    assert store.get("smtp.webhook") == "from-env"
    assert store.get("hubspot.token") == "only-file"


def test_missing_secret_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match=r"hubspot\.token"):
        LocalSecrets(tmp_path / "absent.json", {}).get("hubspot.token")


def test_broken_file_is_named_and_not_quoted(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text("whsec_do_not_quote_me")
    with pytest.raises(NotConfigured) as caught:
        LocalSecrets(file, {}).get("smtp.webhook")
    assert caught.value.code == "secrets_file_unreadable"
    assert "do_not_quote_me" not in repr(caught.value)


def test_ring_from_object_in_file_and_from_text_in_environment(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"codec.keys": json.loads(ring(k1=OLD, k2=NEW))}))
    assert LocalSecrets(file, {}).keyring("codec.keys").current() == ("k2", NEW)
    env = {variable("codec.keys"): ring(k1=OLD)}
    assert LocalSecrets(file, env).keyring("codec.keys").current() == ("k1", OLD)


def test_ring_rotates_by_name_and_refuses_unknown_key() -> None:
    keys = parse_keyring("codec.keys", ring(k1=OLD, k2=NEW))
    assert keys.current("k1") == ("k1", OLD)
    assert list(keys) == ["k1", "k2"]
    with pytest.raises(NotConfigured) as caught:
        keys.key("k0")
    assert (caught.value.code, caught.value.params["key_id"]) == ("key_unknown", "k0")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"k": "c2hvcnQ="}', '{"k": 1}', '{"k": "%%"}'])
def test_malformed_ring_is_refused_without_its_text(text: str) -> None:
    with pytest.raises(NotConfigured) as caught:
        parse_keyring("codec.keys", text)
    assert "c2hvcnQ" not in repr(caught.value)


def test_nothing_prints_a_secret(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"codec.keys": json.loads(ring(k1=OLD)), "hubspot.token": "pat-9"}))
    store = LocalSecrets(file, {"DEALIX_SECRET_SMTP_WEBHOOK": "whsec_z"})
    keys = store.keyring("codec.keys")
    shown = f"{store!r} {store} {keys!r} {keys} {Keyring('x', {'k': NEW})!r}"
    for secret in ("pat-9", "whsec_z", "ooooo", "nnnnn", base64.b64encode(OLD).decode()):
        assert secret not in shown
    assert b"pat-9" not in pickle.dumps(store)
