"""Says an error in the language of the person whom it reaches."""

from dealix.error_codes import CODES
from dealix.errors import DealixError
from dealix.i18n.catalogue import translate
from dealix.i18n.words import word


def sentence_of(error: DealixError, locale: str) -> str:
    """The sentence of an error's code; values that are known words are said too."""
    params = {name: word(locale, value) for name, value in error.params.items()}
    return translate(locale, CODES[error.code], **params)
