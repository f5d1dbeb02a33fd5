"""What a company registry says of a company, and who may sign for it."""

import re
import unicodedata
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

Status = Literal["active", "suspended", "expired", "deleted", "other"]
Power = Literal["alone", "jointly", "unclear"]
Answer = Literal["alone", "jointly", "unclear", "no"]
_SAME = str.maketrans("أإآٱىةؤئ", "اااا" + "يهوي")
_SKIPPED = re.compile(r"[\u0640\u064b-\u065f\u0670\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINKS = frozenset({"بن", "بنت", "ابن", "bin", "bint", "ibn"})


class Manager(BaseModel):
    """One who manages the company, as the registry names them."""

    model_config = ConfigDict(frozen=True)

    name: str
    position: str = ""


class RegistryRecord(BaseModel):
    """A company as its registry shows it; personal as a whole, since it names people.

    `confirmation_due` is the date of the annual confirmation: since April 2025 a Saudi
    registration has no expiry date. None where the registry does not say.
    """

    model_config = ConfigDict(frozen=True)

    registry: str
    number: str
    national_number: str
    name: str
    status: Status
    status_text: str
    entity_type: str
    confirmation_due: date | None
    activities: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    managers: tuple[Manager, ...] = ()
    signing: Power = "unclear"

    @property
    def is_active(self) -> bool:
        """Whether the registration stands."""
        return self.status == "active"

    def confirmation_overdue(self, today: date) -> bool:
        """Whether the annual confirmation should have been given before `today`."""
        return self.confirmation_due is not None and self.confirmation_due < today

    def may_sign(self, name: str) -> Answer:
        """Whether the person of this name may sign: alone, with the others, or not at all.

        `unclear`: the registry names no manager at all, or does not say how they act. `no`: no
        manager of this name, so a power of attorney is needed.
        """
        if not self.managers:
            return "unclear"
        if bare_name(name) not in {bare_name(each.name) for each in self.managers}:
            return "no"
        return self.signing


def bare_name(name: str) -> str:
    """A name without what is written differently from record to record: vowels, hamzas, links."""
    text = _SKIPPED.sub("", unicodedata.normalize("NFKC", name)).translate(_SAME).casefold()
    return " ".join(word for word in text.split() if word not in _LINKS).replace("عبد ", "عبد")
