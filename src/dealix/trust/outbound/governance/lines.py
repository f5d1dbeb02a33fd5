"""The line that tells an outsider how to stop our messages."""

_LINES = {
    "ar": "لإيقاف رسائلنا أجب بكلمة: إيقاف",
    "en": "To stop our messages, answer with the word: STOP",
}


def opt_out_line(locale: str) -> str:
    """The line under a first message."""
    return _LINES["ar" if locale == "ar" else "en"]


def carries_opt_out_line(text: str) -> bool:
    """Whether a message says how to stop it, in either language."""
    return any(line in text for line in _LINES.values())
