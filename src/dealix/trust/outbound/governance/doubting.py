"""Who asks to stop by the model's reading alone: nothing goes to them until somebody reads it."""

from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import InvalidInput
from dealix.lanes.models import REAL, Run
from dealix.records.case_book import open_case
from dealix.store.session import tenant_of
from dealix.trust.access.rights import permit
from dealix.trust.outbound.governance.consents import ConsentBook
from dealix.trust.outbound.governance.schemas import BY_MODEL, EVERYTHING, Basis, Recorded

UNSURE = "unsure_stop"
"""The kind of the case that asks a person; its subject is the one who wrote."""
CONFIRM, LIFT = "confirm_stop", "lift_stop"


class Doubts:
    """Holds on the safe side, in the book of consents, and what a person makes of a hold."""

    def __init__(self, consents: ConsentBook) -> None:
        self.consents = consents

    def hold(self, session: Session, person_id: str, run_id: str | None) -> bool:
        """Opt a person out by the model's reading, with a case; False where they are already.

        What is played in a rehearsal or in practice holds there, and asks nobody.
        """
        run = session.get(Run, (tenant_of(session), run_id)) if run_id else None
        world = run.world if run is not None else REAL
        if self.consents.standing(session, person_id, world).opted_out:
            return False
        self._record(session, person_id, "opted_out", BY_MODEL, "system", world)
        if world == REAL:
            open_case(
                session,
                run_id=run_id,
                kind=UNSURE,
                subject=person_id,
                step="inbound_delivery",
                reason=BY_MODEL,
                at=clock.real_now(),
            )
        return True

    def settle(self, session: Session, actor: Actor, person_id: str, resolution: str) -> None:
        """Make of a hold an opt-out, or lift it; needs the right to record consents."""
        permit(actor, "consent.write")
        if resolution == CONFIRM:
            self._record(session, person_id, "opted_out", "reply", actor.user_id)
        elif resolution == LIFT:
            self._record(session, person_id, "lifted", "read_by_person", actor.user_id)
        else:
            raise InvalidInput("unknown_resolution", resolution=resolution)

    def _record(
        self,
        session: Session,
        person_id: str,
        event: Recorded,
        source: Basis,
        by: str,
        world: str = REAL,
    ) -> None:
        self.consents.record(
            session,
            person_id,
            event,
            channel=EVERYTHING,
            purpose=EVERYTHING,
            source=source,
            by=by,
            world=world,
        )
