"""Every repair of every kind of case says in one sentence what it does."""

import pytest

from dealix.console.repairs import REPAIRS, repair
from dealix.lanes.cases import ALLOWED

PAIRS = sorted((kind, word) for kind, words in ALLOWED.items() for word in words)


@pytest.mark.parametrize(("kind", "resolution"), PAIRS)
def test_a_repair_has_its_sentence(kind, resolution):
    sentence = repair({"kind": kind}, resolution)
    assert sentence.endswith(".")
    assert len(sentence.split()) > 4


def test_no_sentence_is_left_over():
    assert sorted(REPAIRS) == PAIRS
