"""How the sandbox is started: addresses and home by flag or environment, secrets by environment."""

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dealix.sandbox.webhooks import Signing

PREFIX = "SANDBOX_"
SWITCH = "SANDBOX"
"""Without it nothing starts, so that nobody's real mail ends here by a mistaken command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything the sandbox is told."""

    http: tuple[str, int]
    smtp: tuple[str, int]
    home: Path
    webhook_base: str | None
    words: Mapping[str, str]
    signings: Mapping[str, Signing]

    def word(self, name: str) -> str | None:
        """What the environment says as `SANDBOX_<NAME>`: a provider's token, key or setting."""
        return self.words.get(name)


def read(
    arguments: Sequence[str],
    signings: Callable[[Mapping[str, str]], Mapping[str, Signing]],
    environment: Mapping[str, str] = os.environ,
) -> Options:
    """The options of a command line; exits with a sentence when they cannot be used.

    `signings` makes the providers' signings of the environment's words; ValueError of a bad key.
    """
    parser = argparse.ArgumentParser(prog="python -m dealix.sandbox", description=__doc__)
    for name, meaning in {
        "http": "host:port of the HTTP providers and of /_sandbox",
        "smtp": "host:port of the mail server",
        "home": "folder of the sandbox's own record",
        "webhook-base": "address that webhooks are sent to; without it nobody can reply",
    }.items():
        variable = PREFIX + name.upper().replace("-", "_")
        given = environment.get(variable)
        needed = given is None and name != "webhook-base"
        parser.add_argument(
            f"--{name}", default=given, required=needed, help=f"{meaning} ({variable})"
        )
    values = parser.parse_args(arguments)
    if environment.get(SWITCH) != "1":
        parser.error(f"{SWITCH}=1 must say that providers are to be played here")
    try:
        words = _words(environment)
        return Options(
            http=_address(values.http),
            smtp=_address(values.smtp),
            home=Path(values.home),
            webhook_base=values.webhook_base or None,
            words=words,
            signings=signings(words),
        )
    except ValueError as error:
        parser.error(str(error))


def _words(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and value
    }


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise ValueError(f"{text!r} is not host:port")
    return host.strip("[]"), int(port)
