"""What keys are called: a date and chance, so that everybody can see how old a key is."""

import base64
import re
import secrets
from datetime import UTC, datetime, timedelta

from dealix import clock

DATED = re.compile(r"k(\d{8})[0-9a-f]{6}")
KEY_BYTES = 32
OLD = timedelta(days=365)
"""After this long a key that still encrypts should get a successor."""


def fresh_key() -> tuple[str, str]:
    """The name of a new 256-bit key, and the key itself in base64 as a ring holds it."""
    name = f"k{clock.real_now():%Y%m%d}{secrets.token_hex(3)}"
    return name, base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def made_on(key_id: str) -> datetime | None:
    """The day on which a key was made; None for a name that does not tell."""
    found = DATED.fullmatch(key_id)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def days_old(key_id: str) -> int | None:
    """How many days ago a key was made; None for a name that does not tell."""
    day = made_on(key_id)
    return None if day is None else max(0, (clock.real_now() - day).days)
