"""Real engines for every test: started once per run, databases copied from a migrated template."""

import gc
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from argon2 import PasswordHasher

from dealix.engines import plan as plans
from dealix.engines import postgres
from dealix.engines.home import Home
from dealix.engines.stack import Stack
from dealix.observability.exit import leave
from dealix.processes import spare_the_collector
from dealix.store.migrate import migrate
from dealix.store.session import Database
from dealix.trust.access import passwords

TEMPLATE = "dealix"
MEMORY, ROOM = Path("/dev/shm"), 8 << 30
gc.disable()  # until all tests are collected: see `pytest_collection_finish`


@dataclass(frozen=True)
class Urls:
    """One database, for its owner and for the application's role."""

    owner: str
    app: str


@dataclass(frozen=True)
class Engines:
    """PostgreSQL, Valkey and Temporal of this test run, each a real server."""

    home: Path
    owner_url: str
    app_url: str
    superuser_url: str
    broker_url: str
    temporal_address: str
    namespace: str
    rehearsal_namespace: str
    secrets_file: Path

    def named(self, database: str) -> Urls:
        """The addresses of another database of the same server."""
        owner, app = (url.rsplit("/", 1)[0] for url in (self.owner_url, self.app_url))
        return Urls(f"{owner}/{database}", f"{app}/{database}")


@pytest.fixture(scope="session", autouse=True)
def _costs_paid_once() -> Iterator[None]:
    """What takes long on purpose or each time anew, and proves nothing by being repeated.

    In this process a password is hashed with argon2's smallest parameters (0.05 ms instead of 100;
    stacks and `test_passwords` keep the real ones), and httpx reads the public certificate
    authorities for its first client only (30 ms each): no test leaves this machine.
    """
    transports = httpx._transports.default
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", quick)
        patch.setattr(transports, "create_ssl_context", cache(transports.create_ssl_context))
        yield


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """The three engines, on a folder of their own; they end with this run, however it ends."""
    home = Path(tempfile.mkdtemp(prefix="dealix-test-", dir=in_memory()))
    stack = Stack(home)
    try:
        stack.start(["postgres", "valkey", "temporal"])
        spare_the_disk(home)
        plan = plans.read(Home(home), plans.settings_for(home))
        assert plan.migration_url is not None
        yield Engines(
            home=home,
            owner_url=plan.migration_url,
            app_url=plan.database_url,
            superuser_url=plan.superuser_url,
            broker_url=plan.broker_url,
            temporal_address=plan.temporal_address,
            namespace=plan.settings.temporal_namespace,
            rehearsal_namespace=plan.settings.temporal_rehearsal_namespace,
            secrets_file=plan.home.secrets_file,
        )
    finally:
        stack.stop()
        if os.environ.get("DEALIX_KEEP_TEST_HOME") is None:
            data = postgres.cluster(Home(home)).data  # outside, where root may make no namespace
            shutil.rmtree(home, ignore_errors=True)
            shutil.rmtree(data.parent if home not in data.parents else data, ignore_errors=True)


def in_memory() -> Path | None:
    """A file system in memory with room for this run's engines, where the machine has one.

    Hundreds of databases come and go, each of hundreds of files. On some disks a new file costs
    more the more were deleted of late, so that a database took 0.5 s there.
    """
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return None
    free = min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available)
    return MEMORY if free > ROOM else None


def spare_the_disk(home: Path) -> None:
    """Let the stack's PostgreSQL wait for no disk: what ends here are processes, never the power.

    A commit and a dropped database then cost no flush; the crash tests keep the flushes.
    """
    url = plans.read(Home(home), plans.settings_for(home)).superuser_url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def migrated(engines: Engines) -> Engines:
    """The engines, their own database brought to the newest schema: the template of the others."""
    migrate(engines.owner_url)
    return engines


@pytest.fixture(scope="module")
def database_urls(migrated: Engines) -> Iterator[Urls]:
    """A fresh migrated database for the tests of one module, dropped afterwards."""
    yield from copy_of_template(migrated)


@pytest.fixture(scope="module")
def database(database_urls: Urls) -> Iterator[Database]:
    """The application role's door to the module's database; nothing is in it but the schema."""
    yield from opened(database_urls)


@pytest.fixture
def fresh_urls(migrated: Engines) -> Iterator[Urls]:
    """A database for one test alone (about 0.1 s)."""
    yield from copy_of_template(migrated)


@pytest.fixture
def fresh_database(fresh_urls: Urls) -> Iterator[Database]:
    """The application role's door to a database for one test alone."""
    yield from opened(fresh_urls)


@pytest.fixture
def empty_urls(engines: Engines) -> Iterator[Urls]:
    """A database as an operator makes it: roles, rights and extensions, and no table of ours."""
    name = f"test_{secrets.token_hex(5)}"
    with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
        postgres.ensure_database(connection, name)
    with psycopg.connect(engines.superuser_url, autocommit=True, dbname=name) as connection:
        for extension in postgres.EXTENSIONS:
            connection.execute(f"CREATE EXTENSION {extension}")
        connection.execute(f"GRANT CREATE, USAGE ON SCHEMA public TO {postgres.OWNER}")
    yield engines.named(name)
    with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def copy_of_template(engines: Engines) -> Iterator[Urls]:
    name = f"test_{secrets.token_hex(5)}"
    with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
        postgres.ensure_database(connection, name, TEMPLATE)
    yield engines.named(name)
    with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def opened(urls: Urls) -> Iterator[Database]:
    database = Database(urls.app, pool_size=4)
    yield database
    database.close()


ON_ONE_STACK = ("tests/crash/", "tests/console/", "tests/rehearsal/")
"""Folders whose files share a stack of their own, those that take longest first."""
IN_TWO = ("tests/console/", "tests/console/test_i")
"""The folder that takes so long that its files share two stacks, and where the second begins."""


def group(nodeid: str) -> str:
    """What one worker runs as a whole: a file, or a folder where files share a stack."""
    file = nodeid.partition("::")[0]
    found = next((folder for folder in ON_ONE_STACK if file.startswith(folder)), file)
    return IN_TWO[file >= IN_TWO[1]] if found == IN_TWO[0] else found


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Split a run between workers (`make test`) by `group`."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return ByGroup(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let long folders begin first, so that no worker is left alone with one at the end."""

    def place(item: pytest.Item) -> int:
        name = group(item.nodeid)
        held = (n for n, folder in enumerate(ON_ONE_STACK) if name.startswith(folder))
        return next(held, len(ON_ONE_STACK))

    if hasattr(config, "workerinput"):
        items.sort(key=place)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    spare_the_collector()


STATUS = pytest.StashKey[int]()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End a run that used the Temporal SDK as its commands do: see `observability.exit`."""
    if "temporalio" in sys.modules and STATUS in config.stash:
        leave(config.stash[STATUS])
