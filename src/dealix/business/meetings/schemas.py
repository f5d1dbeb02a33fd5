"""What is handed over with a meeting, so that who holds it asks nothing twice."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from dealix.business.partners.schemas import Line, Strict
from dealix.business.proposals.schemas import Ident
from dealix.connectors.data_class import DataClass
from dealix.decision_rules import complete, must
from dealix.lanes.provenance import Provenance

RESTRICTED = DataClass.RESTRICTED
HandoffKey = Literal[
    "contact_confirmed",
    "consent_on_record",
    "need_understood",
    "budget_known",
    "timing_known",
    "language_agreed",
    "documents_shared",
    "next_step_agreed",
]
HANDOFF_KEYS: tuple[HandoffKey, ...] = (
    "contact_confirmed", "consent_on_record", "need_understood", "budget_known", "timing_known",
    "language_agreed", "documents_shared", "next_step_agreed",
)  # fmt: skip
"""What is looked at before every handover; none may be left out."""
LONGEST_HOURS = 8


class BookedMeeting(Strict):
    """The meeting, as the calendar has it."""

    booking_id: Ident
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    language: Literal["ar", "en"]
    held: Literal["in_person", "video", "phone"]

    @model_validator(mode="after")
    def _has_a_length(self) -> "BookedMeeting":
        hours = (self.ends_at - self.starts_at).total_seconds() / 3600
        must(0 < hours <= LONGEST_HOURS, "dates_differ", "a meeting ends after it starts, that day")
        return self


class HandoffItem(Strict):
    """One line of the list: done by whom and when, or open until when."""

    key: HandoffKey
    state: Literal["done", "open", "not_applicable"]
    done_by_person_id: Annotated[Ident | None, RESTRICTED] = None
    done_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    evidence_id: Ident | None = None
    note: Line | None = None

    @model_validator(mode="after")
    def _says_what_its_state_needs(self) -> "HandoffItem":
        known = self.done_by_person_id is not None and self.done_at is not None
        none = self.done_by_person_id is None and self.done_at is None
        must(known if self.state == "done" else none, "state_differs", "done names who and when")
        must((self.state == "open") == (self.due_at is not None), "state_differs", "open has a day")
        unsaid = self.state == "not_applicable" and self.note is None
        must(not unsaid, "state_differs", "what does not apply says why")
        return self


class HandoffChecklist(Strict):
    """Whether a lead can be handed over with its meeting, and who gives it to whom.

    Every item of `HANDOFF_KEYS` stands in it once. It is `ready` where none is open, and only then
    may it have been accepted.
    """

    handoff_id: Ident
    lead_id: Ident
    deal_id: Ident | None = None
    qualification_run_id: Ident | None = None
    meeting: BookedMeeting
    guest_person_id: Annotated[Ident, RESTRICTED]
    given_by_person_id: Annotated[Ident, RESTRICTED]
    taken_by_person_id: Annotated[Ident, RESTRICTED]
    items: Annotated[list[HandoffItem], Field(max_length=len(HANDOFF_KEYS))]
    ready: bool
    accepted_at: AwareDatetime | None = None
    provenance: Provenance

    @model_validator(mode="after")
    def _whole(self) -> "HandoffChecklist":
        complete("items", (each.key for each in self.items), HANDOFF_KEYS)
        other = self.given_by_person_id != self.taken_by_person_id
        must(other, "same_person", "a handover is from one person to another")
        is_open = any(each.state == "open" for each in self.items)
        must(self.ready != is_open, "ready_differs", "ready is what has nothing open, only that")
        must(
            self.accepted_at is None or self.ready,
            "ready_differs",
            "only what is ready is accepted",
        )
        consent = next(each for each in self.items if each.key == "consent_on_record")
        must(consent.state != "not_applicable", "consent_needed", "consent always applies")
        return self
