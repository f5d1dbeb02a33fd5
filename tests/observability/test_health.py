"""Health answers in its time whatever is away, and one that hangs takes nothing from the others."""

import socket
import threading
import time
from types import SimpleNamespace

import pytest

from dealix import catalog
from dealix.bootstrap import Services
from dealix.errors import NotConfigured
from dealix.observability.tasks import HealthCheck
from dealix.settings import Settings
from dealix.watching import connectors_of

BUDGET = 1.0


def answers():
    return "answers"


def refuses():
    raise ConnectionError("postgresql://user:secret@10.0.0.1/dealix")


def check(engines=None, lanes=None, connectors=None):
    return HealthCheck({"database": answers, **(engines or {})}, lanes or {}, connectors or {})


def test_a_probe_says_what_it_found_and_names_no_address():
    def missing():
        raise NotConfigured("setting_missing", setting="DEALIX_SMTP_URL")

    found = check({"broker": refuses}, connectors={"email": missing}).run()
    said = {one.name: (one.kind, one.ok, one.detail) for one in found.probes}
    assert said == {
        "database": ("engine", True, "answers"),
        "broker": ("engine", False, "ConnectionError"),
        "email": ("connector", False, "setting_missing"),
    }
    assert found.status == "degraded"
    assert "secret" not in found.model_dump_json()


def test_the_catalogue_names_every_connector_that_may_be_probed():
    given = Settings(
        model_url="https://model.example/v1",
        openclaw_url="http://127.0.0.1:18789",
        sandbox_url="http://127.0.0.1:9",
        _env_file=None,
    )
    embeddings = SimpleNamespace(probe=answers)
    probed = connectors_of(SimpleNamespace(settings=given, embeddings=embeddings))
    step = next(s for s in catalog.row("health_check").here.steps if s.key == "probe_connectors")
    assert {{"registry": "wathq"}.get(name, name) for name in probed} == set(step.calls)


def test_only_without_the_database_everything_is_down():
    assert check().run().status == "ok"
    assert HealthCheck({"database": refuses}, {}, {"email": answers}).run().status == "down"


def test_what_hangs_is_said_in_time_and_not_asked_twice():
    free, asked = threading.Event(), []

    def hangs():
        asked.append(1)
        free.wait(20)
        return "answers"

    names = [f"engine{number}" for number in range(12)]
    watched = check(dict.fromkeys(names, hangs))
    for _ in range(2):
        began = time.perf_counter()
        found = watched.run()
        assert time.perf_counter() - began < BUDGET
        probes = {one.name: one for one in found.probes}
        assert probes["database"].ok, "what hangs took the thread of what answers"
        assert all(probes[name].detail == "no answer in time" for name in names)
    assert len(asked) == 12
    free.set()
    for future in watched._under_way.values():
        future.result(5)
    assert watched._last["engine0"][1].ok


@pytest.fixture
def dead(tmp_path):
    """Addresses at which nobody answers: a socket that takes connections and says nothing."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    silent, refusing = (one.getsockname()[1] for one in listeners)
    listeners[1].close()
    yield SimpleNamespace(silent=f"127.0.0.1:{silent}", refusing=f"127.0.0.1:{refusing}")
    listeners[0].close()


@pytest.mark.parametrize("way", ["refusing", "silent"])
def test_health_answers_in_a_second_when_everything_is_down(dead, way, migrated):
    at = getattr(dead, way)
    settings = Settings(
        database_url=f"postgresql://dealix_app:x@{at}/dealix",
        broker_url=f"redis://{at}/0",
        temporal_address=at,
        smtp_url=f"smtp://{at}",
        hubspot_url=f"http://{at}",
        whatsapp_url=f"http://{at}",
        wathq_url=f"http://{at}",
        docusign_url=f"http://{at}/restapi",
        docusign_account_url=f"http://{at}",
        secrets_file=migrated.secrets_file,
    )
    services = Services(settings)
    began = time.perf_counter()
    found = services.health.look()
    took = time.perf_counter() - began
    assert took < BUDGET, f"{took:.3f} s"
    assert found.status == "down"
    assert len(found.probes) == 10
    assert not [one for one in found.probes if one.ok]
