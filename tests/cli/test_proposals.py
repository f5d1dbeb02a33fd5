"""Proposals and price books at a terminal."""

import json

from dealix.business.proposals.examples import proposal_example
from dealix.business.proposals.price_book import EXAMPLE_SAR


def test_a_proposal_is_listed_shown_and_fetched(terminal, tmp_path):
    given = tmp_path / "proposal.json"
    given.write_text(json.dumps(proposal_example(70)), encoding="utf-8")
    run = terminal.data("run", "proposal_generation", "--input", str(given))["id"]
    terminal.door.services.pipeline_worker.work_due()
    [row] = [one for one in terminal.data("proposals") if one["run"] == run]
    assert row["state"] == "ready"
    code, out, _ = terminal("proposals", "--state", "ready")
    assert (code, "Tuwaiq Systems 870" in out) == (0, True)
    code, out, _ = terminal("proposals", "show", run)
    assert (code, json.loads(out)["version"]) == (0, 1)
    for language in ("ar", "en"):
        file = tmp_path / f"{language}.pdf"
        assert terminal("proposals", "pdf", run, str(file), "--lang", language)[0] == 0
        assert file.read_bytes().startswith(b"%PDF")


def test_a_price_book_is_shown_and_set_by_those_who_may(terminal, tmp_path):
    code, out, _ = terminal("price-books")
    assert (code, "PLATFORM-SEAT" in out) == (0, True)
    book = tmp_path / "book.json"
    book.write_text(json.dumps({**EXAMPLE_SAR, "valid_days": 45}), encoding="utf-8")
    assert terminal("price-books", "set", str(book))[0] == 1
    assert terminal.data("price-books", "set", str(book), who="khalid")["valid_days"] == 45
    book.write_text("no book", encoding="utf-8")
    code, _, err = terminal("price-books", "set", str(book), who="khalid")
    assert (code, "holds no JSON" in err) == (1, True)
