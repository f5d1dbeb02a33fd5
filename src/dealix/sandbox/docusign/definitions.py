"""Reads an `envelopeDefinition` as strictly as the specification writes it."""

import base64
import binascii
from typing import Any

from dealix.sandbox.door import Call
from dealix.sandbox.rows import Envelope, Json

LONGEST_FIELD = 100
EVENTS = frozenset(
    {
        "envelope-sent",
        "envelope-delivered",
        "envelope-completed",
        "envelope-declined",
        "envelope-voided",
    }
)


class Invalid(ValueError):
    """A definition that is refused: DocuSign's error code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read(call: Call, data: Any, own_id: str) -> Envelope:
    """The envelope that a definition makes, under this ID. Raises Invalid."""
    _only_texts(data)
    status = data.get("status", "created")
    if status not in {"sent", "created"}:
        raise Invalid("INVALID_REQUEST_PARAMETER", "status is sent or created")
    signers = [_signer(each) for each in _list(data.get("recipients"), "signers")]
    documents = [_document(each) for each in _list(data, "documents")]
    if status == "sent":
        _sendable(data, signers, documents)
    stamps = {"created": call.at} | ({"sent": call.at} if status == "sent" else {})
    return Envelope(
        id=own_id,
        account=call.path["account"],
        transaction_id=data.get("transactionId") or None,
        custom_fields=_fields(data),
        subject=str(data.get("emailSubject", "")),
        documents=documents,
        signers=signers,
        notification=_notification(data.get("eventNotification")),
        status=status,
        created_at=call.at,
        stamps=stamps,
        scope=call.scope,
    )


def _only_texts(value: Any) -> None:
    """Booleans and numbers are strings in every DocuSign request."""
    if isinstance(value, dict):
        for each in value.values():
            _only_texts(each)
    elif isinstance(value, list):
        for each in value:
            _only_texts(each)
    elif not isinstance(value, str | None):
        raise Invalid("INVALID_REQUEST_BODY", "booleans and numbers are written as strings")


def _list(data: Any, name: str) -> list[Json]:
    found = data.get(name) if isinstance(data, dict) else None
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Invalid("INVALID_REQUEST_BODY", f"{name} is a list of objects")
    return found


def _signer(data: Json) -> Json:
    name, email, recipient = (data.get(each) for each in ("name", "email", "recipientId"))
    if not name or not email or "@" not in email:
        raise Invalid("INVALID_EMAIL_ADDRESS_FOR_RECIPIENT", "a signer has a name and an email")
    if not recipient:
        raise Invalid("INVALID_RECIPIENT_ID", "a signer has a recipientId")
    order = data.get("routingOrder", "1")
    if not order.isdigit():
        raise Invalid("INVALID_ROUTING_ORDER", "routingOrder is a number")
    return {
        "recipientId": recipient,
        "routingOrder": order,
        "name": name,
        "email": email,
        "status": "created",
        "at": "",
        "reason": "",
    }


def _document(data: Json) -> dict[str, str]:
    kept = {name: str(data.get(name, "")) for name in ("documentId", "name", "fileExtension")}
    text = str(data.get("documentBase64", ""))
    try:
        content = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise Invalid("INVALID_REQUEST_BODY", "documentBase64 is base64") from None
    if kept["fileExtension"].lower() == "pdf" and not content.startswith(b"%PDF-"):
        raise Invalid("UNSPECIFIED_ERROR", "PDF validation failed")
    return kept | {"documentBase64": text}


def _sendable(data: Json, signers: list[Json], documents: list[dict[str, str]]) -> None:
    if not data.get("emailSubject"):
        raise Invalid("ENVELOPE_IS_INCOMPLETE", "a sent envelope has an emailSubject")
    if not documents or not all(each["documentId"] and each["name"] for each in documents):
        raise Invalid("ENVELOPE_IS_INCOMPLETE", "a sent envelope has documents with name and id")
    if not signers or len({each["recipientId"] for each in signers}) != len(signers):
        raise Invalid("ENVELOPE_IS_INCOMPLETE", "a sent envelope has signers, each with its own id")


def _fields(data: Json) -> dict[str, str]:
    fields = _list(data.get("customFields"), "textCustomFields")
    if any(not each.get("name") or len(each.get("value", "")) > LONGEST_FIELD for each in fields):
        raise Invalid(
            "CUSTOM_FIELD_INVALID", "a custom field has a name and at most 100 characters"
        )
    return {each["name"]: each.get("value", "") for each in fields}


def _notification(data: Any) -> Json:
    """What Connect is to do, in our words; nothing where there is no notification."""
    if not isinstance(data, dict) or not data.get("url"):
        return {}
    wanted = data.get("eventData") or {}
    if (wanted.get("version"), wanted.get("format")) != ("restv2.1", "json"):
        raise Invalid("INVALID_REQUEST_PARAMETER", "the sandbox plays restv2.1 and json only")
    if data.get("includeHMAC") != "true":
        raise Invalid("INVALID_REQUEST_PARAMETER", "the sandbox plays signed notifications only")
    if data.get("deliveryMode") != "SIM" or not isinstance(data.get("events"), list):
        raise Invalid("INVALID_REQUEST_PARAMETER", "the sandbox plays SIM with its events only")
    return {
        "url": data["url"],
        "events": [each for each in data["events"] if each in EVENTS],
        "include": wanted.get("includeData") or [],
    }
