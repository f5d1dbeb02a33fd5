"""An envelope as DocuSign shows it: numbers and booleans are strings, parts on request."""

from dealix.sandbox.docusign import answers
from dealix.sandbox.rows import Envelope, Json

STAMPS = ("created", "sent", "delivered", "completed", "declined", "voided")


def envelope(row: Envelope, include: set[str]) -> Json:
    """The envelope, with `recipients` and `custom_fields` where asked for."""
    shown: Json = {
        "envelopeId": row.id,
        "status": row.status,
        "emailSubject": row.subject,
        "envelopeUri": f"/envelopes/{row.id}",
    }
    if row.transaction_id:
        shown["transactionId"] = row.transaction_id
    for name in STAMPS:
        if name in row.stamps:
            shown[f"{name}DateTime"] = answers.written(row.stamps[name])
    shown["statusChangedDateTime"] = answers.written(max(row.stamps.values()))
    if row.status == "voided":
        shown["voidedReason"] = row.reason
    if "recipients" in include:
        shown["recipients"] = {
            "signers": [_signer(each) for each in row.signers],
            "recipientCount": str(len(row.signers)),
        }
    if "custom_fields" in include:
        shown["customFields"] = {"textCustomFields": _fields(row), "listCustomFields": []}
    return shown


def _fields(row: Envelope) -> list[Json]:
    return [
        {"fieldId": str(number), "name": name, "show": "false", "required": "false", "value": value}
        for number, (name, value) in enumerate(row.custom_fields.items(), 1)
    ]


def _signer(signer: Json) -> Json:
    shown = {
        name: signer[name] for name in ("recipientId", "routingOrder", "name", "email", "status")
    }
    if signer["status"] == "completed":
        shown["signedDateTime"] = answers.written(signer["at"])
    if signer["status"] == "declined":
        shown["declinedDateTime"] = answers.written(signer["at"])
        shown["declinedReason"] = signer["reason"]
    return shown
