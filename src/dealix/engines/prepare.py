"""Runs once per start between engines and application: roles, schema, namespaces, examples."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from dealix.engines import plan as plans
from dealix.engines import postgres, temporal, valkey
from dealix.engines.home import Home
from dealix.engines.plan import LANES, Plan
from dealix.engines.programs import base_environment, python
from dealix.errors import DealixError, NotConfigured

SEED = "dealix.processes.seed"


def prepare(plan: Plan, only: Sequence[str], say: Callable[[str], None]) -> None:
    """Make the engines usable; `only` names the processes of this stack."""
    uses_database = bool({"api", *LANES} & set(only))
    own = [name for name in plan.embedded if name in only]
    for name in own:
        await_engine(plan, name)
        say(f"{name} answers")
    if postgres.NAME in own:
        passwords = {postgres.OWNER: "database.owner", postgres.APP: "database.app"}
        postgres.set_up(
            plan.superuser_url, {role: plan.words[word] for role, word in passwords.items()}
        )
    if uses_database:
        migrate_and_seed(plan, say)


def migrate_and_seed(plan: Plan, say: Callable[[str], None]) -> None:
    """Bring the schema to its newest revision and put in the example company."""
    from dealix.store.migrate import migrate  # alone it takes longer to import than all the rest

    if plan.migration_url is not None:
        say(f"schema at {migrate(plan.migration_url)}")
    if find_spec("dealix.processes") is None or find_spec(SEED) is None:
        say("there is no example company to put in")
        return
    environment = plan.environment("seed") | {"DEALIX_HOME": str(plan.home.root)}
    if plan.migration_url is not None:
        environment["DEALIX_MIGRATION_DATABASE_URL"] = plan.migration_url
    done = subprocess.run(python(SEED), env=base_environment() | environment, check=False)
    if done.returncode != 0:
        raise NotConfigured("engine_failed", engine="seed", log=plan.home.log / "prepare.log")
    say("the example company is there")


def await_engine(plan: Plan, name: str) -> None:
    """Wait until an embedded engine answers."""
    probes: dict[str, Callable[[], bool]] = {
        postgres.NAME: lambda: postgres.answers(plan.superuser_url),
        valkey.NAME: lambda: valkey.answers(plan.broker_url),
    }
    probe = probes.get(name, lambda: temporal.keep_histories(plan.settings, own_temporal(plan)))
    end = time.monotonic() + plan.settings.start_patience
    while not probe():
        if time.monotonic() > end:
            raise NotConfigured("engine_failed", engine=name, log=plan.home.log / f"{name}.log")
        time.sleep(0.05)


def own_temporal(plan: Plan) -> str:
    """The address of the embedded server, whatever it serves."""
    return f"127.0.0.1:{plan.ports['temporal']}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of `python -m dealix.engines.prepare`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--only", default="")
    given = parser.parse_args(arguments)
    plan = plans.read(Home(given.home), plans.settings_for(given.home))
    try:
        prepare(plan, given.only.split(","), lambda line: print(line, flush=True))  # noqa: T201
    except DealixError as error:
        print(error.sentence, file=sys.stderr)  # noqa: T201 (this process's log is its output)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
