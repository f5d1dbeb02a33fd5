"""What a country forbids on a channel, as a table: counsel confirms each row."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CountryRule:
    """In this country, messages of this purpose may not go out on this channel, and why."""

    country: str
    channel: str
    purpose: str
    code: str
    because: str


COUNTRY_RULES: tuple[CountryRule, ...] = (
    CountryRule(
        "SA",
        "sms",
        "marketing",
        "sms_promotional",
        "Promotional senders end in -AD and are not given to systems: an API is for services.",
    ),
)


def forbidden(country: str, channel: str, purpose: str) -> CountryRule | None:
    """The row that forbids it, if there is one."""
    wanted = (country, channel, purpose)
    return next(
        (r for r in COUNTRY_RULES if (r.country, r.channel, r.purpose) == wanted),
        None,
    )
