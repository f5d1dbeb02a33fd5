"""`dealix language eval` measures a labelled file with nothing running."""

import json

import pytest

from dealix.cli.main import run

INTENTS = [("كم السعر؟", "pricing_question"), ("مو مهتمين", "not_interested"), ("STOP", "opt_out")]
DIALECTS = [("ازيك عامل ايه النهارده", "egyptian"), ("وش ذا؟ أبغى أعرف السعر", "saudi")]


@pytest.fixture(autouse=True)
def _nothing_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("DEALIX_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("DEALIX_TOKEN", raising=False)


def written(tmp_path, lines):
    file = tmp_path / "lines.jsonl"
    rows = [json.dumps({"text": text, "label": label}, ensure_ascii=False) for text, label in lines]
    file.write_text("\n".join(rows) + "\n\n", encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(("lines", "kind"), [(INTENTS, "intents"), (DIALECTS, "dialects")])
def test_a_file_is_measured_by_the_kind_of_its_labels(tmp_path, capsys, lines, kind):
    assert run(["language", "eval", written(tmp_path, lines), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["kind"], found["lines"], found["accuracy"]) == (kind, len(lines), 1.0)
    assert found["macro_f1"] == 1.0
    assert {each["label"] for each in found["labels"]} <= {"gulf", *(label for _, label in lines)}
    assert found["curve"][0]["coverage"] == 1.0
    assert found["as_answered"]["lines"] == len(lines)


def test_people_read_a_table(tmp_path, capsys):
    assert run(["language", "eval", written(tmp_path, DIALECTS)]) == 0
    said = capsys.readouterr().out
    assert "accuracy 1.000, macro-F1 1.000" in said
    assert "coverage" in said
    assert "saudi counts as gulf" in said


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json\n",
        '{"text": "a"}\n',
        '{"text": 1, "label": "other"}\n',
        '["a"]\n',
        '{"text": "a", "label": "pirate"}\n',
        '{"text": "a", "label": "other"}\n{"text": "b", "label": "gulf"}\n',
    ],
)
def test_what_cannot_be_measured_ends_with_1_and_a_sentence(tmp_path, capsys, content):
    file = tmp_path / "odd.jsonl"
    file.write_text(content, encoding="utf-8")
    assert run(["language", "eval", str(file)]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_file_that_is_not_there_is_wrong_usage(capsys):
    assert run(["language", "eval", "/nowhere/lines.jsonl"]) == 2
    assert "nowhere" in capsys.readouterr().err
