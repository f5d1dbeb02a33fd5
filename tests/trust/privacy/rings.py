"""Secrets for tests of the vault, in the form of the real port."""

import base64
import json

from dealix.connectors.secrets import LocalSecrets

OLD, NEW = b"o" * 32, b"n" * 32


def ring(**keys: bytes) -> str:
    return json.dumps({kid: base64.b64encode(key).decode() for kid, key in keys.items()})


def secrets(**keks: bytes) -> LocalSecrets:
    """A store whose `person.kek` holds these keys, the last one current."""
    return LocalSecrets(
        None,
        {
            "DEALIX_SECRET_PERSON_KEK": ring(**(keks or {"k1": OLD})),
            "DEALIX_SECRET_BLIND_INDEX": "blind",
        },
    )
