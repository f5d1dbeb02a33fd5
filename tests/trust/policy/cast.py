"""Questions, people and tenants for the tests of policy."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.trust.policy.ports import Person
from dealix.trust.policy.schemas import (
    AuthorityFacts,
    GateFacts,
    PolicyQuestion,
    TokenFacts,
)

TENANT, OTHER = "rawabi-sa", "rawabi-ae"
ACTOR = Actor(TENANT, "noura", frozenset({"director"}))
TOKEN = TokenFacts("tok_1", TENANT, "run_1", "email.send", "partner:1", "sha256:aa", "packet")
SEND = PolicyQuestion(
    tenant=TENANT,
    actor=ACTOR,
    action="email.send",
    resource="partner:1",
    payload_hash="sha256:aa",
    run="run_1",
    effect_key="run_1:send",
    token=TOKEN,
)
ROWS = (
    {
        "gate": "executive_approval",
        "slots": [
            {"name": "director", "roles": ["director"], "relation": None, "deputy_roles": ["vp"]},
            {"name": "manager", "roles": [], "relation": "manager", "deputy_roles": []},
        ],
    },
    {
        "gate": "manager_approval",
        "slots": [{"name": "ceo", "roles": ["ceo"], "relation": None, "deputy_roles": []}],
    },
)
DECIDE = PolicyQuestion(
    tenant=TENANT,
    actor=ACTOR,
    action="approval.decide",
    authority=AuthorityFacts(3, ROWS),
    gate=GateFacts("executive_approval", "director", "lina"),
)


@dataclass(frozen=True)
class Somebody:
    """A person of an invented company."""

    user_id: str
    roles: frozenset[str] = frozenset()
    manager_id: str | None = None


@dataclass
class Company:
    """A directory of invented people, the same in every tenant."""

    people: list[Somebody] = field(default_factory=list)

    def active_users(self, session: Session) -> Sequence[Person]:
        return self.people

    def given_by(self, _session: Session, _user_id: str) -> str | None:
        return None


def person(user_id: str, *roles: str, under: str | None = None) -> Somebody:
    return Somebody(user_id, frozenset(roles), under)


def make_tenants(owner_url: str) -> None:
    """Both example tenants, as the owner of the tables writes them."""
    with psycopg.connect(owner_url) as connection:
        for tenant, country in ((TENANT, "SA"), (OTHER, "AE")):
            connection.execute(
                "INSERT INTO tenants VALUES (%s, %s, %s, %s, 'Asia/Riyadh', '2026-01-01Z')",
                (tenant, tenant, tenant, country),
            )
