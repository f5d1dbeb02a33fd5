"""A lead finds its owner by the rules in their order, and the reasons say which of them spoke."""

import pytest

from dealix.business.leads.routing import Need, Seller, route


def seller(own_id, countries=(), languages=(), most=None, having=0):
    return Seller(own_id, frozenset(countries), frozenset(languages), most, having)


RIYADH = seller("riyadh", ["SA"], ["ar"], having=9)
DUBAI = seller("dubai", ["AE"], ["en"], having=1)
ANYONE = seller("anyone", having=5)
FULL = seller("full", ["SA"], most=2, having=2)


@pytest.mark.parametrize(
    ("people", "need", "owner", "because"),
    [
        ([], Need("SA", "ar"), None, ("nobody_sells",)),
        ([RIYADH, DUBAI], Need("SA", "ar"), "riyadh", ("territory_fits", "language_fits")),
        ([RIYADH, ANYONE], Need("SA", "ar"), "anyone",
         ("territory_fits", "language_fits", "fewest_open_leads")),
        ([RIYADH, DUBAI], Need("KW", "en"), "dubai", ("nobody_has_territory", "language_fits")),
        ([RIYADH, FULL], Need("SA", "en"), "riyadh", ("territory_fits", "nobody_has_language")),
        ([FULL], Need("SA", "ar"), "full",
         ("everybody_is_full", "territory_fits", "language_fits")),
        ([RIYADH, FULL], Need("SA", "ar", account="full"), "full", ("has_the_account",)),
        ([RIYADH], Need("SA", "ar", account="left"), "riyadh",
         ("territory_fits", "language_fits")),
    ],
)  # fmt: skip
def test_the_rules_choose_and_say_why(people, need, owner, because):
    found = route(people, need)
    assert (found.owner, found.because, found.considered) == (owner, because, len(people))
