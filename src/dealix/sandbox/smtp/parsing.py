"""What a mail says: headers and bodies decoded, Arabic included, however broken it is."""

import hashlib
from email import message_from_bytes, policy
from email.message import EmailMessage

from dealix.sandbox.rows import Json


def parse(content: bytes) -> EmailMessage:
    """The mail; never raises, defects are kept in it."""
    return message_from_bytes(content, policy=policy.default)


def header(mail: EmailMessage, name: str) -> str | None:
    """A header decoded and without line folds, or None."""
    try:
        value = mail[name]
    except Exception:  # noqa: BLE001 (the header parser fails in many ways)
        value = next((raw for key, raw in mail.raw_items() if key.lower() == name.lower()), None)
    text = " ".join(str(value).split()) if value is not None else ""
    return text or None


def references(mail: EmailMessage) -> list[str]:
    """The Message-IDs of the conversation so far, oldest first."""
    return (header(mail, "References") or "").split()


def body(mail: EmailMessage, content: bytes, sender: str, recipients: list[str]) -> Json:
    """The mail as effects and mailbox show it."""
    return {
        "from": header(mail, "From") or sender,
        "to": recipients,
        "sender": sender,
        "reply_to": header(mail, "Reply-To"),
        "subject": header(mail, "Subject") or "",
        "date": header(mail, "Date"),
        "message_id": header(mail, "Message-ID"),
        "in_reply_to": header(mail, "In-Reply-To"),
        "references": references(mail),
        "headers": {name: header(mail, name) for name in dict.fromkeys(mail.keys())},
        "text": _text(mail, "plain"),
        "html": _text(mail, "html"),
        "attachments": _attachments(mail),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _text(mail: EmailMessage, kind: str) -> str | None:
    try:
        part = mail.get_body(preferencelist=(kind,))
    except Exception:  # noqa: BLE001 (a broken structure has none)
        part = None
    if part is None:
        return None
    try:
        return str(part.get_content())
    except Exception:  # noqa: BLE001 (unknown charset, broken encoding)
        raw = part.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)


def files(mail: EmailMessage) -> list[tuple[str, str, bytes]]:
    """Name, media type and bytes of each file that the mail carries."""
    try:
        parts = list(mail.iter_attachments())
    except Exception:  # noqa: BLE001 (no container, no parts)
        return []
    found = []
    for part in parts:
        raw = part.get_payload(decode=True)
        content = raw if isinstance(raw, bytes) else b""
        found.append((part.get_filename() or "", part.get_content_type(), content))
    return found


def _attachments(mail: EmailMessage) -> list[Json]:
    return [
        {
            "name": name or None,
            "type": media_type,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for name, media_type, content in files(mail)
    ]
