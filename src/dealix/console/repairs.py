"""What a case says of itself: why it is there, and what each repair does, in one sentence."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from dealix.console.speech import Speech
from dealix.error_codes import CODES
from dealix.errors import Conflict
from dealix.i18n import N_, sentence_of
from dealix.lanes.blocking import BLOCKED
from dealix.lanes.pipeline_worker import FAILED

HAPPENED = "happened"
REPAIRS: dict[tuple[str, str], str] = {
    ("in_doubt", HAPPENED): N_(
        "You found it at the provider: it counts as done, is not repeated, and the run goes on."
    ),
    ("in_doubt", "send_again"): N_(
        "You found nothing at the provider: it is done once more, and the run goes on."
    ),
    ("blocked", "retry"): N_("You have put right what stood in the way: the step is tried again."),
    ("undo_failed", "retry"): N_("The system tries once more to take it back."),
    ("undo_failed", "done_by_hand"): N_(
        "You took it back yourself: it counts as taken back, and nothing more is sent."
    ),
    ("undo_failed", "waive"): N_(
        "It stays outside as it is, and the record says who let it stay and why."
    ),
    ("ended_behind", "retry"): N_(
        "A new workflow of this run takes back what the one that was ended has left outside."
    ),
    ("late_delivery", "done_by_hand"): N_(
        "What came after the end changes nothing any more: you have told who said it."
    ),
    ("late_answer", "done_by_hand"): N_(
        "It took effect after all was taken back: you have taken it back yourself."
    ),
    ("cancelled_behind", "done_by_hand"): N_(
        "The run was cancelled in the engine itself: you have looked into who did it."
    ),
    ("still_in_force", "done_by_hand"): N_(
        "What all have signed stays in force: you have settled with the other side what follows."
    ),
    (FAILED, "done_by_hand"): N_(
        "You have looked into it: start the workflow again once the cause is gone."
    ),
    ("unmatched", "done_by_hand"): N_(
        "The message belongs to no run: you have read it and seen to it."
    ),
    ("unrouted", "done_by_hand"): N_("The delivery belongs to nobody here: it is deleted unread."),
    ("unsure_stop", "confirm_stop"): N_(
        "You have read it and they ask us to stop: nothing is sent to them any more."
    ),
    ("unsure_stop", "lift_stop"): N_(
        "You have read it and they ask for something else: messages may go to them again."
    ),
    ("anchor_in_doubt", HAPPENED): N_("The second owner has got this head of the audit."),
    ("anchor_in_doubt", "done_by_hand"): N_(
        "The second owner has not got it by itself: you have given it to them."
    ),
}


def repair(case: Mapping[str, Any], resolution: str) -> str:
    """The sentence of one repair of a case."""
    return REPAIRS[str(case["kind"]), resolution]


def why(speech: Speech, kind: str, reason: Any) -> Markup:
    """The reason of a case; of what stands in the way or has failed, the sentence of its code."""
    code, _, named = str(reason).partition(":")
    if kind in {BLOCKED, FAILED} and code in CODES:
        return escape(sentence_of(Conflict(code, clause=named, reason=named), speech.locale))
    return speech.word(reason)
