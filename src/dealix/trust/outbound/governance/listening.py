"""Hears what outsiders answer: who asks to stop is opted out in the moment it is stored."""

from sqlalchemy.orm import Session

from dealix.lanes.inbox import Heard
from dealix.lanes.models import REAL, Run
from dealix.language.stopping import asks_to_stop
from dealix.store.session import tenant_of
from dealix.trust.outbound.governance.consents import ConsentBook
from dealix.trust.outbound.governance.schemas import EVERYTHING


class Listener:
    """What the inbox calls with each message that it has stored, in the same transaction."""

    def __init__(self, consents: ConsentBook) -> None:
        self.consents = consents

    def __call__(self, session: Session, heard: Heard) -> None:
        """Opt the person out of everything, on every channel, when they say stop."""
        if heard.person_id is None or asks_to_stop(*heard.texts) is None:
            return
        run = session.get(Run, (tenant_of(session), heard.run_id)) if heard.run_id else None
        self.consents.record(
            session,
            heard.person_id,
            "opted_out",
            channel=EVERYTHING,
            purpose=EVERYTHING,
            source="reply",
            by="system",
            world=run.world if run is not None else REAL,
        )
