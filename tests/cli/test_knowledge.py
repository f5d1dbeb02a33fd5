"""`dealix knowledge eval` measures a labelled file: on its texts, or by what a stack answers."""

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.measuring import ALONE, hold

from dealix.bootstrap import Services
from dealix.cli import knowledge
from dealix.cli.client import Client
from dealix.cli.main import run
from dealix.cli.own_database import OwnDatabase, own_database
from dealix.settings import Settings

LEAVE = (
    "يستحق الموظف إجازة سنوية مدتها ثلاثون يوم عمل بعد إتمام سنة كاملة، ولا يُرحَّل أكثر من عشرة أيام."
)
BACKUP = "Databases are copied every night, and a copy outside the site is kept for ninety days."
LINES = [
    {"query": "كم يوم إجازة سنوية للموظف؟", "relevant": LEAVE},
    {"query": "How long are off-site database copies kept?", "relevant": [BACKUP]},
    {"query": "😀", "relevant": [BACKUP]},
]

COMPANY = Path(__file__).parents[1] / "business" / "knowledge" / "company.jsonl"


def written(tmp_path, lines):
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return str(file)


@pytest.fixture
def own(engines, database_urls, tmp_path, monkeypatch):
    """The database of this module instead of an embedded one."""
    settings = Settings(
        home=tmp_path,
        database_url=SecretStr(database_urls.app),
        secrets_file=engines.secrets_file,
    )

    @contextmanager
    def given():
        services = Services(settings)
        yield OwnDatabase(services, database_urls.owner)
        services.close()

    monkeypatch.setattr(knowledge, "own_database", given)


@pytest.mark.measured
@pytest.mark.timeout(900)
@pytest.mark.skipif(not ALONE, reason="only when measuring")
def test_a_question_to_20_000_passages_is_answered_in_time(capsys):
    assert run(["knowledge", "bench", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["passages"] == 20_000
    hold("knowledge search over 20,000 passages, p95", found["p95_ms"], 150, "ms")


@pytest.mark.measured
@pytest.mark.timeout(600)
@pytest.mark.skipif(not ALONE, reason="only when measuring")
def test_the_search_finds_as_much_as_its_data_card_says(capsys):
    assert run(["knowledge", "eval", str(COMPANY), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    hold("knowledge, missed at 5", 1 - found["recall_at_5"], 0.085, "of 1")


def test_a_file_of_texts_is_measured_on_them(own, tmp_path, capsys):
    assert run(["knowledge", "eval", written(tmp_path, LINES), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["queries"], found["searched"]) == (3, "2 texts of the file")
    assert found["recall_at_1"] == found["mrr"] == 0.6667


def test_a_bench_times_questions_to_as_many_passages_as_asked(own, capsys, monkeypatch):
    monkeypatch.setattr(knowledge.benching, "EMBEDDED", 10)
    assert run(["knowledge", "bench", "--passages", "100", "--questions", "20", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["passages"] >= 100, found["questions"]) == (True, 20)
    assert 0 < found["p50_ms"] <= found["p95_ms"]


def test_a_file_of_names_asks_the_running_stack(tmp_path, capsys, monkeypatch):
    passage = {
        "id": "kdoc_1:1",
        "source": {"id": "kdoc_1", "title": "Leave", "media_type": "text/plain"},
        "page": None,
        "starts": 0,
        "ends": 1,
        "text": "t",
        "highlights": [],
        "score": 1,
        "near": None,
        "worded": 0,
        "letters": 0,
    }
    monkeypatch.setattr(Client, "post", lambda *_: {"passages": [passage]})
    lines = [{"query": "q", "relevant": ["Leave"]}, {"query": "q", "relevant": "kdoc_1:1"}]
    assert run(["knowledge", "eval", written(tmp_path, lines)]) == 0
    said = capsys.readouterr().out
    assert "2 questions to documents of the running stack" in said
    assert "recall@5    1.000" in said


@pytest.mark.parametrize("content", ["", "not json\n", '{"id": "a", "text": "b"}\n'])
def test_what_cannot_be_measured_ends_with_1_and_a_sentence(tmp_path, capsys, content):
    file = tmp_path / "odd.jsonl"
    file.write_text(content, encoding="utf-8")
    assert run(["knowledge", "eval", str(file)]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_nothing_is_measured_on_a_database_of_the_settings(monkeypatch):
    monkeypatch.setenv("DEALIX_DATABASE_URL", "postgresql://somewhere/else")
    with pytest.raises(knowledge.Unable), own_database():
        pass
