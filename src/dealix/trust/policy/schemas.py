"""What policy is asked and what it answers."""

from dataclasses import dataclass
from typing import Any, Literal

from dealix.actors import Actor

Covers = Literal["packet", "bad_end", "standing"]
Canary = Literal["none", "inside", "outside"]


@dataclass(frozen=True)
class TokenFacts:
    """The token that was brought, as its row says; Rego compares each field with the question."""

    id: str
    tenant: str
    run: str
    action: str
    resource: str
    payload_hash: str
    covers: str
    used_by: str = ""


@dataclass(frozen=True)
class AuthorityFacts:
    """The authority table's version and those of its rows that concern the question."""

    version: int
    rows: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class GateFacts:
    """A gate that somebody wants to decide.

    `relations` names who stands in which relation to the requester, `vacant` the slots that only a
    deputy can fill now, `taken` the people who filled a slot of this run already, `escalated`
    those to whom an escalation gave the right to decide.
    """

    name: str
    slot: str
    requester: str
    taken: tuple[str, ...] = ()
    relations: tuple[tuple[str, str], ...] = ()
    vacant: tuple[str, ...] = ()
    escalated: tuple[str, ...] = ()


@dataclass(frozen=True)
class PolicyQuestion:
    """May this actor do this action on this resource with exactly this payload?

    `contexts` are the tenants to which everything that the action touches belongs; `canary` says
    whether a limited cohort is in force and whether the action lies inside it; `effect_key` is the
    ledger's key of the effect, by which a crashed effect is told from another one.
    """

    tenant: str
    actor: Actor
    action: str
    resource: str = ""
    payload_hash: str = ""
    run: str = ""
    effect_key: str = ""
    contexts: tuple[str, ...] = ()
    canary: Canary = "none"
    token: TokenFacts | None = None
    authority: AuthorityFacts = AuthorityFacts(0)
    gate: GateFacts | None = None

    def as_input(self) -> dict[str, Any]:
        """The question as Rego's `input`."""
        return {
            "tenant": self.tenant,
            "actor": {
                "id": self.actor.user_id,
                "kind": self.actor.kind,
                "roles": sorted(self.actor.roles),
            },
            "action": self.action,
            "resource": self.resource,
            "payload_hash": self.payload_hash,
            "run": self.run,
            "effect_key": self.effect_key,
            "contexts": [self.actor.tenant_id, *self.contexts],
            "canary": self.canary,
            "token": None if self.token is None else dict(vars(self.token)),
            "authority": {"version": self.authority.version, "rows": list(self.authority.rows)},
            "gate": _gate(self.gate or GateFacts("", "", "")),
        }


@dataclass(frozen=True)
class Verdict:
    """The answer: the rule that decided, a stable word for why, and by which versions."""

    allowed: bool
    rule: str
    reason: str
    action_class: str
    policy_version: str
    authority_version: int


def _gate(gate: GateFacts) -> dict[str, Any]:
    return {
        "name": gate.name,
        "slot": gate.slot,
        "requester": gate.requester,
        "taken": list(gate.taken),
        "relations": dict(gate.relations),
        "vacant": list(gate.vacant),
        "escalated": list(gate.escalated),
    }
