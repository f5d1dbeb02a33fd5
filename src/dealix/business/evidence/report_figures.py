"""The figures of a time in a report: each by its name, with what it means."""

from collections.abc import Mapping
from typing import Any

from dealix.business.evidence.told import Told
from dealix.business.evidence.wording import Wordings
from dealix.i18n import N_, name_of
from dealix.i18n.formats import show_number
from dealix.printing import Block, Heading, Table, isolated, ltr


def figures(told: Told, words: Wordings) -> list[Block]:
    """Every metric of the pack's time; none for a pack that holds no figures."""
    rows = [
        (isolated(name_of(each, words.locale)), _value(each, words), _definition(each, words))
        for each in told.bodies.get("metrics", {}).get("metrics", [])
    ]
    if not rows:
        return []
    names = (N_("Figure"), N_("Value"), N_("What it means"))
    head = tuple(map(words.say, names))
    return [Heading(words.say(N_("Figures")), 2), Table(head, tuple(rows), (3, 3, 5))]


def _value(figure: Mapping[str, Any], words: Wordings) -> str:
    if figure["status"] == "no_data":
        return words.word("no_data")
    if figure["unit"] == "money":
        return "\n".join(
            f"{ltr(show_number(words.locale, amount))} {words.word(currency)}"
            for currency, amount in figure["amounts"].items()
        )
    return words.say(N_("{part} of {whole}"), part=figure["part"], whole=figure["whole"])


def _definition(figure: Mapping[str, Any], words: Wordings) -> str:
    return isolated(str(figure["definition_ar" if words.locale == "ar" else "definition"]))
