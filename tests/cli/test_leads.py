"""A list of leads at the terminal: looked at, started, and written into a file."""

LISTED = "company,contact,phone\nNajd Steel,Sara,0501234567\nTuwaiq,Omar,12\n"


def test_a_list_is_looked_at_first_and_started_by_a_word(terminal, tmp_path):
    file, out = tmp_path / "leads.csv", tmp_path / "out.csv"
    file.write_text(LISTED)
    code, said, _err = terminal("leads", "import", str(file))
    assert code == 0
    assert "1 ready, 1 wrong" in said
    assert said.startswith("Row 3") or "3" in said.splitlines()[0]
    assert terminal.data("leads", "import", str(file), "--start")["counts"]["started"] == 1
    assert terminal.data("leads", "import", str(file), "--start")["counts"]["known"] == 1
    terminal.door.services.pipeline_worker.work_due()
    assert terminal("leads", "export", str(out))[0] == 0
    assert "Najd Steel" in out.read_text(encoding="utf-8-sig")


def test_what_is_no_list_is_one_sentence_and_exit_1(terminal, tmp_path):
    file = tmp_path / "leads.csv"
    file.write_bytes(b"%PDF-1.7")
    code, _out, err = terminal("leads", "import", str(file))
    assert code == 1
    assert "[csv_unreadable]" in err
    assert terminal("leads", "import", str(file), "--data-from", "nobody")[0] == 1
