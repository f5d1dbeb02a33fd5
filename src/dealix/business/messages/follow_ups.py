"""What follows from each intent, as a table: the next move, who makes it, and when."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from dealix.i18n import N_

Action = Literal[
    "book", "send_pricing", "answer", "answer_and_follow_up", "stop", "follow_up", "partner_flow",
    "stop_for_good", "hold", "hand_over", "wait", "read",
]  # fmt: skip


@dataclass(frozen=True)
class FollowUp:
    """The next move after a message: a key for programs, a sentence for people.

    `after` is how long the move waits; `by_itself`: the system does it as the message comes in,
    every other move is a person's.
    """

    action: Action
    sentence: str
    after: timedelta | None = None
    by_itself: bool = False


FOLLOW_UPS: dict[str, FollowUp] = {
    "interested": FollowUp("book", N_("Offer times and book a meeting.")),
    "pricing_question": FollowUp("send_pricing", N_("Send the prices and offer a demo.")),
    "product_question": FollowUp("answer", N_("Answer the question and offer a demo.")),
    "meeting_request": FollowUp("book", N_("Book the meeting that they ask for.")),
    "objection": FollowUp(
        "answer_and_follow_up", N_("Answer the objection, then follow up."), timedelta(days=3)
    ),
    "not_interested": FollowUp("stop", N_("Stop this sequence.")),
    "not_now": FollowUp("follow_up", N_("Follow up in 30 days."), timedelta(days=30)),
    "partner_enquiry": FollowUp("partner_flow", N_("Start a partner approval.")),
    "opt_out": FollowUp(
        "stop_for_good", N_("Never write to them again, on any channel."), by_itself=True
    ),
    "support": FollowUp("hand_over", N_("Hand over to support.")),
    "out_of_office": FollowUp("wait", N_("Wait until they are back."), timedelta(days=7)),
    "other": FollowUp("read", N_("A person reads it.")),
}

HELD = FollowUp(
    "hold",
    N_("Nothing more goes to them until a person has read it and confirms or lifts that."),
    by_itself=True,
)
"""What follows where only the model has read that they ask to stop."""


def follow_up(intent: str, rule: str | None) -> FollowUp:
    """What follows from an intent; `rule` names the rule that found it, None for the model."""
    return HELD if is_unsure_stop(intent, rule) else FOLLOW_UPS[intent]


def is_unsure_stop(intent: str, rule: str | None) -> bool:
    """Whether only the model has read that somebody asks to stop."""
    return intent == "opt_out" and rule is None
