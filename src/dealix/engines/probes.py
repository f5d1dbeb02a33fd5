"""Looks that need a library: the revision of the schema, and a real try at skipping time."""

import asyncio
import secrets
from datetime import timedelta
from pathlib import Path

import psycopg
from alembic.config import Config
from alembic.script import ScriptDirectory
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

import dealix.store.migrate
from dealix.engines.plan import Plan


def revisions(owner_url: str) -> tuple[str, str]:
    """The revision the database has, and the newest one there is."""
    config = Config()
    folder = Path(dealix.store.migrate.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with psycopg.connect(owner_url, connect_timeout=5) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else "nothing", str(newest)


def own_addresses(plan: Plan) -> set[str]:
    """The addresses of Temporal servers that this stack runs, which it may describe."""
    own = f"127.0.0.1:{plan.ports['temporal']}"
    return {own} & {plan.temporal_address, plan.rehearsal_address}


def refuses_time_skipping(address: str, namespace: str) -> str:
    """Why this server cannot skip time; empty when it can."""
    try:
        asyncio.run(asyncio.wait_for(_start_skipping(address, namespace), timeout=10))
    except RPCError as error:
        return error.message
    except (RuntimeError, TimeoutError) as error:
        return f"no answer from {address} ({type(error).__name__})"
    return ""


async def _start_skipping(address: str, namespace: str) -> None:
    """Start a run that nobody will work on, with the permission to skip, and end it."""
    client = await Client.connect(address, namespace=namespace)
    skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
    handle = await skipper.client.start_workflow(
        "doctor",
        id=f"doctor-{secrets.token_hex(6)}",
        task_queue="doctor",
        execution_timeout=timedelta(seconds=30),
    )
    await handle.terminate("the question is answered")
