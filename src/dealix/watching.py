"""What is asked to find out how this installation stands: every engine, lane and connector."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import redis
from sqlalchemy import text

from dealix.connectors.metadata import Health
from dealix.errors import NotConfigured
from dealix.observability.health import Questions
from dealix.trust.access.limiting import shared_address

if TYPE_CHECKING:
    from dealix.everyday import Everyday


def engines_of(made: "Everyday") -> Questions:
    """The engines on which everything runs."""
    return {
        "database": lambda: _database(made),
        "broker": lambda: _broker(made),
        "temporal": lambda: _temporal(made),
    }


def lanes_of(made: "Everyday") -> Questions:
    """Whether a worker of each lane is there; the short lane's synchronous tasks need none."""
    return {
        "durable_worker": lambda: _some(made.bridge.pollers()),
        "medium_worker": lambda: _some(made.short_jobs.bell.workers()),
    }


def connectors_of(made: "Everyday") -> Questions:
    """The providers of real runs, and the models that are configured; no model is asked a thing."""
    given = made.settings
    models: dict[str, Callable[[], str]] = {}
    if given.model_url is not None:
        models["llm"] = lambda: _connector(made.model("model", rehearsal=False).probe)
    embeddings = made.embeddings
    if embeddings is not None:
        models["embeddings"] = lambda: _connector(embeddings.probe)
    if given.openclaw_url is not None:
        models["openclaw"] = lambda: _connector(made.model("openclaw", rehearsal=False).probe)
    played = given.sandbox_url is not None
    directories = {
        name: _directory(made, name)
        for name, url in (
            ("gleif", given.gleif_url),
            ("opencorporates", given.opencorporates_url),
        )
        if played or url is not None
    }
    return {
        **models,
        **directories,
        "email": lambda: _connector(made.mailer(rehearsal=False).probe),
        "crm": lambda: _connector(made.crm(rehearsal=False).probe),
        "whatsapp": lambda: _connector(made.messenger(rehearsal=False).probe),
        "registry": lambda: _connector(made.company_registry(rehearsal=False).probe),
        "esign": lambda: _connector(made.esign(rehearsal=False).probe),
    }


def _directory(made: "Everyday", name: str) -> Callable[[], str]:
    return lambda: _connector(made.directory(name).probe)


def _database(made: "Everyday") -> str:
    with made.database.nobody() as session:
        session.execute(text("SELECT 1"))
    return "answers"


def _broker(made: "Everyday") -> str:
    url = made.settings.broker_url
    address = shared_address(url.get_secret_value() if url else None)
    if address is None:
        raise NotConfigured("setting_missing", setting="DEALIX_BROKER_URL")
    client = redis.from_url(
        address.replace("redis+unix://", "unix://"), socket_timeout=2, socket_connect_timeout=2
    )
    try:
        client.ping()
    finally:
        client.close()
    return "answers"


def _temporal(made: "Everyday") -> str:
    made.bridge.probe()
    return "answers"


def _some(workers: int) -> str:
    if not workers:
        raise ConnectionError
    return "answers"


def _connector(probe: Callable[[], Health]) -> str:
    found = probe()
    if not found.ok:
        raise ConnectionError(found.detail)
    return found.detail
