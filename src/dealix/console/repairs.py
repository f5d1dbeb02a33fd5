"""What each repair of a case does, in one sentence."""

from collections.abc import Mapping
from typing import Any

from dealix.i18n import N_

HAPPENED = "happened"
REPAIRS: dict[tuple[str, str], str] = {
    ("in_doubt", HAPPENED): N_(
        "You found it at the provider: it counts as done, is not repeated, and the run goes on."
    ),
    ("in_doubt", "send_again"): N_(
        "You found nothing at the provider: it is done once more, and the run goes on."
    ),
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
        "The decision came after the end and changes nothing: you have told who took it."
    ),
    ("late_answer", "done_by_hand"): N_(
        "It took effect after all was taken back: you have taken it back yourself."
    ),
    ("cancelled_behind", "done_by_hand"): N_(
        "The run was cancelled in the engine itself: you have looked into who did it."
    ),
    ("unmatched", "done_by_hand"): N_(
        "The message belongs to no run: you have read it and seen to it."
    ),
    ("unrouted", "done_by_hand"): N_("The delivery belongs to nobody here: it is deleted unread."),
    ("anchor_in_doubt", HAPPENED): N_("The second owner has got this head of the audit."),
    ("anchor_in_doubt", "done_by_hand"): N_(
        "The second owner has not got it by itself: you have given it to them."
    ),
}


def repair(case: Mapping[str, Any], resolution: str) -> str:
    """The sentence of one repair of a case."""
    return REPAIRS[str(case["kind"]), resolution]
