"""Reads a phone number in whatever form people write it, and keeps one form of it: E.164."""

import unicodedata

import phonenumbers

from dealix.errors import InvalidInput

LONGEST = 64


def e164(text: str, country: str | None = None) -> str:
    """`text` as `+9665…`; a number without a country code is read as one of `country`.

    Digits of any script are understood; invisible direction marks, which come along when a number
    is copied, are dropped. `InvalidInput` with the code `malformed_phone` for anything that is no
    number that somebody could have; the error never repeats it.
    """
    visible = "".join(char for char in text[: LONGEST + 1] if unicodedata.category(char) != "Cf")
    if len(visible) > LONGEST:
        raise InvalidInput("malformed_phone")
    try:
        number = phonenumbers.parse(visible, country)
    except phonenumbers.NumberParseException:
        raise InvalidInput("malformed_phone") from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise InvalidInput("malformed_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def country_of(number: str) -> str | None:
    """The country (ISO 3166) of a number in E.164; None for one that is of no country."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None
    return region if region and region.isalpha() else None


def from_provider(digits: str) -> str:
    """The number that a provider names by its digits alone, such as WhatsApp's `wa_id`.

    It is not judged: who has written to us has a number, whatever our tables say.
    """
    plain = "".join(str(unicodedata.decimal(char)) for char in digits if char.isdecimal())
    return f"+{plain}" if plain else ""
