"""The gate's stage: our application over a socket, the sandbox as its mail server."""

import pytest
from pydantic import SecretStr
from tests.api.served import served
from tests.sandbox.conftest import Receiver, Sandbox
from tests.trust.approvals.gate import Gate

from dealix.api.app import create_app
from dealix.bootstrap import Services
from dealix.console.routes import add_pages
from dealix.processes.seed import Seed
from dealix.settings import Settings


@pytest.fixture(scope="module")
def gate(engines, database_urls, tmp_path_factory):
    home = tmp_path_factory.mktemp("gate")
    receiver = Receiver()
    sandbox = Sandbox(home / "sandbox", receiver.url)
    sandbox.start()
    settings = Settings(
        home=home,
        database_url=SecretStr(database_urls.app),
        temporal_address=engines.temporal_address,
        temporal_namespace=engines.namespace,
        secrets_file=engines.secrets_file,
        sandbox_url=f"http://{sandbox.http_address}",
        sandbox_smtp=f"127.0.0.1:{sandbox.smtp_port}",
        public_url="http://localhost:8000",
    )
    services = Services(settings)
    sign_ins = Seed(services.database, services.vault, home / "sign_ins.json").plant()
    with served(create_app(services, add_pages)) as url:
        made = Gate(services, sign_ins, sandbox, url)
        yield made
        for visitor in made.visitors:
            visitor.client.close()
    services.close()
    sandbox.stop()
    sandbox.client.close()
    receiver.close()
