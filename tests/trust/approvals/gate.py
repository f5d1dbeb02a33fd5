"""Requests at gates with all that people meet: the console over a socket, and a mail server."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from tests.console.visiting import Visitor
from tests.sandbox.conftest import Sandbox

from dealix import clock
from dealix.actors import Actor
from dealix.bootstrap import Services
from dealix.lanes import run_book
from dealix.processes.example_people import RAWABI_SA, SAUDI
from dealix.processes.seed import user_id
from dealix.records.audit.models import AuditRecord
from dealix.store.ids import new_id
from dealix.trust.access.models import SignInSession
from dealix.trust.approvals import links, rounds
from dealix.trust.approvals.models import Approval, ApprovalLink, Decision, Notice, Resubmission
from dealix.trust.approvals.schemas import ApprovalPacket, ListedEffect, Opening
from dealix.trust.policy.models import AuthorityTable

TENANT = RAWABI_SA.tenant_id
PEOPLE = {one.handle: one for one in SAUDI}
INSERT_RUN = (
    "INSERT INTO runs (tenant_id, id, workflow, lane, key, input_hash, input, status, started_by, "
    "rehearsal, chain, requested_at, started_at, engine_id) VALUES (:tenant, :run, "
    "'partner_approval', 'durable', :run, 'h', '{}', 'running', :starter, :rehearsal, :chain, "
    "now(), now(), :run)"
)


def id_of(handle: str) -> str:
    return user_id(RAWABI_SA, PEOPLE[handle])


def actor(handle: str) -> Actor:
    return Actor(TENANT, id_of(handle), frozenset(PEOPLE[handle].roles))


@dataclass
class Gate:
    services: Services
    sign_ins: list
    sandbox: Sandbox
    url: str = ""
    visitors: list[Visitor] = field(default_factory=list)

    def session(self):
        return self.services.database.tenant(TENANT)

    def opened(
        self,
        kind: str = "distribution",
        gate: str = "manager_approval",
        *,
        rehearsal: bool = False,
        run: str | None = None,
        round_: int = 1,
        score: int = 70,
        priority: str = "normal",
        starter: str = "noura",
    ) -> Approval:
        packet = ApprovalPacket(
            asks="partner.send_terms",
            subject={"name": "Najd Trading", "name_ar": "نجد للتجارة", "partner_type": kind},
            context={"fit_score": score, "currency": "SAR"},
            reversibility="partially",
            effects=[
                ListedEffect(
                    action="email.send", resource="r:send", payload_hash="h1", undo="retract_terms"
                ),
                ListedEffect(action="crm.write", resource="r:crm", payload_hash="h2"),
            ],
        )
        with self.session() as session:
            if run is None:
                run = new_id("run")
                values = {
                    "tenant": TENANT,
                    "run": run,
                    "starter": id_of(starter),
                    "rehearsal": rehearsal,
                    "chain": f"rehearsal:{run}" if rehearsal else "main",
                }
                session.execute(text(INSERT_RUN), values)
            opening = Opening(
                run_id=run,
                gate=gate,
                round=round_,
                kind="partner_approval",
                type=kind,
                requested_by=id_of("noura"),
                packet=packet,
                amount="400000",
                priority=priority,
            )
            if round_ > 1:
                self._answer_changes(session, opening)
            return self.services.approvals.open(session, opening, run_book.get(session, run))

    def _answer_changes(self, session: Session, opening: Opening) -> None:
        """The requester has answered the round before, else it is not asked again."""
        earlier = rounds.before(session, opening)
        assert earlier is not None
        session.add(
            Resubmission(
                tenant_id=TENANT,
                id=new_id("rsb"),
                approval_id=earlier.id,
                run_id=earlier.run_id,
                user_id=opening.requested_by,
                comment=None,
                answers={},
                received_at=clock.real_now(),
                at=clock.real_now(),
            )
        )
        session.flush()

    def link(self, approval: Approval, handle: str) -> str:
        """A fresh link's token, as the notice would hold it."""
        with self.session() as session:
            run = run_book.get(session, approval.run_id)
            token = links.mint(session, approval.id, id_of(handle), run.now())
            assert token is not None
            return token

    def links_of(self, approval: Approval) -> list[ApprovalLink]:
        with self.session() as session:
            query = select(ApprovalLink).where(ApprovalLink.approval_id == approval.id)
            return list(session.execute(query).scalars())

    def decisions(self, approval: Approval) -> list[Decision]:
        with self.session() as session:
            query = select(Decision).where(Decision.approval_id == approval.id)
            return list(session.execute(query).scalars())

    def notices(self, approval: Approval) -> list[Notice]:
        with self.session() as session:
            query = select(Notice).where(Notice.approval_id == approval.id).order_by(Notice.id)
            return list(session.execute(query).scalars())

    def refusals(self, approval: Approval) -> list[str]:
        with self.session() as session:
            query = select(AuditRecord).where(
                AuditRecord.action == "approval.refused", AuditRecord.subject == approval.run_id
            )
            return [row.data["code"] for row in session.execute(query).scalars()]

    def pass_time(self, approval: Approval, length: timedelta) -> None:
        """Let the run's own clock run ahead."""
        with self.session() as session:
            run_book.get(session, approval.run_id, lock=True).skipped += length

    def confirmed(self, handle: str, by: str) -> None:
        """As a second person, put into force what waits for somebody."""
        user = id_of(handle)
        grant = self.services.accounts.get(actor(by), user)["grant"]
        self.services.second_person.confirm(actor(by), user, grant["id"])

    def close(self, approval: Approval) -> None:
        with self.session() as session:
            run = run_book.get(session, approval.run_id)
            rounds.close_open(session, run, run.now())

    def visitor(self, handle: str | None = None, locale: str = "en") -> Visitor:
        """A browser: with the token of `handle` as its session, or of nobody."""
        token = None
        if handle is not None:
            email = f"{handle}@{TENANT}.example"
            token = next(one for one in self.sign_ins if one["email"] == email)["token"]
        made = Visitor(self.url, locale, token)
        self.visitors.append(made)
        return made

    def password(self, handle: str) -> str:
        email = f"{handle}@{TENANT}.example"
        return next(one for one in self.sign_ins if one["email"] == email)["password"]

    def signed_in(self, handle: str, *, remember: bool = False) -> Visitor:
        """A browser whose person has just signed in by password."""
        visitor = self.visitor()
        form = {
            "email": f"{handle}@{TENANT}.example",
            "password": self.password(handle),
            "next": "/profile",
        }
        page = visitor.post("/sign-in", form | ({"remember": "true"} if remember else {}))
        assert page.path == "/profile", page.text
        return visitor

    def grow_stale(self, handle: str) -> None:
        """Let the last touch of every session of this person lie an hour back."""
        with self.session() as session:
            query = select(SignInSession).where(SignInSession.user_id == id_of(handle))
            for row in session.execute(query).scalars():
                row.touched_at = clock.real_now() - timedelta(hours=1)

    def allow_link_only(self, kind: str, gate: str) -> None:
        """A new version of the authority table whose row takes a link alone; two people make it."""
        book = self.services.seating.book
        with self.session() as session:
            rows = [dict(row) for row in book.active(session).rows]
            for row in rows:
                if (row["kind"], row["gate"]) == ("partner_approval", gate):
                    row["by_link"] = row["type"] in {kind, "*"}
                    row["touch"] = row["touch"] and not row["by_link"]
            version = book.propose(session, actor("bandar"), rows)
            book.activate(session, actor("sultan"), version)

    def table(self, version: int) -> AuthorityTable:
        with self.session() as session:
            return session.get_one(AuthorityTable, (TENANT, version))

    def mails(self, handle: str, about: Approval) -> list[dict]:
        """What the mail server holds for this person about a request's run."""
        found = self.sandbox.client.get("/_sandbox/effects").json()
        keys = {one.id for one in self.notices(about) if one.user_id == id_of(handle)}
        assert keys, "no notice was stored"
        address = f"{handle}@{TENANT}.example"
        own = {self.message_id(about, one.kind, handle) for one in self.notices(about)}
        return [
            row
            for row in found
            if row["provider"] == "smtp"
            and address in str(row["body"]["to"])
            and row["idempotency_key"].strip("<>") in own
        ]

    def message_id(self, approval: Approval, kind: str, handle: str) -> str:
        from dealix.connectors.email import message_id_for

        key = f"notice:{approval.id}:{kind}:{id_of(handle)}"
        return message_id_for(key, self.services.settings.smtp_from).strip("<>")


def tokens_in(body: str) -> list[str]:
    return re.findall(r"/d/([A-Za-z0-9_-]{43})", body)
