"""How the sandbox is started: addresses and home by flag or environment, secrets by environment."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dealix.sandbox.webhooks import check_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything the sandbox is told."""

    http: tuple[str, int]
    smtp: tuple[str, int]
    home: Path
    webhook_base: str | None
    webhook_secret: str | None
    hubspot_token: str | None


def read(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Options:
    """The options of a command line; exits with a sentence when they cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m dealix.sandbox", description=__doc__)
    for name, meaning in {
        "http": "host:port of the HTTP providers and of /_sandbox",
        "smtp": "host:port of the mail server",
        "home": "folder of the sandbox's own record",
        "webhook-base": "address that webhooks are sent to; without it nobody can reply",
    }.items():
        variable = "SANDBOX_" + name.upper().replace("-", "_")
        given = environment.get(variable)
        needed = given is None and name != "webhook-base"
        parser.add_argument(
            f"--{name}", default=given, required=needed, help=f"{meaning} ({variable})"
        )
    values = parser.parse_args(arguments)
    try:
        secret = environment.get("SANDBOX_SMTP_WEBHOOK_SECRET")
        return Options(
            http=_address(values.http),
            smtp=_address(values.smtp),
            home=Path(values.home),
            webhook_base=values.webhook_base or None,
            webhook_secret=check_secret(secret) if secret else None,
            hubspot_token=environment.get("SANDBOX_HUBSPOT_TOKEN") or None,
        )
    except ValueError as error:
        parser.error(str(error))


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise ValueError(f"{text!r} is not host:port")
    return host.strip("[]"), int(port)
