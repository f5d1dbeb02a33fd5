"""What was done, by whom, on what: append-only, chained per tenant, verifiable by anyone."""

from dealix.records.audit.anchors import Anchor, read_anchors
from dealix.records.audit.reading import (
    export,
    last_doer,
    latest,
    newest,
    said_of,
    slice_of_run,
    slice_of_time,
    verify_file,
)
from dealix.records.audit.schemas import Entry, Finding, Head, Verification
from dealix.records.audit.sealing import Sealer, head_of, seal, seal_all, settle
from dealix.records.audit.verifying import verify
from dealix.records.audit.writing import MAIN, append, rehearsal_chain

__all__ = [
    "MAIN",
    "Anchor",
    "Entry",
    "Finding",
    "Head",
    "Sealer",
    "Verification",
    "append",
    "export",
    "head_of",
    "last_doer",
    "latest",
    "newest",
    "read_anchors",
    "rehearsal_chain",
    "said_of",
    "seal",
    "seal_all",
    "settle",
    "slice_of_run",
    "slice_of_time",
    "verify",
    "verify_file",
]
