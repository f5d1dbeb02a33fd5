"""A run that has a document signed: database, sandbox and the webhooks that come back."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from tests.conftest import Urls
from tests.connectors.conftest import running, sandbox  # noqa: F401 (fixtures)
from tests.connectors.signing import PDF, act, client_of, clients_closed  # noqa: F401
from tests.lanes.test_inbox import RING, VAULT, a_run
from tests.sandbox.conftest import HMAC_KEYS, Receiver, Sandbox, wait_for
from tests.trust.outbound.staging import Policy

from dealix import clock
from dealix.business.signatures.models import EnvelopeEvent
from dealix.business.signatures.schemas import Agreement, SignatureState, Signer
from dealix.business.signatures.service import Signatures
from dealix.connectors.esign import DocuSign, reference_for
from dealix.connectors.secrets import Keyring, LocalSecrets
from dealix.lanes.inbox import Inbox
from dealix.lanes.models import Signal
from dealix.lanes.receipts import ReceiptBook
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.steps import StepFacts
from dealix.lanes.tenant_keys import TenantKeys
from dealix.records.models import Effect, Undo
from dealix.store.ids import new_id
from dealix.store.objects import Objects
from dealix.store.session import Database
from dealix.trust.outbound.effects import Post
from dealix.trust.outbound.envelopes import Envelopes
from dealix.trust.outbound.service import Outbound
from dealix.trust.outbound.undoing import undo_outside

TENANT = "rawabi-sa"
SEND = StepFacts("send_envelope", "esign", "request_id", "void_envelope", False, "look_up")
VOID = StepFacts("void_envelope", "esign", "request_id", None, True, "look_up", is_undo=True)
SECRETS = LocalSecrets(
    environment={
        "DEALIX_SECRET_DOCUSIGN_HMAC": " ".join(HMAC_KEYS),
        "DEALIX_SECRET_PERSON_KEK": RING,
        "DEALIX_SECRET_BLIND_INDEX": "blind",
    }
)
SIGNERS = (
    Signer("person_1", "partner_signatory", "نورة القحطاني", "noura@partner.example", 1),
    Signer("person_2", "company_signatory", "Omar Nasser", "omar@dealix.example", 2),
)
WITHDRAWN = "سحبنا الورقة TS-1."
AGREEMENT = Agreement("person_1", "ورقة الشروط", "terms.pdf", PDF, SIGNERS)


def unused(_rehearsal: bool) -> Any:
    raise AssertionError("a signature sends no letter and writes no CRM")


@dataclass
class Desk:
    """Everything around one run's signature."""

    database: Database
    objects: Objects
    sandbox: Sandbox
    receiver: Receiver
    client: DocuSign
    told: list[str] = field(default_factory=list)
    run_id: str = field(default_factory=lambda: new_id("run"))

    def __post_init__(self) -> None:
        post = Post(
            unused,
            unused,
            "a@dealix.example",
            unused,
            ReceiptBook(self.database),
            VAULT.blind_index,
            Envelopes(lambda _rehearsal: self.client),
        )
        self.signatures = Signatures(
            self.database, post, lambda _t, sig: self.told.append(sig), VAULT, self.objects
        )
        keys = TenantKeys(Keyring("codec.keys", {"k1": b"k" * 32}))
        takers = {"docusign": self.signatures.heard}
        self.inbox = Inbox(self.database, keys, VAULT, SECRETS, takers=takers)
        self.outbound = Outbound(self.database, Policy())
        with self.database.tenant(TENANT) as session:
            run = a_run(TENANT, self.run_id, timedelta(0))
            session.add(run)

    @property
    def key(self) -> str:
        return f"{self.run_id}:send_envelope"

    def call(self, **data: str) -> StepCall:
        return StepCall(
            tenant_id=TENANT,
            run_id=self.run_id,
            rehearsal=False,
            seq=1,
            key=self.key,
            at=clock.real_now(),
            data=data,
        )

    def send(self) -> StepResult:
        effect = self.signatures.send_for_signature(self.call(), AGREEMENT)
        return self.outbound.perform(SEND, self.call(), effect)

    def void(self) -> StepResult:
        call = self.call(undo_id=self.undo().id).model_copy(update={"key": f"undo:{self.key}"})
        with self.database.tenant(TENANT) as session:
            effect = self.signatures.void_envelope(session, call, WITHDRAWN)
        return undo_outside(self.outbound, VOID, call, effect)

    @property
    def envelope(self) -> str:
        found = self.client.look_up(reference_for(self.key))
        assert found is not None
        return found.envelope

    def act(self, what: str, **body: str) -> None:
        answer = act(self.sandbox, self.envelope, what, **body)
        assert answer.status_code == 200, answer.text

    def webhook(self, number: int = 0) -> tuple[dict[str, str], bytes]:
        """The headers and bytes of a webhook about our envelope, once it has come."""
        mine = wait_for(lambda: self.mine()[number:])
        return mine[0]

    def mine(self) -> list[tuple[dict[str, str], bytes]]:
        ref = reference_for(self.key).encode()
        return [(headers, body) for _, headers, body, _ in self.receiver.received if ref in body]

    def take(self, number: int = 0) -> None:
        """Receive a webhook, and let the sweeps do their work."""
        headers, raw = self.webhook(number)
        self.inbox.receive("docusign", headers, raw)
        self.sweep()

    def sweep(self) -> None:
        self.inbox.sweep()
        self.signatures.read_due()

    def state(self) -> SignatureState:
        found = self.signatures.state(TENANT, self.run_id)
        assert found is not None
        return found

    def events(self) -> list[EnvelopeEvent]:
        with self.database.tenant(TENANT) as session:
            return list(session.execute(select(EnvelopeEvent)).scalars())

    def undo(self) -> Undo:
        with self.database.tenant(TENANT) as session:
            return session.execute(select(Undo).where(Undo.key == self.key)).scalar_one()

    def signals(self) -> list[Signal]:
        with self.database.tenant(TENANT) as session:
            return list(session.execute(select(Signal)).scalars())

    def effect(self, key: str | None = None) -> Effect:
        with self.database.tenant(TENANT) as session:
            query = select(Effect).where(Effect.key == (key or self.key))
            return session.execute(query).scalar_one()

    def forged(self, **change: Any) -> tuple[dict[str, str], bytes]:
        """The webhook with other words under the old signature."""
        headers, raw = self.webhook()
        return headers, json.dumps(json.loads(raw) | change).encode()


@pytest.fixture
def desk(
    fresh_database: Database,
    fresh_urls: Urls,
    running: tuple[Sandbox, Receiver],  # noqa: F811
    sandbox: Sandbox,  # noqa: F811
    tmp_path: Path,
) -> Desk:
    receiver = running[1]
    receiver.received.clear()
    with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO tenants VALUES (%(t)s, %(t)s, %(t)s, 'SA', 'Asia/Riyadh', now())",
            {"t": TENANT},
        )
    return Desk(fresh_database, Objects(tmp_path), sandbox, receiver, client_of(sandbox))
