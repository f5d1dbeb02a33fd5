"""WhatsApp at the door: Meta's handshake and webhooks, and a contact's phone number."""

import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from tests.sandbox.conftest import Sandbox

from dealix.business.partners.examples import partner_example
from dealix.lanes import run_book

PATH = "/api/v1/webhooks/whatsapp"


@pytest.fixture(scope="module")
def secrets_of(engines) -> dict[str, str]:
    return json.loads(engines.secrets_file.read_text())


@pytest.fixture(scope="module")
def played(door, secrets_of, tmp_path_factory) -> Iterator[Sandbox]:
    """A sandbox that tells our own door, with the secrets of this installation."""
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox") / "home", door.url)
    sandbox.words = {
        "SANDBOX_WHATSAPP_APP_SECRET": secrets_of["whatsapp.app_secret"],
        "SANDBOX_WHATSAPP_VERIFY_TOKEN": secrets_of["whatsapp.verify_token"],
    }
    sandbox.start()
    yield sandbox
    sandbox.stop()
    sandbox.client.close()


def test_meta_trusts_the_address_after_its_handshake(played):
    answer = played.client.post("/_sandbox/whatsapp/handshake")
    assert answer.json() == {"subscribed": True, "status": 200}


def test_a_handshake_with_another_token_is_refused(door):
    query = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "x"}
    answer = door.client().get(PATH, params=query)
    assert (answer.status_code, answer.json()["code"]) == (403, "webhook_handshake")


def test_a_webhook_is_answered_by_200_and_a_forged_one_by_401(door, secrets_of):
    raw = b'{"object":"whatsapp_business_account","entry":[]}'
    digest = hmac.new(secrets_of["whatsapp.app_secret"].encode(), raw, hashlib.sha256).hexdigest()
    good = {"X-Hub-Signature-256": f"sha256={digest}"}
    client = door.client()
    assert client.post(PATH, content=raw, headers=good).status_code == 200
    forged = client.post(PATH, content=raw + b" ", headers=good)
    assert (forged.status_code, forged.json()["code"]) == (401, "webhook_signature")


def started(noura, number: int, **contact) -> dict:
    given = partner_example(number)
    given["contact"] |= contact
    answer = noura.post("/api/v1/runs", json={"workflow": "partner_approval", "input": given})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_phone_lies_in_the_vault_in_one_form_and_terms_go_to_it(door, noura):
    run_id = started(noura, 700, phone="٠٥٠ ١٢٣ ٤٥٦٧")["id"]
    partners = door.services.partners
    with door.services.database.tenant("rawabi-sa") as session:
        run = run_book.get(session, run_id)
        letter, again = (partners.offer_whatsapp(session, run) for _ in range(2))
        back = partners.retraction_whatsapp(session, run)
        other = partners.retraction_whatsapp(session, run)
        kept = session.execute(text("SELECT input FROM runs WHERE id = :id"), {"id": run_id}).one()
    assert letter is not None
    assert letter == again
    assert (letter.to, letter.locale) == ("+966501234567", "ar")
    assert letter.values[0] in letter.text
    assert letter.template == "dealix_partner_terms"
    assert back is not None
    assert other is not None
    assert other == back
    assert letter.payload_hash != back.payload_hash
    assert letter.payload_hash.startswith("sha256:")
    assert "501234567" not in f"{kept} {noura.get(f'/api/v1/runs/{run_id}').text}"


def test_without_a_phone_there_is_no_whatsapp_message(door, noura):
    run_id = started(noura, 701, phone=None)["id"]
    with door.services.database.tenant("rawabi-sa") as session:
        run = run_book.get(session, run_id)
        assert door.services.partners.offer_whatsapp(session, run) is None


def test_a_malformed_phone_is_refused_by_its_code_and_at_its_field(noura):
    given = partner_example(702)
    given["contact"]["phone"] = "12345 nobody"
    answer = noura.post("/api/v1/runs", json={"workflow": "partner_approval", "input": given})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "malformed_phone")
    assert problem["errors"][0]["field"].endswith("contact.phone")
    assert "12345" not in answer.text
