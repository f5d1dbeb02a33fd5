"""A sandbox as a real process, a receiver of its webhooks, and a company's mails and CRM writes."""

import base64
import os
import secrets
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from dealix.engines.secrets_file import public_half, rsa_key
from dealix.settings import Settings

SECRET = "whsec_" + base64.b64encode(b"a secret of the test, 32 bytes..").decode()
TOKEN = "hubspot-token-of-the-test"
WHATSAPP_TOKEN = "whatsapp-token-of-the-test"
APP_SECRET = "app-secret-of-the-test"
VERIFY_TOKEN = "verify-token-of-the-test"
HMAC_KEYS = ("docusign-key-of-the-test", "docusign-key-to-come")
WATHQ_KEY = "wathq-key-of-the-test"
OPENCORPORATES_TOKEN = "opencorporates-token-of-the-test"
MODEL_KEY = "model-key-of-the-test"
EMBEDDINGS_KEY = "embeddings-key-of-the-test"
OPENCLAW_TOKEN = "openclaw-token-of-the-test"
SIGNING_KEY = rsa_key()
UPSERT = "/crm/v3/objects/companies/batch/upsert"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for(condition: Callable[[], Any], seconds: float = 10) -> Any:
    """What `condition` finds as soon as it finds something; an AssertionError if it never does."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return found


class Receiver:
    """Our side of the webhooks: keeps what came, answers what it is told to."""

    def __init__(self) -> None:
        self.received: list[tuple[str, dict[str, str], bytes, float]] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = outer.answers.pop(0) if outer.answers else 204
                outer.received.append((self.path, headers, body, time.monotonic()))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Sandbox:
    """The process, restartable on the same ports and home, and the calls that tests make of it."""

    def __init__(self, home: Path, webhook_base: str) -> None:
        self.home = home
        self.scope = secrets.token_hex(6)
        self.http_address = f"127.0.0.1:{free_port()}"
        self.smtp_port = free_port()
        self.webhook_base = webhook_base
        self.client = httpx.Client(base_url=f"http://{self.http_address}", trust_env=False)
        self.process: subprocess.Popen[bytes] | None = None
        self.words: dict[str, str] = {}

    def start(self) -> None:
        self.process = self.launch()
        wait_for(self._alive, 20)

    def launch(self) -> "subprocess.Popen[bytes]":
        arguments = ["--http", self.http_address, "--smtp", f"127.0.0.1:{self.smtp_port}"]
        arguments += ["--home", str(self.home), "--webhook-base", self.webhook_base]
        source = Path(__file__).parents[2] / "src"
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(source),
            "SANDBOX_SMTP_WEBHOOK_SECRET": SECRET,
            "SANDBOX_HUBSPOT_TOKEN": TOKEN,
            "SANDBOX_WHATSAPP_TOKEN": WHATSAPP_TOKEN,
            "SANDBOX_WHATSAPP_APP_SECRET": APP_SECRET,
            "SANDBOX_WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
            "SANDBOX_DOCUSIGN_HMAC_KEYS": " ".join(HMAC_KEYS),
            "SANDBOX_DOCUSIGN_PUBLIC_KEY": public_half(SIGNING_KEY),
            "SANDBOX_DOCUSIGN_INTEGRATION_KEY": Settings().docusign_integration_key,
            "SANDBOX_WATHQ_KEY": WATHQ_KEY,
            "SANDBOX_OPENCORPORATES_TOKEN": OPENCORPORATES_TOKEN,
            "SANDBOX_MODEL_KEY": MODEL_KEY,
            "SANDBOX_EMBEDDINGS_KEY": EMBEDDINGS_KEY,
            "SANDBOX_OPENCLAW_TOKEN": OPENCLAW_TOKEN,
            **self.words,
        }
        command = [sys.executable, "-m", "dealix.sandbox", *arguments]
        with (self.home.parent / "log").open("ab") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def _alive(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.home.parent / "log").read_text()
        try:
            return self.client.get("/_sandbox/health").status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(10)

    @property
    def log(self) -> str:
        return (self.home.parent / "log").read_text()

    def rows(self, what: str, **query: Any) -> list[dict[str, Any]]:
        query.setdefault("scope", self.scope)
        answer = self.client.get(f"/_sandbox/{what}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, provider: str, fault: str, **more: Any) -> dict[str, Any]:
        answer = self.client.post(
            "/_sandbox/faults", json={"provider": provider, "fault": fault, **more}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    def upsert(
        self,
        *inputs: dict[str, Any],
        path: str = UPSERT,
        headers: dict[str, str] | None = None,
        client: httpx.Client | None = None,
    ) -> httpx.Response:
        own = {"authorization": f"Bearer {TOKEN}", "x-sandbox-scope": self.scope}
        target = client or self.client
        return target.post(path, json={"inputs": list(inputs)}, headers=own | (headers or {}))

    def mail(
        self, message_id: str = "<m1@dealix.example>", **more: Any
    ) -> tuple[int, bytes] | Exception:
        """Send one mail by smtplib; the server's last answer, or what smtplib raised."""
        message = self.message(message_id, **more)
        client = smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10)
        try:
            client.ehlo("dealix.example")
            client.mail("partners@dealix.example")
            client.rcpt(str(message["To"]))
            return client.data(message.as_bytes(policy=policy.SMTP))
        except (smtplib.SMTPException, OSError) as error:
            return error
        finally:
            client.close()

    def message(
        self,
        message_id: str,
        to: str = "sami@partner.example",
        subject: str = "Terms",
        text: str = "Our terms.",
        **headers: str,
    ) -> EmailMessage:
        message = EmailMessage()
        message["From"] = "Dealix <partners@dealix.example>"
        message["To"] = to
        message["Subject"] = subject
        message["Message-ID"] = message_id
        message["X-Sandbox-Scope"] = self.scope
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        return message


def company(ref: str, key: str | None, **properties: str) -> dict[str, Any]:
    """One input of a batch upsert."""
    one: dict[str, Any] = {"idProperty": "ext_ref", "id": ref, "properties": properties}
    return one | ({"objectWriteTraceId": key} if key else {})


@pytest.fixture(scope="session")
def receiver_server() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def receiver(receiver_server: Receiver) -> Receiver:
    receiver_server.received.clear()
    receiver_server.answers.clear()
    return receiver_server


@pytest.fixture(scope="session")
def shared(
    tmp_path_factory: pytest.TempPathFactory, receiver_server: Receiver
) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox") / "home", receiver_server.url)
    sandbox.start()
    yield sandbox
    ended = sandbox.stop()
    sandbox.client.close()
    assert ended == 0
    assert "Traceback" not in sandbox.log, sandbox.log


@pytest.fixture
def sandbox(shared: Sandbox, receiver: Receiver) -> Iterator[Sandbox]:
    """The shared sandbox under a scope of its own; faults are lifted afterwards."""
    shared.scope = secrets.token_hex(6)
    yield shared
    assert shared.client.delete("/_sandbox/faults").status_code == 200


@pytest.fixture
def own_sandbox(tmp_path: Path, receiver: Receiver) -> Iterator[Sandbox]:
    """A sandbox that a test may kill."""
    sandbox = Sandbox(tmp_path / "home", receiver.url)
    sandbox.start()
    yield sandbox
    sandbox.kill()
    sandbox.client.close()
