import contextlib
from dataclasses import dataclass, field

import httpx
import pytest
from pydantic import SecretStr
from tests.api.served import served
from tests.console.visiting import Visitor
from tests.sandbox.conftest import Sandbox

from dealix.api.app import create_app
from dealix.bootstrap import Services
from dealix.processes.seed import Seed
from dealix.settings import Settings

UI = "http://127.0.0.1:8233"


@dataclass
class Door:
    """The API over real engines, and the people of the example company."""

    services: Services
    sign_ins: list
    url: str = ""
    clients: list = field(default_factory=list)

    def person(self, handle: str, tenant: str = "rawabi-sa") -> dict:
        return next(one for one in self.sign_ins if one["email"] == f"{handle}@{tenant}.example")

    def client(
        self, handle: str | None = None, tenant: str = "rawabi-sa", **headers
    ) -> httpx.Client:
        """A program: with the token of `handle`, or of nobody."""
        if handle is not None:
            headers["Authorization"] = f"Bearer {self.person(handle, tenant)['token']}"
        made = httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)
        self.clients.append(made)
        return made


@pytest.fixture(scope="module")
def door(engines, database_urls, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    settings = Settings(
        home=home,
        database_url=SecretStr(database_urls.app),
        broker_url=SecretStr(engines.broker_url),
        temporal_address=engines.temporal_address,
        temporal_namespace=engines.namespace,
        temporal_rehearsal_address=engines.temporal_address,
        temporal_rehearsal_namespace=engines.rehearsal_namespace,
        temporal_ui_url=f"{UI}/namespaces",
        secrets_file=engines.secrets_file,
        max_body_bytes=20_000,
    )
    services = Services(settings)
    sign_ins = Seed(services.database, services.vault, home / "sign_ins.json").plant()
    with served(create_app(services)) as url:
        made = Door(services, sign_ins, url)
        yield made
        for client in made.clients:
            client.close()
    services.close()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """The providers, played; they tell nobody of anything."""
    made = Sandbox(tmp_path_factory.mktemp("sandbox") / "home", "http://127.0.0.1:9")
    made.start()
    yield made
    made.stop()
    made.client.close()


@pytest.fixture
def visiting():
    """Opens windows of people, and closes them however the test ends."""
    with contextlib.ExitStack() as windows:

        def window(*given):
            visitor = Visitor(*given)
            windows.callback(visitor.client.close)
            return visitor

        yield window


@pytest.fixture
def noura(door):
    return door.client("noura")
