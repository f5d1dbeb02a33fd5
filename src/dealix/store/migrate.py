"""Bring the schema to its newest revision, as the owner of the tables: the only owner's work."""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from dealix.errors import NotConfigured
from dealix.settings import Settings
from dealix.store.session import sqlalchemy_url

LOCK = 0x6465616C6978  # "dealix": two migrations at once wait for one another


def migrate(url: str, revision: str = "head") -> str:
    """Upgrade the database at `url`, as its owner, to `revision`. Answers what it then has."""
    engine = create_engine(sqlalchemy_url(url), connect_args={"prepare_threshold": None})
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
            current = connection.execute(
                text("SELECT version_num FROM alembic_version")
            ).scalar_one()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
            connection.commit()
    finally:
        engine.dispose()
    return str(current)


def main() -> int:
    """Entry of `python -m dealix.store.migrate`."""
    url = Settings().migration_database_url
    if url is None:
        raise NotConfigured("setting_missing", setting="DEALIX_MIGRATION_DATABASE_URL")
    sys.stdout.write(f"schema at {migrate(url.get_secret_value())}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
