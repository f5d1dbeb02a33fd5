"""Really asks every engine and connector whether it answers, all at once and not for long."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong

import redis
from sqlalchemy import text

from dealix.api.schemas import HealthView, Probe
from dealix.bootstrap import Services
from dealix.connectors.metadata import Health
from dealix.errors import DealixError, NotConfigured
from dealix.trust.access.limiting import shared_address

log = logging.getLogger(__name__)
PATIENCE = 4.0
FRESH = 2.0
"""Seconds for which an answer is given again: a stranger must not make us call our providers."""
NEEDED = "database"
_threads = ThreadPoolExecutor(max_workers=10, thread_name_prefix="probe")


class Watch:
    """Looks at everything at most every `FRESH` seconds, however many ask and whoever they are."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._seen: tuple[float, HealthView] | None = None

    def look(self) -> HealthView:
        """Every probe's answer; who asks meanwhile gets the same."""
        with self._lock:
            if self._seen is None or time.monotonic() - self._seen[0] > FRESH:
                self._seen = (time.monotonic(), examine(self._services))
            return self._seen[1]


def examine(services: Services) -> HealthView:
    """Every probe's answer; the details name no address and no secret."""
    asked = {name: _threads.submit(_timed, name, ask) for name, ask in questions(services).items()}
    end = time.monotonic() + PATIENCE
    probes = []
    for name, future in asked.items():
        try:
            probes.append(future.result(max(0.0, end - time.monotonic())))
        except TookTooLong:
            probes.append(
                Probe(name=name, ok=False, detail="no answer in time", ms=PATIENCE * 1000)
            )
    bad = {probe.name for probe in probes if not probe.ok}
    status = "down" if NEEDED in bad else ("degraded" if bad else "ok")
    return HealthView(status=status, probes=probes)


def questions(services: Services) -> dict[str, Callable[[], str]]:
    """What is asked, by name; a question answers a word or raises."""
    return {
        "database": lambda: _database(services),
        "broker": lambda: _broker(services),
        "temporal": lambda: _temporal(services),
        "email": lambda: _connector(services.mailer(rehearsal=False).probe),
        "crm": lambda: _connector(services.crm(rehearsal=False).probe),
        "whatsapp": lambda: _connector(services.messenger(rehearsal=False).probe),
        "registry": lambda: _connector(services.company_registry(rehearsal=False).probe),
        "esign": lambda: _connector(services.esign(rehearsal=False).probe),
    }


def _timed(name: str, ask: Callable[[], str]) -> Probe:
    start = time.monotonic()
    try:
        ok, detail = True, ask()
    except DealixError as error:
        ok, detail = False, error.code
    except Exception as error:  # noqa: BLE001 (whatever a library raises, the probe has failed)
        ok, detail = False, type(error).__name__
    return Probe(name=name, ok=ok, detail=detail, ms=round((time.monotonic() - start) * 1000, 1))


def _database(services: Services) -> str:
    with services.database.nobody() as session:
        session.execute(text("SELECT 1"))
    return "answers"


def _broker(services: Services) -> str:
    url = services.settings.broker_url
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


def _temporal(services: Services) -> str:
    services.bridge.probe()
    return "answers"


def _connector(probe: Callable[[], Health]) -> str:
    found = probe()
    if not found.ok:
        raise ConnectionError(found.detail)
    return found.detail
