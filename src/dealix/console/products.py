"""The products that a form offers: those of the price books in force."""

from collections import Counter

from dealix.console.visit import Visit
from dealix.i18n import name_of
from dealix.i18n.words import word
from dealix.trust.access.rights import may


def products(visit: Visit) -> list[tuple[str, str]]:
    """Each product by its number, with its name and the currencies that it has a price in.

    The number is shown only where two products have one name.

    None for a visitor who may not read the price books: their form takes the number as it is
    written.
    """
    if not may(visit.who, "price_book.read"):
        return []
    names: dict[str, str] = {}
    currencies: dict[str, list[str]] = {}
    for book in visit.services.price_books.newest(visit.who):
        for one in book["products"]:
            names.setdefault(one["sku"], str(name_of(one, visit.speech.locale) or one["sku"]))
            money = str(word(visit.speech.locale, book["currency"]))
            currencies.setdefault(one["sku"], []).append(money)
    alike = Counter(names.values())
    found = [
        (sku, " · ".join([name, *([sku] if alike[name] > 1 else []), *currencies[sku]]))
        for sku, name in names.items()
    ]
    return sorted(found, key=lambda one: one[1].casefold())
