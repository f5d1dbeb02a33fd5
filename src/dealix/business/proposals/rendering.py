"""A proposal as customers read it: one paper a language, out of its words and its price."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from dealix.business.proposals.schemas import PriceLine, PricingDecisionRecord, ProposalSection
from dealix.i18n import N_, translate
from dealix.i18n.formats import show_date, show_number
from dealix.i18n.words import word
from dealix.printing import (
    Block,
    Facts,
    Heading,
    Paper,
    Paragraph,
    Space,
    Table,
    isolated,
    ltr,
    printed,
)
from dealix.printing.paper import Locale

LOCALES: tuple[Locale, ...] = ("ar", "en")


@dataclass(frozen=True)
class Offer:
    """All that a proposal says; names are pairs of English and Arabic."""

    proposal_id: str
    version: int
    seller: tuple[str, str]
    customer: tuple[str, str]
    title: tuple[str, str]
    sections: tuple[ProposalSection, ...]
    price: PricingDecisionRecord
    at: datetime
    zone: ZoneInfo

    def said(self, names: tuple[str, str], locale: Locale) -> str:
        """A name in a language."""
        return names[1] if locale == "ar" else names[0]


def pdf(offer: Offer, locale: Locale) -> bytes:
    """The proposal in one language; the same proposal gives the same bytes."""
    title = translate(locale, N_("Proposal"))
    return printed(
        Paper(
            title=title,
            locale=locale,
            created_at=offer.at,
            blocks=tuple(_blocks(offer, locale, title)),
            sender=offer.said(offer.seller, locale),
            reference=f"{offer.proposal_id} · {offer.version}",
            mark=offer.price.digest(),
            face="naskh" if locale == "ar" else "sans",
        )
    )


def _blocks(offer: Offer, locale: Locale, title: str) -> list[Block]:
    *words, terms = offer.sections
    blocks: list[Block] = [
        Heading(title),
        Paragraph(isolated(offer.said(offer.title, locale)), bold=True),
        _facts(offer, locale),
    ]
    for section in words:
        blocks += _section(section, locale)
    blocks += _pricing(offer.price, locale)
    return [*blocks, *_section(terms, locale)]


def _facts(offer: Offer, locale: Locale) -> Facts:
    ends = f"{offer.price.valid_until.isoformat()}T00:00:00+00:00"
    rows = (
        (N_("To"), isolated(offer.said(offer.customer, locale))),
        (N_("From"), isolated(offer.said(offer.seller, locale))),
        (N_("Date"), show_date(locale, offer.at, offer.zone)),
        (N_("Valid until"), show_date(locale, ends, ZoneInfo("UTC"))),
        (N_("Version"), ltr(offer.version)),
    )
    return Facts(tuple((translate(locale, name), value) for name, value in rows))


def _section(section: ProposalSection, locale: Locale) -> list[Block]:
    arabic = locale == "ar"
    return [
        Heading(section.heading_ar if arabic else section.heading_en, 2),
        Paragraph(section.ar if arabic else section.en),
    ]


def _pricing(price: PricingDecisionRecord, locale: Locale) -> list[Block]:
    currency = str(word(locale, price.currency))
    head = (
        N_("Product"),
        N_("Quantity"),
        N_("List price"),
        N_("Discount in percent"),
        N_("Unit price"),
        N_("Sum"),
    )
    sums = (
        (N_("Net"), price.net),
        (N_("VAT {percent} %"), price.vat),
        (N_("Total to pay"), price.gross),
    )
    return [
        Heading(translate(locale, N_("Price")), 2),
        Paragraph(translate(locale, N_("All amounts in {currency}."), currency=currency)),
        Table(
            tuple(translate(locale, name) for name in head),
            tuple(_line(line, locale) for line in price.lines),
            widths=(5, 2, 3, 2.4, 3, 3.4),
            ends=frozenset({1, 2, 3, 4, 5}),
        ),
        Facts(
            tuple(
                (
                    translate(locale, name, percent=ltr(price.vat_percent)),
                    f"{_amount(value)} {currency}",
                )
                for name, value in sums
            )
        ),
        Space(2),
    ]


def _line(line: PriceLine, locale: Locale) -> tuple[str, ...]:
    return (
        isolated(line.name_ar if locale == "ar" else line.name),
        ltr(show_number(locale, line.quantity)),
        _amount(line.list_price),
        ltr(line.discount_percent),
        _amount(line.unit_price),
        _amount(line.total),
    )


def _amount(value: str) -> str:
    """Money with every place of its currency, in Latin digits in both languages."""
    return ltr(f"{Decimal(value):,}")
