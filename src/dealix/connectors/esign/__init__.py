"""Whoever has documents signed electronically: a Protocol and the client for DocuSign."""

from dealix.connectors.esign.docusign import DocuSign, ESign
from dealix.connectors.esign.envelopes import (
    EnvelopeRequest,
    EnvelopeState,
    Signatory,
    SignerState,
    reference_for,
)

__all__ = [
    "DocuSign",
    "ESign",
    "EnvelopeRequest",
    "EnvelopeState",
    "Signatory",
    "SignerState",
    "reference_for",
]
