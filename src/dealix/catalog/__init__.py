"""The 22 workflows as data that judges itself: facts, rules, verdicts, and what is built."""

from dealix.catalog import begun, durable, durable_later, durable_moved, medium, short
from dealix.catalog.model import Facts, Row, Ruling, Step
from dealix.catalog.public import as_public
from dealix.catalog.words import Engine, Lane, Method, Undo
from dealix.errors import NotFound

__all__ = [
    "Engine",
    "Facts",
    "Lane",
    "Method",
    "Row",
    "Ruling",
    "Step",
    "Undo",
    "as_public",
    "flows_begun",
    "row",
    "rows",
]

# In the inventory's own order: short, medium, durable, as declared there.
_ROWS: tuple[Row, ...] = (
    *short.ROWS,
    medium.LEAD_QUALIFICATION,
    durable_moved.OUTREACH_SEQUENCE,
    durable_moved.MEETING_BOOKING,
    medium.PROPOSAL_GENERATION,
    durable_moved.AFFILIATE_ONBOARDING,
    medium.COMPLIANCE_SCAN,
    medium.EVIDENCE_PACK,
    medium.CONTRADICTION_SCAN,
    durable.PARTNER_APPROVAL,
    durable.DD_ROOM,
    durable.SIGNATURE,
    durable_later.MA_OFFER,
    durable_later.EXPANSION_LAUNCH,
    durable_later.PMI_PROGRAM,
)


def rows() -> tuple[Row, ...]:
    """Every workflow of the inventory, in its order."""
    return _ROWS


def flows_begun() -> tuple[Row, ...]:
    """The flows beside the inventory that only its workflows begin."""
    return begun.ROWS


def row(key: str) -> Row:
    """The workflow of this key, of the inventory or begun by one of it.

    Raises:
        NotFound: `unknown_workflow`, no row has the key.
    """
    for candidate in (*_ROWS, *begun.ROWS):
        if candidate.key == key:
            return candidate
    raise NotFound("unknown_workflow", workflow=key)
