"""A database of one's own for as long as a measurement lasts: started, migrated, thrown away."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from pydantic import SecretStr

from dealix.bootstrap import Services
from dealix.cli.client import Unable
from dealix.engines import plan as plans
from dealix.engines.home import Home
from dealix.engines.stack import Stack
from dealix.settings import Settings
from dealix.store.migrate import migrate


@dataclass(frozen=True)
class OwnDatabase:
    """Services over an empty database, and its owner's address."""

    services: Services
    owner_url: str

    def settle(self) -> None:
        """Do now what autovacuum does within a minute, so that questions are planned as later."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")


@contextmanager
def own_database() -> Iterator[OwnDatabase]:
    """An embedded PostgreSQL in a folder of its own (three seconds); nothing else has to run.

    Raises:
        Unable: settings name a database, on which nothing must be measured.
    """
    given = Settings()
    if given.database_url is not None or given.migration_database_url is not None:
        raise Unable("This measures on a database of its own: unset DEALIX_DATABASE_URL first.")
    with tempfile.TemporaryDirectory(prefix="dealix-measure-") as folder:
        home = Path(folder)
        stack = Stack(home)
        try:
            stack.start(["postgres"])
            plan = plans.read(Home(home), plans.settings_for(home))
            url = plan.migration_url or plan.database_url
            migrate(url)
            services = Services(
                Settings(
                    home=home,
                    database_url=SecretStr(plan.database_url),
                    secrets_file=plan.home.secrets_file,
                )
            )
            yield OwnDatabase(services, url)
            services.close()
        finally:
            stack.stop()
