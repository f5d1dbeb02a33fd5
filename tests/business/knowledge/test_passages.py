"""Passages have their place on their page, their order, and are counted rightly."""

import json

import pytest

from dealix.business.knowledge.chunking import LONGEST, pieces
from dealix.business.knowledge.evaluation import Labelled, measure, read
from dealix.business.knowledge.extracting import PageText
from dealix.business.knowledge.ranking import ranked
from dealix.business.knowledge.schemas import Passage, Source
from dealix.language.terms import places, telling, term, terms

SENTENCE = "يستحق الموظف إجازة سنوية مدتها ثلاثون يوماً بعد إتمام سنة كاملة. "


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE * 40,
        "word " * 900,
        "x" * 3000,
        "Heading\n\n" + SENTENCE * 3,
        "a",
        "a\n\nb\n\n" * 99,
    ],
    ids=range(6),
)
def test_pieces_cover_a_page_and_know_their_place(text):
    page = PageText(3, text.strip())
    found = pieces((page,))
    assert all(page.text[one.starts : one.ends] == one.text for one in found)
    assert all(0 < len(one.text) <= 2 * LONGEST and one.page == 3 for one in found)
    assert "".join("".join(one.text.split()) for one in found) == "".join(text.split())


def test_a_heading_stays_with_what_it_heads_and_what_says_nothing_is_no_passage():
    found = pieces((PageText(None, f"الإجازات\n\n{SENTENCE}\n\n{SENTENCE * 9}"), PageText(2, "…")))
    assert found[0].text.startswith("الإجازات")
    assert SENTENCE.strip() in found[0].text
    assert all(one.page is None for one in found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("الإجَازَات", "إجازة"),
        ("والموظفين", "الموظف"),
        ("٣٠", "30"),
        ("Policies", "policy"),
        ("REPORTS", "report"),
        ("كتـــاب", "كتاب"),
        ("x" * 20_000, "x" * 30_000),
    ],
)
def test_words_are_compared_without_what_hangs_on_to_them(one, other):
    assert term(one) == term(other)


def test_a_question_keeps_the_words_that_tell():
    assert telling("كم عدد أيام الإجازة في السنة؟", 9) == terms("عدد أيام الإجازة السنة")
    assert telling("من هو", 9) == terms("من هو")
    assert telling("a b a b", 9) == ["b"]


def test_words_are_marked_where_they_stand():
    text = "تُصرف الإجازةُ المرضية"
    (place,) = places(text, frozenset(terms("إجازات")))
    assert text[slice(*place)] == "الإجازةُ"


def row(number, text, near, alike=0.0, worded=0.0):
    return {
        "document_id": "kdoc_1",
        "number": number,
        "text": text,
        "near": near,
        "alike": alike,
        "worded": worded,
        "trigrams": 100,
        "asked_trigrams": 20,
    }


def test_letters_lift_what_shares_them_and_do_not_bury_the_other_language():
    rows = [
        row(1, "شيء آخر تماما", 0.80),
        row(2, "الإجازة السنوية", 0.79, alike=0.15),
        row(3, "annual leave", 0.85),
    ]
    found = [one.row["number"] for one in ranked("كم الإجازة السنوية؟", rows)]
    assert found == [3, 2, 1]


def test_without_vectors_letters_and_words_decide():
    rows = [row(1, "a", None, worded=0.1), row(2, "a", None, worded=0.3), row(3, "a", None, 0.1)]
    assert [one.row["number"] for one in ranked("a", rows)] == [3, 2, 1]


def passage(document, text="t", number=1):
    return Passage(
        id=f"{document}:{number}",
        source=Source(id=document, title=f"title of {document}", media_type="text/plain"),
        page=None,
        starts=0,
        ends=1,
        text=text,
        highlights=[],
        score=0,
        near=None,
        worded=0,
        letters=0,
    )


def test_recall_and_reciprocal_rank_are_what_they_are_called():
    long = "a text that is long enough to be no name, since it goes on for more than eighty letters"
    answers = {
        "first": [passage("d1"), passage("d2")],
        "second": [passage("d2"), passage("d2", number=2), passage("d1")],
        "text": [passage("d1", text=long.upper())],
        "none": [],
    }
    questions = [
        Labelled("first", ("d1",)),
        Labelled("second", ("title of d1",)),
        Labelled("text", (long,)),
        Labelled("none", ("d1", "d9")),
    ]
    found = measure(questions, answers.__getitem__)
    assert (found.recall_at_1, found.recall_at_5, found.mrr) == (0.5, 0.75, 0.5833)
    whole = measure(questions, answers.__getitem__, whole=True)
    assert whole.mrr == 0.625  # the second document stands once before the first


def test_a_labelled_file_brings_its_passages_or_names_them_or_is_refused():
    long = "x" * 90
    lines = [{"query": "q", "relevant": long}, {"query": "r", "relevant": [long, "y" * 90]}]
    given = read(map(json.dumps, lines))
    assert (given.names_only, set(given.corpus())) == (False, {long, "y" * 90})
    own = read(map(json.dumps, [{"id": "p", "text": "t"}, {"query": "q", "relevant": "p"}]))
    assert (own.names_only, own.corpus()) == (False, {"p": "t"})
    assert read(['{"query": "q", "relevant": "kdoc_1"}', ""]).names_only
    for odd in ("x", "[]", '{"query": "q"}', '{"query": 1, "relevant": "a"}',
                '{"query": "q", "relevant": []}', '{"query": "q", "relevant": [1]}'):  # fmt: skip
        with pytest.raises(ValueError, match="line 1"):
            read([odd])
