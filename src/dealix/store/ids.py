"""Identifiers: a prefix that says what it names, then 26 characters that sort by time."""

import secrets

from dealix import clock

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """A fresh identifier such as `run_01k…`: 48 bits of time, 80 random, in Crockford's base 32."""
    millis = int(clock.real_now().timestamp() * 1000)
    number = (millis << 80) | secrets.randbits(80)
    digits = [ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(digits)}"
