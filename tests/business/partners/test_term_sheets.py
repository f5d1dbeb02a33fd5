"""What counsel looks at in a term sheet, and what a file is called."""

from dataclasses import asdict, replace

import pytest
from tests.business.papers.sheets import clauses

from dealix.business.papers import standard, writing
from dealix.business.papers.sample import SAMPLE
from dealix.business.papers.schemas import Change, KeptPaper, Negotiated
from dealix.business.partners.term_sheets import file_name, legal_part

AGREED = Negotiated("شهر واحد.", "One month.")


def kept(
    changes: dict[str, Change] | None = None, template: str = "standard-1", share: str = "10"
) -> KeptPaper:
    facts = replace(SAMPLE, share_percent=share)
    library = [(key, 1, text) for key, _, text in standard.CLAUSES]
    made = writing.chosen(library, facts, changes or {}, "ar")
    return KeptPaper("paper_1", 1, "d", "p", template, [asdict(one) for one in made])


def test_a_value_alone_is_no_matter_of_counsel() -> None:
    assert legal_part(kept()) == legal_part(kept(share="12"))
    assert kept().wording != kept(share="12").wording


@pytest.mark.parametrize(
    "other",
    [
        kept({"offer": AGREED}),
        kept({"offer": "leave_out"}),
        kept({"share": "fallback"}),
        kept({"exit": AGREED}),
        kept(template="term_sheet-2"),
    ],
)
def test_every_change_of_the_wording_is(other: KeptPaper) -> None:
    assert legal_part(other) != legal_part(kept())


def test_what_was_agreed_counts_by_its_words() -> None:
    first, second = kept({"offer": AGREED}), kept({"offer": Negotiated("شهران.", "Two months.")})
    assert legal_part(first) != legal_part(second)


def test_a_kept_paper_gives_its_clauses_back() -> None:
    assert kept().wording == clauses()


def test_a_file_says_which_version_it_is() -> None:
    assert file_name("TS-12", 3, "pdf") == "TS-12-v3.pdf"
