"""Steps of every flow that has papers signed: send the envelope, and take it back."""

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy.orm import Session
from temporalio import activity

from dealix.business.signatures.schemas import Agreement
from dealix.business.signatures.service import Signatures
from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.lanes.schemas import EventState, StepCall, StepResult
from dealix.lanes.steps import facts_of, step, undo
from dealix.store.session import Database
from dealix.trust.outbound.service import Outbound, covered
from dealix.trust.outbound.undoing import undo_outside


class Agreeing(Protocol):
    """What a workflow's runs have signed."""

    def of(self, session: Session, run: Run) -> Agreement:
        """What a run has signed, the same each time until the terms change."""

    def withdrawal(self, session: Session, run: Run) -> str:
        """Why it is taken back, for those who were to sign: 200 characters at most."""


Agreements = Mapping[str, Agreeing]
"""By workflow."""


class SignatureActivities:
    """Step and undo of a signature; `agreements` says what each workflow's runs have signed."""

    def __init__(
        self,
        database: Database,
        signatures: Signatures,
        outbound: Outbound,
        agreements: Agreements,
    ) -> None:
        self.database = database
        self.signatures = signatures
        self.outbound = outbound
        self.agreements = agreements

    @step(
        "send_envelope",
        system="esign",
        method="request_id",
        undo="void_envelope",
        on_started="look_up",
    )
    def send_envelope(self, call: StepCall) -> StepResult:
        """Send for signature what was approved; what no approval covers goes back to the gate."""
        with self.database.tenant(call.tenant_id) as session:
            run = run_book.get(session, call.run_id)
            agreement = self.agreements[run.workflow].of(session, run)
        effect = self.signatures.send_for_signature(call, agreement)
        with self.database.tenant(call.tenant_id) as session:
            if not covered(session, call, effect):
                return StepResult(status="changed")
        return self.outbound.perform(facts_of(SignatureActivities.send_envelope), call, effect)

    @activity.defn(name="ask_signatories", no_thread_cancel_exception=True)
    def ask_signatories(self, call: StepCall) -> EventState:
        """Ask the provider once more, when a deadline has come: whether they acted in time."""
        self.signatures.refresh(call.tenant_id, call.run_id)
        state = self.signatures.state(call.tenant_id, call.run_id)
        return EventState(come=state is not None and state.event is not None)

    @undo("void_envelope", system="esign", method="request_id", on_started="look_up")
    def void_envelope(self, call: StepCall) -> StepResult:
        """Void the envelope that is out; what all have signed cannot be voided any more."""
        with self.database.tenant(call.tenant_id) as session:
            run = run_book.get(session, call.run_id)
            reason = self.agreements[run.workflow].withdrawal(session, run)
            effect = self.signatures.void_envelope(session, call, reason)
        facts = facts_of(SignatureActivities.void_envelope)
        return undo_outside(self.outbound, facts, call, effect)
