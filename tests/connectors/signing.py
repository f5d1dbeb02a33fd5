"""DocuSign of the sandbox as its client sees it, and a document to sign."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.sandbox.conftest import HMAC_KEYS, SIGNING_KEY, Sandbox

from dealix.connectors.esign import DocuSign, EnvelopeRequest, Signatory, reference_for
from dealix.connectors.secrets import LocalSecrets
from dealix.settings import Settings

opened: list[DocuSign] = []
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF\n"
ANCHORS = {"signature": "Signed by", "name": "Name", "title": "Title", "date": "Signed on"}
SIGNERS = (
    Signatory("نورة القحطاني", "noura@partner.example", 1, ANCHORS, 58),
    Signatory("Omar Nasser", "omar@dealix.example", 2),
)


def secrets_of(key: str = SIGNING_KEY, hmac_keys: str = " ".join(HMAC_KEYS)) -> LocalSecrets:
    return LocalSecrets(
        environment={
            "DEALIX_SECRET_DOCUSIGN_PRIVATE_KEY": key,
            "DEALIX_SECRET_DOCUSIGN_HMAC": hmac_keys,
        }
    )


def client_of(sandbox: Sandbox, key: str = SIGNING_KEY, **more: Any) -> DocuSign:
    given = {"sandbox_url": f"http://{sandbox.http_address}", "public_url": sandbox.webhook_base}
    return client_at(key, **given | more)


def client_at(key: str = SIGNING_KEY, **settings: Any) -> DocuSign:
    opened.append(DocuSign.of(Settings(**settings), secrets_of(key)))
    return opened[-1]


@pytest.fixture(autouse=True)
def clients_closed() -> Iterator[None]:
    """Every client that a test opens is closed at its end; imported where clients are opened."""
    yield
    while opened:
        opened.pop().close()


def request_for(key: str, **more: Any) -> EnvelopeRequest:
    facts: dict[str, Any] = {
        "reference": reference_for(key),
        "subject": "ورقة الشروط للتوقيع",
        "message": "Please sign.",
        "document_name": "ورقة الشروط.pdf",
        "document": PDF,
        "signers": SIGNERS,
    }
    return EnvelopeRequest(**facts | more)


def act(sandbox: Sandbox, envelope: str, what: str, **body: str) -> httpx.Response:
    """The other party signs or declines."""
    return sandbox.client.post(f"/_sandbox/esign/{envelope}/{what}", json=body)


def held(sandbox: Sandbox, key: str) -> list[dict[str, Any]]:
    """What DocuSign holds under our reference of a key."""
    answer = sandbox.client.get("/_sandbox/effects", params={"key": reference_for(key)})
    return list(answer.json())
