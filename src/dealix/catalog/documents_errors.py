"""`docs/error-codes.md`: every stable code that can be answered, with its sentence."""

from dealix.catalog.markdown import page, table
from dealix.error_codes import CODES


def error_codes_page() -> str:
    """Every stable error code with its sentence."""
    lines = ((f"`{code}`", sentence) for code, sentence in CODES.items())
    return page(
        "# Error codes",
        "Every error carries one of these codes, which are never renamed, and its sentence in the "
        "caller's language. What stands in braces is filled from the case at hand.",
        table(("code", "sentence"), lines),
    )
