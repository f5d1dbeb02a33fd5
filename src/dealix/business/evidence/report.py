"""A pack as people read it: one paper a language, printed out of the pack's own records.

The papers that are sealed into the pack name nobody, so that they verify and stay after an
erasure; one that is printed for a reader who may see names is made of the same records.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dealix.business.evidence import report_sections as sections
from dealix.business.evidence.report_figures import figures
from dealix.business.evidence.schemas import Manifest, RecordItem
from dealix.business.evidence.told import REPORT, Told, told_of
from dealix.business.evidence.wording import Wordings
from dealix.i18n import N_
from dealix.printing import Block, Paper, printed
from dealix.printing.paper import Locale

LOCALES: tuple[Locale, ...] = ("ar", "en")


Section = Callable[[Told, Wordings], list[Block]]


def reports(
    session: Session, manifest: Manifest, files: Mapping[str, bytes]
) -> Iterable[RecordItem]:
    """The report in both languages as items of the pack."""
    told = told_of(session, manifest, files)
    for locale in LOCALES:
        yield RecordItem(
            name=f"{REPORT}_{locale}",
            kind=REPORT,
            source=f"/api/v1/evidence/{manifest.pack_id}.pdf?lang={locale}",
            body=pdf(told, locale),
            suffix="pdf",
        )


def pdf(told: Told, locale: Locale) -> bytes:
    """The report in one language; the same records give the same bytes."""
    place = told.company
    names = {user: by[locale] for user, by in told.people.items() if by.get(locale)}
    words = Wordings(locale, ZoneInfo(place.time_zone), names)
    blocks: list[Block] = []
    for section in SECTIONS if "run" in told.bodies else SECTIONS_OF_A_TIME:
        blocks += section(told, words)
    return printed(
        Paper(
            title=words.say(N_("Evidence pack")),
            locale=locale,
            created_at=datetime.fromisoformat(told.manifest.assembled_at),
            blocks=tuple(blocks),
            sender=place.name_ar if locale == "ar" else place.name,
            reference=told.manifest.pack_id,
            mark=f"sha256:{told.manifest.sha256}",
        )
    )


SECTIONS: tuple[Section, ...] = (
    sections.head,
    sections.matter,
    sections.decisions,
    sections.clocks,
    sections.verdicts,
    sections.effects,
    sections.tables,
    sections.documents,
    sections.slice_of_audit,
    sections.items,
)

SECTIONS_OF_A_TIME: tuple[Section, ...] = (
    sections.head_of_a_time,
    figures,
    sections.tables,
    sections.slice_of_audit,
    sections.items,
)
