"""Whatever a partner did to our paper is found, clause by clause, tracked or not."""

import copy

import pytest
from tests.business.papers.sheets import (
    clauses,
    edited,
    row,
    run_of,
    say,
    sheet,
    tracked,
    with_part,
)

from dealix.business.papers.comparing import compare, differences, words
from dealix.business.papers.reading import tidy
from dealix.business.papers.schemas import ClauseChange, Negotiated, WordChange
from dealix.errors import InvalidInput

KEYS = {clause.number: clause.key for clause in clauses()}
COMMENTS = (
    '<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:comment><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:comment></w:comments>"
)


@pytest.fixture(scope="module")
def sent() -> bytes:
    return sheet()


def back(sent, act) -> list[ClauseChange]:
    return compare(sent, edited(sent, act), KEYS)


def test_a_paper_that_was_only_opened_and_saved_says_the_same(sent):
    assert back(sent, lambda document: None) == []


def test_an_unmarked_change_of_one_word_is_found_in_its_clause(sent):
    (change,) = back(sent, lambda document: say(document, 2, 0, "thirty", "ninety"))
    assert (change.kind, change.number, change.key, change.marked) == (
        "changed",
        "2",
        "share",
        "none",
    )
    assert change.ar == ()
    moved = [word for word in change.en if word.op != "same"]
    assert moved == [WordChange("gone", "thirty"), WordChange("come", "ninety")]


def test_a_tracked_change_is_known_as_tracked(sent):
    (change,) = back(sent, lambda document: tracked(document, 2, 1, "ثلاثين", "تسعين"))
    assert (change.key, change.marked, change.en) == ("share", "all", ())
    assert WordChange("come", "تسعين") in change.ar


def test_a_tracked_change_does_not_cover_an_unmarked_one_beside_it(sent):
    def act(document):
        tracked(document, 2, 0, "thirty", "ninety")
        say(document, 2, 1, "ثلاثين", "تسعين")

    (change,) = back(sent, act)
    assert change.marked == "some"


def test_a_removed_clause_is_found_and_its_neighbours_are_not_blamed(sent):
    def act(document):
        gone = row(document, 4)._tr
        gone.getparent().remove(gone)

    (change,) = back(sent, act)
    assert (change.kind, change.key, change.number_now) == ("removed", "confidentiality", None)


def test_an_added_clause_with_all_others_renumbered_is_one_addition(sent):
    def act(document):
        new = copy.deepcopy(row(document, 3)._tr)
        row(document, 3)._tr.addnext(new)
        added = row(document, 4)
        for cell, title, text in zip(
            added.cells, ("4. Exit", "4. الخروج"), ("Exit costs 900 SAR.", "رسم الخروج 900."),
            strict=True,
        ):  # fmt: skip
            cell.paragraphs[0].runs[0].text = title
            cell.paragraphs[1].runs[0].text = text
        for number in range(5, 10):
            for cell in row(document, number).cells:
                run = cell.paragraphs[0].runs[0]
                run.text = run.text.replace(f"{number - 1}.", f"{number}.", 1)

    found = back(sent, act)
    added = [change for change in found if change.kind == "added"]
    assert [change.number_now for change in added] == ["4"]
    assert {change.kind for change in found} == {"added", "renumbered"}


def test_what_is_said_before_the_clauses_is_compared_too(sent):
    def act(document):
        document.tables[0].rows[0].cells[0].paragraphs[0].runs[0].text = "Between Evil and Partner"

    (change,) = back(sent, act)
    assert (change.where, change.kind) == ("preamble", "changed")


@pytest.mark.parametrize("where", ["header", "hidden_text", "white", "comment"])
def test_text_where_no_reader_looks_is_named(sent, where):
    def act(document):
        paragraph = row(document, 1).cells[0].paragraphs[1]
        if where == "header":
            document.sections[0].header.paragraphs[0].add_run(" Exclusive for ever")
        elif where == "hidden_text":
            paragraph.add_run(" Exclusive for ever").font.hidden = True
        elif where == "white":
            from docx.shared import RGBColor

            paragraph.add_run(" Exclusive for ever").font.color.rgb = RGBColor(255, 255, 255)

    returned = edited(sent, act)
    if where == "comment":
        comments = COMMENTS.format("Exclusive for ever").encode()
        returned = with_part(returned, "word/comments.xml", comments)
    (change,) = compare(sent, returned, KEYS)
    assert change.kind == "hidden"
    assert change.where == {"white": "hidden_text"}.get(where, where)
    assert "Exclusive for ever" in change.en[0].text if change.en else change.ar[0].text


def test_our_words_made_invisible_are_a_change(sent):
    def act(document):
        row(document, 4).cells[0].paragraphs[1].runs[0].font.hidden = True

    found = back(sent, act)
    assert [(change.kind, change.key) for change in found] == [
        ("changed", "confidentiality"),
        ("hidden", None),
    ]


def test_a_run_split_by_the_word_processor_is_no_change(sent):
    def act(document):
        paragraph = row(document, 2).cells[0].paragraphs[1]
        text = paragraph.runs[0].text
        paragraph.runs[0].text = text[:7]
        paragraph._p.append(run_of("w:t", text[7:]))

    assert back(sent, act) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("السِّرّيّة", "السرية"),
        ("الســـرية", "السرية"),
        ("١٢٫٥ ٪", "12.5 ٪"),
        ("ﻻ يجوز", "لا يجوز"),
        ("\u202bالسرية\u202c", "السرية"),
        ("partner’s  share", "partner's share"),
    ],
)
def test_what_changes_no_word_is_no_change(one, other):
    assert tidy(one) == tidy(other)


@pytest.mark.parametrize(
    ("one", "other"), [("أن", "إن"), ("على", "علي"), ("12", "13"), ("فرقة", "فرقه")]
)
def test_what_may_be_another_word_is_a_change(one, other):
    assert tidy(one) != tidy(other)
    assert words(tidy(one), tidy(other))


def test_two_versions_of_ours_differ_by_their_keys():
    old = clauses()
    new = clauses({"share": "fallback", "offer": "leave_out", "exit": Negotiated("خروج", "Exit")})
    found = {change.key: change.kind for change in differences(old, new)}
    assert found == {
        "share": "changed", "offer": "removed", "effect": "renumbered",
        "language": "renumbered", "exit": "added",
    }  # fmt: skip


def test_more_text_than_anybody_writes_is_refused_at_once(sent):
    endless = with_part(sent, "word/document.xml", b"<w>" + b"<a/>" * 800_000 + b"</w>")
    with pytest.raises(InvalidInput) as refused:
        compare(sent, endless)
    assert refused.value.code == "docx_too_long"
