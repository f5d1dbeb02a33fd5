"""Speaks to people in their language: English message ids, Arabic out of one catalogue file."""

from dealix.i18n.catalogue import (
    DEFAULT_LOCALE,
    LOCALES,
    N_,
    isolate,
    name_of,
    negotiate,
    ntranslate,
    translate,
)
from dealix.i18n.sentences import sentence_of

__all__ = [
    "DEFAULT_LOCALE",
    "LOCALES",
    "N_",
    "isolate",
    "name_of",
    "negotiate",
    "ntranslate",
    "sentence_of",
    "translate",
]
