"""The book of consents: append-only events, and what they add up to for one message."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.errors import InvalidInput
from dealix.lanes.models import PRACTICE, REAL
from dealix.records import audit
from dealix.store.ids import new_id
from dealix.store.session import tenant_of
from dealix.trust.outbound.governance.models import ConsentEvent
from dealix.trust.outbound.governance.schemas import (
    BY_MODEL,
    CHANNELS,
    DATA_SHARING,
    EVERYTHING,
    OWN_WORD,
    PURPOSES,
    Basis,
    Purpose,
    Recorded,
)
from dealix.trust.privacy import Vault

FIELD_OF = {"email": "email", "whatsapp": "phone", "sms": "phone"}
"""The field of the vault that is a person's address on each channel."""


@dataclass
class Standing:
    """What the events of a person, and of their addresses, add up to."""

    told: bool = False
    """Whether they asked us to stop, by their own words."""
    held: set[str] = field(default_factory=set)
    """The persons for whom only a model has read it, until somebody confirms or lifts that."""
    given: dict[tuple[str, str], str] = field(default_factory=dict)
    """The source of each consent in force, by channel and purpose."""
    sharing: str | None = None
    """The source of the consent to sharing personal data; it says nothing of messages."""

    @property
    def opted_out(self) -> bool:
        """Whether nothing may go to them."""
        return self.told or bool(self.held)

    def add(self, event: ConsentEvent, *, own: bool) -> None:
        """Take one event more into account; `own`: it names this person, not just an address."""
        if event.event in {"opted_out", "lifted"}:
            self._stop(event)
            return
        if not own:
            return
        if event.purpose in {DATA_SHARING, EVERYTHING} and event.event == "withdrawn":
            self.sharing = None
        if event.purpose == DATA_SHARING:
            self.sharing = event.source if event.event == "given" else self.sharing
            return
        for place in _places(event.channel, event.purpose):
            if event.event == "given":
                self.given[place] = event.source
            else:
                self.given.pop(place, None)
        if event.event == "given" and event.source in OWN_WORD:
            self.told = False
            self.held.clear()

    def _stop(self, event: ConsentEvent) -> None:
        """Take an opt-out into account; only what a model has read is lifted again."""
        if event.event == "lifted":
            self.held.discard(event.person_id)
        elif event.source == BY_MODEL:
            self.held.add(event.person_id)
        else:
            self.told = True


class ConsentBook:
    """Records and reads consents inside the caller's transaction."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    def record(
        self,
        session: Session,
        person_id: str,
        event: Recorded,
        *,
        channel: str,
        purpose: str,
        source: Basis,
        by: str,
        world: str = REAL,
    ) -> None:
        """Append one event with its audit record; an opt-out holds for every known address."""
        hashes: Iterable[str | None] = (None,)
        if event in {"opted_out", "lifted"}:
            hashes = sorted(self.hashes(session, person_id).values()) or (None,)
        common = {
            "tenant_id": tenant_of(session),
            "world": world,
            "person_id": person_id,
            "channel": channel,
            "purpose": purpose,
            "event": event,
            "source": source,
            "recorded_by": by,
            "at": clock.now(),
            "recorded_at": clock.real_now(),
        }
        rows = [{**common, "id": new_id("con"), "address_hash": each} for each in hashes]
        session.execute(insert(ConsentEvent), rows)
        data = {"channel": channel, "purpose": purpose, "source": source, "world": world}
        played = world != REAL and not world.startswith(PRACTICE)
        chain = audit.rehearsal_chain(world) if played else audit.MAIN
        audit.append(session, by, f"consent.{event}", person_id, data, chain)

    def vouch(
        self,
        session: Session,
        person_id: str,
        purpose: Purpose,
        *,
        by: str,
        world: str = REAL,
    ) -> None:
        """Consent to business correspondence, on the word of who starts it, for known addresses.

        Raises:
            InvalidInput: `contact_opted_out`: only the person's own word opens it again.
        """
        if self.standing(session, person_id, world).opted_out:
            raise InvalidInput("contact_opted_out")
        known = self.hashes(session, person_id)
        for channel in CHANNELS:
            if FIELD_OF[channel] in known:
                self.record(
                    session,
                    person_id,
                    "given",
                    channel=channel,
                    purpose=purpose,
                    source="given_by_starter",
                    by=by,
                    world=world,
                )

    def standing(self, session: Session, person_id: str, world: str = REAL) -> Standing:
        """Where a person stands; a rehearsal or practice adds its own events to the real."""
        addresses = self.hashes(session, person_id)
        query = (
            select(ConsentEvent)
            .where(
                ConsentEvent.world.in_({REAL, world}),
                or_(
                    ConsentEvent.person_id == person_id,
                    ConsentEvent.address_hash.in_(sorted(set(addresses.values()))),
                ),
            )
            .order_by(ConsentEvent.recorded_at, ConsentEvent.id)
        )
        standing = Standing()
        for event in session.scalars(query):
            standing.add(event, own=event.person_id == person_id)
        return standing

    def hashes(self, session: Session, person_id: str) -> dict[str, str]:
        """The blind index of each address of a person; none once they are erased."""
        clear = self.vault.reveal(session, person_id)
        fields = sorted(set(FIELD_OF.values()) & set(clear))
        return {name: self.vault.blind_index(clear[name]) for name in fields}


def _places(channel: str, purpose: str) -> list[tuple[str, str]]:
    channels = CHANNELS if channel == EVERYTHING else (channel,)
    purposes = PURPOSES if purpose == EVERYTHING else (purpose,)
    return [(each, wanted) for each in channels for wanted in purposes]
