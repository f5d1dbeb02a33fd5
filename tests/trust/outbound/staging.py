"""A stored run, a provider that does what a test says, and a policy that may say no."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dealix.errors import NotEntitled
from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.steps import StepFacts
from dealix.records.models import Case, Effect, Undo
from dealix.records.schemas import Reply
from dealix.store.session import Database
from dealix.trust.outbound.service import Outbound, OutsideEffect

TENANT, RUN = "rawabi-sa", "run_1"
AT = datetime(2027, 3, 1, 8, tzinfo=UTC)
KEY = f"{RUN}:send"


@dataclass
class Provider:
    """Answers in the order given: an exception is raised, a reply (or None) is returned."""

    answers: list[Exception | Reply | None] = field(default_factory=list)
    looks: list[Exception | Reply | None] = field(default_factory=list)
    calls: int = 0
    asked: int = 0

    def call(self) -> Reply:
        self.calls += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        assert answer is not None
        return answer

    def look_up(self) -> Reply | None:
        self.asked += 1
        answer = self.looks.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Policy:
    """Permits everything, or refuses everything."""

    refuses: bool = False

    def permit(self, session: Session, run: Run, effect: OutsideEffect, key: str) -> str | None:
        if self.refuses:
            raise NotEntitled("policy_denied", reason="no token")
        return "tok_1"


@dataclass
class Stage:
    """One run and one step, tried as often as a test likes."""

    database: Database
    provider: Provider
    policy: Policy

    def facts(self, on_started: str = "resend") -> StepFacts:
        return StepFacts("send", "crm", "upsert", "take_back", False, on_started)  # type: ignore[arg-type]

    def undo_facts(self) -> StepFacts:
        return StepFacts("take_back", "crm", "upsert", None, True, "ask", is_undo=True)

    def call(self, key: str = KEY, **data: str) -> StepCall:
        return StepCall(
            tenant_id=TENANT,
            run_id=RUN,
            rehearsal=False,
            seq=1,
            key=key,
            at=AT,
            reason="cancelled",
            data=data,
        )

    def effect(self) -> OutsideEffect:
        return OutsideEffect(
            "crm.write", f"{RUN}:send", "h", "row", self.provider.call, self.provider.look_up
        )

    def attempt(self, on_started: str = "resend") -> StepResult:
        outbound = Outbound(self.database, self.policy)
        return outbound.perform(self.facts(on_started), self.call(), self.effect())

    def row(self, key: str = KEY) -> Effect:
        with self.database.tenant(TENANT) as session:
            return session.execute(select(Effect).where(Effect.key == key)).scalar_one()

    def undo(self) -> Undo:
        with self.database.tenant(TENANT) as session:
            return session.execute(select(Undo).where(Undo.key == KEY)).scalar_one()

    def cases(self) -> list[Case]:
        with self.database.tenant(TENANT) as session:
            return list(session.execute(select(Case).order_by(Case.id)).scalars())

    def run(self) -> Run:
        with self.database.tenant(TENANT) as session:
            return run_book.get(session, RUN)

    def records(self, action: str) -> int:
        with self.database.tenant(TENANT) as session:
            query = text("SELECT count(*) FROM audit_records WHERE action = :action")
            return int(session.execute(query, {"action": action}).scalar_one())


def staged(database: Database) -> Iterator[Stage]:
    with database.tenant(TENANT) as session:
        session.execute(
            text(
                "INSERT INTO runs (tenant_id, id, workflow, lane, key, input_hash, input, "
                "status, started_by, rehearsal, chain, requested_at, started_at, engine_id) "
                "VALUES (:tenant, :run, 'w', 'durable', :run, 'h', '{}', 'running', 'u', "
                "false, 'main', now(), now(), :run)"
            ),
            {"tenant": TENANT, "run": RUN},
        )
    yield Stage(database, Provider(), Policy())
