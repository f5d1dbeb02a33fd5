"""Says the reasons of verdicts and rulings in the reader's language.

The catalogue gives its reasons as filled English sentences, as the API shows them. Here a sentence
is matched back to its rule's pattern, and both the pattern and what fills it are translated.
"""

import re
from collections.abc import Callable
from functools import cache
from string import Formatter

from markupsafe import Markup

from dealix.catalog.model import Row
from dealix.catalog.roadmap import PHASES
from dealix.catalog.rules import REASONS
from dealix.catalog.systems import SYSTEMS
from dealix.catalog.words import Duration
from dealix.console.speech import Speech
from dealix.i18n import N_, name_of, translate
from dealix.i18n.formats import show_duration
from dealix.i18n.words import WORDS

SEPARATORS = (", ", " or ")


def reasons(speech: Speech, row: Row) -> Callable[[str], Markup]:
    """A function that says a reason about this row."""
    names = _names(speech.locale, row)
    comma = translate(speech.locale, N_(", "))

    def say(value: str) -> str:
        if value in (row.declared.duration.text, row.here.duration.text):
            return show_duration(speech.locale, Duration.parse(value).longest)
        parts = re.split("|".join(map(re.escape, SEPARATORS)), value)
        return comma.join(names.get(part, translate(speech.locale, part)) for part in parts)

    def reason(sentence: str) -> Markup:
        pattern, values = matched(sentence)
        if not values and pattern == sentence:
            return speech.say(sentence)
        return speech.say(pattern, **{name: say(value) for name, value in values.items()})

    return reason


def matched(sentence: str) -> tuple[str, dict[str, str]]:
    """The pattern that a sentence was made of, and what filled it; else the sentence itself."""
    for pattern, expression in _expressions():
        found = expression.fullmatch(sentence)
        if found:
            return pattern, found.groupdict()
    return sentence, {}


@cache
def _expressions() -> tuple[tuple[str, re.Pattern[str]], ...]:
    made = []
    for pattern in REASONS.values():
        parts = [
            re.escape(text) + (f"(?P<{name}>.+?)" if name else "")
            for text, name, _, _ in Formatter().parse(pattern)
        ]
        made.append((pattern, re.compile("".join(parts))))
    return tuple(made)


def _names(locale: str, row: Row) -> dict[str, str]:
    systems = {system.name: name_of(system, locale) for system in SYSTEMS.values()}
    named = [step for step in (*row.declared.steps, *row.here.steps) if step.name_ar]
    steps = {step.name: name_of(step, locale) for step in named}
    words = {key: translate(locale, text) for key, text in WORDS.items()}
    phases = {phase.key: translate(locale, phase.name) for phase in PHASES}
    return {**words, **systems, **phases, **steps}
