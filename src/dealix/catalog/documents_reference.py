"""`docs/settings.md` and `docs/error-codes.md`: what can be set, and what can be answered."""

from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from dealix.catalog.markdown import page, table
from dealix.error_codes import CODES
from dealix.settings import Settings


def settings_page() -> str:
    """Every setting with its variable, form, default and meaning."""
    prefix = str(Settings.model_config.get("env_prefix", ""))
    lines = (
        (
            f"`{prefix}{name.upper()}`",
            _form(field.annotation),
            _default(field),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    )
    return page(
        "# Settings",
        "Every process reads these from its environment. An engine without an address is embedded.",
        table(("variable", "form", "default", "meaning"), lines),
    )


def error_codes_page() -> str:
    """Every stable error code with its sentence."""
    lines = ((f"`{code}`", sentence) for code, sentence in CODES.items())
    return page(
        "# Error codes",
        "Every error carries one of these codes, which are never renamed, and its sentence in the "
        "caller's language. What stands in braces is filled from the case at hand.",
        table(("code", "sentence"), lines),
    )


def _form(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(annotation))
    if origin is UnionType:
        return " or ".join(_form(arg) for arg in get_args(annotation) if arg is not NoneType)
    if annotation is SecretStr:
        return "text, secret"
    words = {"str": "text", "int": "number", "bool": "`true` or `false`", "Path": "path"}
    name = getattr(annotation, "__name__", str(annotation))
    return words.get(name, name)


def _default(field: FieldInfo) -> str:
    if field.default is None:
        return "not set"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
