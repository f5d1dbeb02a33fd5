"""What `dealix up` and `dealix doctor` do: run the stack in the foreground, look it over."""

import json
import sys
from pathlib import Path
from typing import Any

from dealix.engines import doctor as doctors
from dealix.engines.supervisor import supervise
from dealix.settings import Settings


def up(home: Path | None = None) -> int:
    """Run the stack until Ctrl-C; a second one on the same folder is refused."""
    sys.stdout.write("Starting the stack …\n")
    sys.stdout.flush()
    code = supervise(home or Settings().home, announce=show)
    sys.stdout.write("Everything has stopped.\n" if code == 0 else "")
    return code


def show(record: dict[str, Any]) -> None:
    """Print where things are and who can sign in."""
    sys.stdout.write("\n".join(lines(record)) + "\n")
    sys.stdout.flush()


def lines(record: dict[str, Any]) -> list[str]:
    """The words of a start: addresses, then people."""
    words = [
        f"Console       {record['url']}",
        f"Sandbox       {record['sandbox_url']}",
        f"Temporal UI   {record['temporal_ui_url']}",
        f"All of it     {record['home']}/stack.json",
    ]
    people = record["sign_ins"]
    if people:
        words += ["", "Sign in as (email, password, company, roles; tokens are in stack.json):"]
        words += [sign_in(person) for person in people]
    return [*words, "", "Ctrl-C stops it."]


def sign_in(person: dict[str, Any]) -> str:
    """One person of the example company as a line."""
    email, word, company = person["email"], person.get("password", ""), person["tenant"]
    return f"  {email:<30} {word:<18} {company:<10} {', '.join(person['roles'])}"


def doctor(home: Path | None = None, *, as_json: bool = False) -> int:
    """Print one line for each thing looked at, and their count; 1 when something does not work."""
    from dealix.cli.model_doctor import look_at_models, look_at_prices
    from dealix.cli.openclaw_doctor import look_at_gateway

    root = home or Settings().home
    findings = [
        *(*doctors.examine(root), *look_at_models(root), *look_at_prices(root)),
        *look_at_gateway(root),
    ]
    if as_json:
        sys.stdout.write(json.dumps(doctors.as_data(findings), indent=1) + "\n")
    else:
        lines = [*(finding.line() for finding in findings), doctors.counted(findings)]
        sys.stdout.write("\n".join(lines) + "\n")
    return 0 if all(finding.ok for finding in findings) else 1
