"""Each engine is replaced by an address in the settings: a stack on them runs none of its own."""

import asyncio

import httpx
import psycopg
import pytest
from temporalio.client import Client, TLSConfig

from dealix import cluster
from dealix.engines import doctor
from dealix.engines import plan as plans
from dealix.engines.home import Home
from dealix.engines.stack import Stack
from dealix.proof.rig import until
from dealix.settings import Settings

KEY = "a-key-that-nobody-knows"


def settings(**given):
    return Settings(_env_file=None, temporal_address="127.0.0.1:7233", **given)


@pytest.fixture
def files(tmp_path):
    made = {"ca": b"authority", "cert": b"certificate", "key": b"private key"}
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return {f"temporal_tls_{name}_file": tmp_path / name for name in made}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, False),
        ({"temporal_api_key": KEY}, True),
        ({"temporal_tls": True}, True),
    ],
)
def test_without_certificates_tls_is_on_or_off(given, wanted):
    assert cluster.tls(settings(**given)) is wanted


def test_certificates_are_read_from_their_files(files):
    assert cluster.tls(settings(**files)) == TLSConfig(
        server_root_ca_cert=b"authority",
        client_cert=b"certificate",
        client_private_key=b"private key",
    )
    only_authority = {"temporal_tls_ca_file": files["temporal_tls_ca_file"]}
    assert cluster.tls(settings(**only_authority)) == TLSConfig(server_root_ca_cert=b"authority")


def test_a_key_and_its_namespace_reach_the_client(monkeypatch):
    asked = []

    async def observed(address, **given):
        asked.append((address, given))

    monkeypatch.setattr(Client, "connect", observed)
    given = settings(temporal_api_key=KEY, temporal_namespace="company.a1b2c")
    asyncio.run(cluster.reach(given, "cloud.example:7233"))
    [(address, options)] = asked
    assert (address, options["namespace"]) == ("cloud.example:7233", "company.a1b2c")
    assert (options["api_key"], options["tls"]) == (KEY, True)


@pytest.fixture
def plan(engines, tmp_path):
    def made(**given):
        place = {"temporal_rehearsal_address": engines.temporal_address}
        given = {"temporal_address": engines.temporal_address, **place, **given}
        return plans.make(Home(tmp_path).create(), Settings(home=tmp_path, _env_file=None, **given))

    return made


def test_the_doctor_names_a_namespace_that_the_given_cluster_does_not_have(plan):
    found = list(doctor.workflows(plan(temporal_namespace="nowhere")))
    said = {(one.name, one.ok, one.advice) for one in found}
    assert ("namespace", False, "check DEALIX_TEMPORAL_NAMESPACE") in said
    assert ("temporal", True, "") in said


ASKED = {"database", "broker", "temporal"}


def well(url, token):
    """The systems that answer now."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{url}/api/v1/health", headers=headers, trust_env=False, timeout=30)
    return {one["name"] for one in answer.json()["probes"] if one["ok"]}


def test_the_doctor_names_a_cluster_that_does_not_let_the_key_in(plan):
    # The server listens and speaks no TLS, which a key asks for: a look at its port finds it well.
    found = list(doctor.workflows(plan(temporal_api_key=KEY)))
    bad = [one for one in found if not one.ok]
    assert [one.name for one in bad] == ["temporal"]
    assert "DEALIX_TEMPORAL_API_KEY" in bad[0].advice
    assert KEY not in bad[0].line()


@pytest.mark.journey
@pytest.mark.slow
def test_a_stack_on_given_addresses_migrates_the_database_and_runs_no_engine(
    engines, empty_urls, tmp_path
):
    environment = {
        "DEALIX_DATABASE_URL": empty_urls.app,
        "DEALIX_MIGRATION_DATABASE_URL": empty_urls.owner,
        "DEALIX_BROKER_URL": engines.broker_url,
        "DEALIX_TEMPORAL_ADDRESS": engines.temporal_address,
        "DEALIX_TEMPORAL_REHEARSAL_ADDRESS": engines.temporal_address,
    }
    with Stack(tmp_path / "home", environment) as stack:
        record = stack.record()
        assert set(record["processes"]) == {"api", "durable_worker", "medium_worker"} | {
            "scheduler",
            "sandbox",
        }
        assert record["database_url"] == empty_urls.app
        person = next(one for one in record["sign_ins"] if "operator" in one["roles"])
        assert until(lambda: well(record["url"], person["token"]) >= ASKED, 30)
        with psycopg.connect(empty_urls.owner) as owner:
            assert owner.execute("SELECT count(*) FROM tenants").fetchone() == (2,)
