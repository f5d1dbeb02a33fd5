"""Policy in front of every outside effect: its class, its token, the run it belongs to."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from dealix.actors import system
from dealix.lanes.models import Run
from dealix.trust.outbound.service import OutsideEffect
from dealix.trust.policy import service
from dealix.trust.policy.engine import Evaluator
from dealix.trust.policy.schemas import PolicyQuestion


@dataclass(frozen=True)
class PolicyGatekeeper:
    """`Gatekeeper` by the Rego policies and the tokens that decisions issued."""

    engine: Evaluator

    def permit(self, session: Session, run: Run, effect: OutsideEffect, key: str) -> str | None:
        """See `Gatekeeper.permit`."""
        question = PolicyQuestion(
            tenant=run.tenant_id,
            actor=system(run.tenant_id),
            action=effect.action,
            resource=effect.resource,
            payload_hash=effect.payload_hash,
            run=run.id,
            effect_key=key,
        )
        return service.permit(session, question, chain=run.chain, engine=self.engine)
