"""Whose visit it is, as the frame of a page shows it; signing in itself is `trust.access`."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import Request

from dealix.actors import Actor
from dealix.i18n import name_of
from dealix.trust.access.web import access_of


@dataclass(frozen=True)
class Person:
    """The signed-in person as the frame of a page shows them."""

    name: str
    company: str
    zone: ZoneInfo


def person_of(request: Request, actor: Actor, locale: str) -> Person:
    """The person's and the company's name in this language, and the company's clocks."""
    profile = access_of(request).profile(actor)
    company = profile["tenant"]
    return Person(
        name=name_of(profile, locale),
        company=name_of(company, locale),
        zone=ZoneInfo(company["time_zone"]),
    )
