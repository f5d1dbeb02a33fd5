"""A trust score counts what is known by weight, and says where too little is."""

import pytest

from dealix.trust.scores.schemas import NO_SOURCE, Factor, Measured
from dealix.trust.scores.tasks import ScoreTrust
from dealix.trust.scores.weights import CURRENT


def card(kind, **values):
    found = {name: Measured(value=value, because="x") for name, value in values.items()}
    task = ScoreTrust({kind: lambda _session, _thing: found})
    return task.score_trust(kind, "thing", task.aggregate_factors(None, kind, "thing"))


@pytest.mark.parametrize("kind", sorted(CURRENT.factors))
def test_the_weights_of_a_kind_add_up_to_100(kind):
    assert sum(CURRENT.factors[kind].values()) == 100


def test_all_that_is_known_counts_by_its_weight():
    found = card("lead", engagement=50, data_quality=80, consent=100)
    assert (found.status, found.score, found.known_weight) == ("scored", 73, 100)
    assert [each.weight for each in found.factors] == [40, 35, 25]


def test_what_is_not_known_neither_helps_nor_harms():
    found = card("company", registration=100)
    assert (found.score, found.known_weight) == (100, 60)
    assert found.provenance.not_configured == ["payment_history"]
    assert Factor(name="payment_history", weight=40, **NO_SOURCE.model_dump()) in found.factors


def test_too_little_gives_no_score_and_says_so():
    found = card("lead", consent=0)
    assert (found.status, found.score, found.known_weight) == ("not_enough_data", None, 25)
    assert card("affiliate").status == "not_enough_data"
    assert card("affiliate").known_weight == 0


def test_nothing_known_well_is_zero_and_no_missing_score():
    assert card("lead", engagement=0, data_quality=0, consent=0).score == 0
