"""A sentence that a page broke is one line again, and every line keeps its number."""

import pytest

from dealix.business.compliance.flowing import flowing

LONG = "All data of every customer is encrypted at rest and stays in the"


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("", [""]),
        (f"{LONG}\nKingdom.\nOwner: Legal", [f"{LONG} Kingdom.", "", "Owner: Legal"]),
        (f"{LONG}.\nKingdom", [f"{LONG}.", "Kingdom"]),
        (f"{LONG}\n- a point", [LONG, "- a point"]),
        (f"{LONG}\n12. a clause", [LONG, "12. a clause"]),
        (f"{LONG}\n24 months", [f"{LONG} 24 months", ""]),
        (f"{LONG}\nالمملكة", [LONG, "المملكة"]),
        (f"{LONG}\n\nKingdom", [LONG, "", "Kingdom"]),
        (f"Short\nwords\n{LONG}", ["Short", "words", LONG]),
        (f"{LONG}\n{LONG}\nend", [f"{LONG} {LONG} end", "", ""]),
        (f"{LONG} a | b\nc | d", [f"{LONG} a | b c | d", ""]),
        (f"{LONG} a |\nb", [f"{LONG} a |", "b"]),
    ],
    ids=range(12),
)
def test_a_page_flows(page: str, lines: list[str]) -> None:
    assert flowing(page).split("\n") == lines


def test_a_line_never_grows_without_end() -> None:
    found = flowing("\n".join([LONG] * 100)).split("\n")
    assert len(found) == 100
    assert max(map(len, found)) <= 600
