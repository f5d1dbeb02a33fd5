"""Looks that need a library: the schema's revision, a namespace, a real try at skipping time."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
from alembic.config import Config
from alembic.script import ScriptDirectory
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeNamespaceResponse
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

import dealix.store.migrate
from dealix.cluster import reach
from dealix.engines.plan import Plan
from dealix.settings import Settings

PATIENCE = 10.0
"""Seconds that a server has for its answer."""


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
    """The addresses of Temporal servers that this stack runs, whose namespaces it makes."""
    own = f"127.0.0.1:{plan.ports['temporal']}"
    return {own} & {plan.temporal_address, plan.rehearsal_address}


@dataclass(frozen=True)
class Described:
    """What a server said when asked for a namespace: whether it let us in, and the answer.

    `why` is its refusal, or that there was no answer at all.
    """

    let_in: bool
    answer: DescribeNamespaceResponse | None
    why: str = ""


def namespace(settings: Settings, address: str, name: str) -> Described:
    """Ask for a namespace as the processes ask: with the key and certificates of the settings.

    The namespace of rehearsals lies on a server of its own, which asks for neither.
    """
    try:
        answer = asyncio.run(asyncio.wait_for(_describe(settings, address, name), PATIENCE))
    except RPCError as error:
        return Described(error.status is RPCStatusCode.NOT_FOUND, None, error.message)
    except (RuntimeError, OSError, ValueError) as error:
        return Described(False, None, f"{type(error).__name__}: {_first_line(error)}")
    return Described(True, answer)


async def _describe(settings: Settings, address: str, name: str) -> DescribeNamespaceResponse:
    main = name == settings.temporal_namespace
    client = await (reach(settings, address) if main else Client.connect(address, namespace=name))
    return await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=name)
    )


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "")[:200]


def refuses_time_skipping(address: str, namespace: str) -> str:
    """Why this server cannot skip time; empty when it can."""
    try:
        asyncio.run(asyncio.wait_for(_start_skipping(address, namespace), PATIENCE))
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
