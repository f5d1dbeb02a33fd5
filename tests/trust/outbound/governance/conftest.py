"""Runs of one company, people outside with addresses, and the judge of their messages."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.trust.access.company import hire

from dealix import clock
from dealix.connectors.secrets import LocalSecrets
from dealix.lanes.models import Run
from dealix.lanes.sent_messages import expect_answers
from dealix.store.ids import new_id
from dealix.trust.outbound.governance import ConsentBook, Governance, OutsideMessage, opt_out_line
from dealix.trust.privacy import Vault

NOON = datetime(2026, 4, 6, 9, tzinfo=UTC)  # a Monday noon in Riyadh
NIGHT = datetime(2026, 4, 6, 20, tzinfo=UTC)
MORNING = datetime(2026, 4, 7, 5, tzinfo=UTC)


@dataclass
class Company:
    """A tenant of its own, so that the tests of a module share one database."""

    database: object
    vault: Vault
    tenant: str

    @property
    def book(self):
        return ConsentBook(self.vault)

    def person(self, email="sami@partner.example", phone="+966500000001", vouched=True):
        person_id = new_id("person")
        with self.database.tenant(self.tenant) as session:
            self.vault.add(session, person_id, {"name": "سامي", "email": email, "phone": phone})
            if vouched:
                self.book.vouch(session, person_id, "partnership", by="usr_1")
        return person_id

    def run(self, *, rehearsal=False, practice=False, by="usr_1"):
        run_id = new_id("run")
        now = clock.real_now()
        with self.database.tenant(self.tenant) as session:
            session.add(
                Run(
                    tenant_id=self.tenant,
                    id=run_id,
                    workflow="partner_approval",
                    lane="durable",
                    key=run_id,
                    input_hash="-",
                    input={},
                    status="running",
                    started_by=by,
                    rehearsal=rehearsal,
                    practice=practice,
                    chain=f"rehearsal:{run_id}" if rehearsal else "main",
                    requested_at=now,
                    started_at=now,
                    skipped=timedelta(0),
                    engine_id=run_id,
                )
            )
        return run_id

    def message(self, person, run=None, **changed):
        key = new_id("key")
        made = OutsideMessage(
            channel="email",
            person_id=person,
            purpose="partnership",
            message_id=f"<{key}@rawabi.example>",
            effect_key=key,
            run_id=run or self.run(),
            text=f"Dear Sami\n{opt_out_line('en')}\n",
            address="sami@partner.example",
        )
        return replace(made, **changed)

    def judge(self, message, at=NOON):
        with self.database.tenant(self.tenant) as session:
            return Governance(self.book).judge(session, message, at)

    def sent(self, message, at=NOON):
        with self.database.tenant(self.tenant) as session:
            expect_answers(
                session,
                message_id=message.message_id,
                run_id=message.run_id,
                person_id=message.person_id,
                effect_key=message.effect_key,
                channel=message.channel,
                at=at,
            )


@pytest.fixture
def company(engines, database):
    vault = Vault(LocalSecrets(engines.secrets_file, {}))
    tenant = new_id("tenant")
    hire(database, vault, tenant, "compliance_officer")
    return Company(database, vault, tenant)
