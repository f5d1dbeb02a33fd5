"""One port for every secret, so that none is ever read, printed or logged from elsewhere."""

import base64
import binascii
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from dealix.engines.home import write_private
from dealix.errors import NotConfigured
from dealix.key_names import fresh_key
from dealix.settings import Settings

PREFIX = "DEALIX_SECRET_"
KEY_BYTES = 32


class Keyring:
    """The keys of one purpose by key ID; the last one is current unless a setting names another."""

    def __init__(self, name: str, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise NotConfigured("secret_missing", secret=name)
        self.name = name
        self._keys = dict(keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, key_id: object) -> bool:
        return key_id in self.keys()

    def __repr__(self) -> str:
        return f"Keyring({self.name!r}, key_ids={list(self._keys)})"

    def keys(self) -> Mapping[str, bytes]:
        """The keys as they are now."""
        return self._keys

    def key(self, key_id: str) -> bytes:
        """The key named `key_id`; an unknown one is `NotConfigured`, naming ring and key ID."""
        found = self.keys().get(key_id)
        if found is None:
            raise NotConfigured("key_unknown", secret=self.name, key_id=key_id)
        return found

    def current(self, key_id: str | None = None) -> tuple[str, bytes]:
        """The key that encrypts now: the named one, else the last of the ring, with its ID."""
        chosen = key_id or list(self.keys())[-1]
        return chosen, self.key(chosen)


class FileKeyring(Keyring):
    """A ring of the file of secrets, looked at anew when the file has changed.

    So a key that one process adds opens in every other one at once, without a restart.
    """

    def __init__(self, name: str, file: Path) -> None:
        self._file = file
        self._seen = _mark(file)
        super().__init__(name, _ring_in(file, name))

    def keys(self) -> Mapping[str, bytes]:
        """See `Keyring.keys`; a file that cannot be read just now changes nothing."""
        mark = _mark(self._file)
        if mark is not None and mark != self._seen:
            self._keys, self._seen = dict(_ring_in(self._file, self.name)), mark
        return self._keys


class SecretStore(Protocol):
    """Where secrets come from: the environment and a file here, a vault elsewhere."""

    def get(self, name: str) -> str:
        """The secret called `name` (such as `smtp.webhook`); `NotConfigured` when it is absent."""
        ...

    def keyring(self, name: str) -> Keyring:
        """The ring called `name`: JSON of key ID → base64 of 32 bytes, in the order of rotation."""
        ...

    def add_key(self, name: str) -> str:
        """Put a fresh key at the end of a ring, from where it encrypts; answers its ID."""
        ...


class LocalSecrets:
    """Secrets from `DEALIX_SECRET_SMTP_WEBHOOK`-like variables, then from a JSON file.

    The file is read once, when the first secret is asked for. In it a value is a string, or for a
    ring an object of key ID → base64.
    """

    def __init__(
        self, file: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self._file = file
        self._environment = os.environ if environment is None else environment
        self._loaded: dict[str, object] | None = None

    @classmethod
    def of(cls, settings: Settings) -> "LocalSecrets":
        """The store of this installation."""
        return cls(settings.secrets_file)

    def __repr__(self) -> str:
        return f"LocalSecrets(file={str(self._file)!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return (LocalSecrets, (self._file,))

    def get(self, name: str) -> str:
        """See `SecretStore.get`."""
        value = self._environment.get(variable(name))
        if value:
            return value
        found = self._from_file().get(name)
        if found is None or found == "":
            raise NotConfigured("secret_missing", secret=name)
        return found if isinstance(found, str) else json.dumps(found)

    def keyring(self, name: str) -> Keyring:
        """See `SecretStore.keyring`."""
        text = self.get(name)
        if self._file is None or self._environment.get(variable(name)):
            return parse_keyring(name, text)
        return FileKeyring(name, self._file)

    def add_key(self, name: str) -> str:
        """See `SecretStore.add_key`; `NotConfigured` for a ring that no file of ours holds."""
        if self._file is None or self._environment.get(variable(name)):
            raise NotConfigured("key_elsewhere", secret=name)
        with (self._file.parent / f".{self._file.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            content = _read(self._file)
            ring = content.get(name)
            if not isinstance(ring, dict):
                raise NotConfigured("key_elsewhere", secret=name)
            key_id, key = fresh_key()
            write_private(
                self._file, json.dumps({**content, name: {**ring, key_id: key}}, indent=1)
            )
        return key_id

    def _from_file(self) -> dict[str, object]:
        if self._loaded is None:
            self._loaded = _read(self._file) if self._file is not None else {}
        return self._loaded


def variable(name: str) -> str:
    """The environment variable of a secret: `smtp.webhook` → `DEALIX_SECRET_SMTP_WEBHOOK`."""
    return PREFIX + name.upper().replace(".", "_").replace("-", "_")


def parse_keyring(name: str, text: str) -> Keyring:
    """The ring written as JSON of key ID → base64 of 32 bytes; refused without quoting the text."""
    try:
        raw = json.loads(text)
        keys = {str(kid): base64.b64decode(value, validate=True) for kid, value in raw.items()}
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise NotConfigured("secret_malformed", secret=name) from None
    if any(len(key) != KEY_BYTES for key in keys.values()):
        raise NotConfigured("secret_malformed", secret=name)
    return Keyring(name, keys)


def _ring_in(file: Path, name: str) -> Mapping[str, bytes]:
    found = _read(file).get(name, "")
    return parse_keyring(name, found if isinstance(found, str) else json.dumps(found)).keys()


def secret_or_none(secrets: SecretStore, name: str) -> str:
    """A secret, or nothing where none is set."""
    try:
        return secrets.get(name)
    except NotConfigured as missing:
        if missing.code != "secret_missing":
            raise
        return ""


def _mark(file: Path) -> tuple[int, int] | None:
    """What changes when a file is replaced or written."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def _read(file: Path) -> dict[str, object]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise NotConfigured("secrets_file_unreadable", file=str(file)) from None
    if not isinstance(content, dict):
        raise NotConfigured("secrets_file_unreadable", file=str(file))
    return content
