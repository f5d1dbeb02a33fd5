"""Knowledge searched by the vectors of an endpoint, within the register, in time whatever it does.

The sandbox plays the endpoint: its vectors count words.
"""

import json
import time
from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.api.served import served
from tests.api.test_knowledge import ask, bring
from tests.sandbox.conftest import EMBEDDINGS_KEY

from dealix.api.app import create_app
from dealix.business.knowledge import embedding
from dealix.business.knowledge.embedders import Embedders
from dealix.connectors.embeddings import EmbeddingsEndpoint
from dealix.connectors.secrets import LocalSecrets
from dealix.console.routes import add_pages
from dealix.settings import Settings

REGISTER = "/api/v1/processing-register/ai_analysis"
PAUSE = 0.2


@pytest.fixture
def by_endpoint(door, sandbox):
    """The installation embeds by the endpoint, and has swept; other tests embed as they did."""
    secrets = LocalSecrets(environment={"DEALIX_SECRET_EMBEDDINGS_KEY": EMBEDDINGS_KEY})
    url = f"http://{sandbox.http_address}/v1"
    endpoint = EmbeddingsEndpoint.of(Settings(embeddings_url=url), secrets)
    before = door.services.knowledge
    door.services.knowledge = replace(before, embedders=Embedders(endpoint, PAUSE))
    sweep(door)
    yield endpoint
    sandbox.client.delete("/_sandbox/faults")
    endpoint.close()
    door.services.knowledge = before


def sweep(door):
    while door.services.knowledge.sweep():
        pass


def models_of(door, document):
    with door.services.database.tenant("rawabi-sa") as session:
        query = text("SELECT DISTINCT model FROM knowledge_passages WHERE document_id = :id")
        return set(session.execute(query, {"id": document}).scalars())


def heard(sandbox):
    rows = sandbox.client.get("/_sandbox/requests", params={"provider": "embeddings"}).json()
    return [json.loads(each["body"])["input"] for each in rows]


def test_passages_and_questions_are_embedded_by_the_endpoint_and_meet(
    door, noura, by_endpoint, sandbox
):
    made = bring(noura, b"The zephyr pavilion closes at nine. Write to a.otaibi@client.example.")
    document = made.json()["id"]
    assert (made.json()["waiting"], models_of(door, document)) == (0, {by_endpoint.name})
    found = ask(noura, "zephyr pavilion, call 0551234567").json()
    best, told = found["passages"][0], found["provenance"]
    assert (best["source"]["id"], best["near"] > 0.3) == (document, True)
    assert (told["method"], told["model"]) == ("model", by_endpoint.name)
    assert (told["not_configured"], told.get("fall_back")) == ([], None)
    sent = heard(sandbox)
    assert max(map(len, sent)) > 1, "passages leave by the batch"
    assert "[EMAIL_1]" in str(sent)
    assert not [word for word in ("otaibi", "0551234567") if word in str(sent)]
    with door.services.database.tenant("rawabi-sa") as session:
        query = text("SELECT count(*) FROM knowledge_passages WHERE model <> :name")
        assert session.execute(query, {"name": by_endpoint.name}).scalar_one() == 0


@pytest.mark.parametrize(
    ("fault", "because"),
    [
        ("broken_json", "unavailable"),
        ("error_500", "unavailable"),
        ("injected", "invalid_answer"),
        ("not_numbers", "invalid_answer"),
        ("rate_limited", "rate_limited"),
        ("slow", "too_slow"),
        ("timeout_before", "unavailable"),
        ("wrong_dimensions", "invalid_answer"),
    ],
)
def test_an_endpoint_that_fails_leaves_words_alone_in_time(
    noura, by_endpoint, sandbox, fault, because
):
    bring(noura, b"The quokka enclosure opens at dawn.", "Quokka")
    sandbox.fault("embeddings", fault, count=50)
    began = time.monotonic()
    found = ask(noura, "quokka enclosure").json()
    assert time.monotonic() - began < 3
    assert (found["passages"][0]["source"]["title"], found["passages"][0]["near"]) == (
        "Quokka",
        None,
    )
    told = found["provenance"]
    assert (told["method"], told["model"]) == ("rules", None)
    assert told["fall_back"] == {"chosen": "model", "because": because}
    sent = len(heard(sandbox))
    assert ask(noura, "quokka").json()["provenance"]["fall_back"]["because"] == because
    assert len(heard(sandbox)) == sent, "what failed is left alone for a while"
    sandbox.client.delete("/_sandbox/faults")
    time.sleep(PAUSE)
    assert ask(noura, "quokka enclosure").json()["passages"][0]["near"] > 0.3


def test_a_document_that_comes_while_the_endpoint_is_away_gets_its_vectors_later(
    door, noura, by_endpoint, sandbox
):
    sandbox.fault("embeddings", "timeout_before", count=50)
    made = bring(noura, b"The lantern festival is in spring.", "Lantern").json()
    assert made["waiting"] == made["passages"] == 1
    assert door.services.knowledge.sweep() == 0
    assert ask(noura, "lantern festival").json()["passages"][0]["source"]["title"] == "Lantern"
    sandbox.client.delete("/_sandbox/faults")
    time.sleep(PAUSE)
    sweep(door)
    assert models_of(door, made["id"]) == {by_endpoint.name}


def test_a_company_that_lets_nothing_leave_is_embedded_in_this_process(
    door, noura, by_endpoint, sandbox
):
    abeer = door.client("abeer")
    entries = {each["activity"]: each for each in abeer.get(REGISTER.rsplit("/", 1)[0]).json()}
    keep = {
        name: value
        for name, value in entries["ai_analysis"].items()
        if name not in {"activity", "set_by", "set_at"}
    }
    abeer.put(REGISTER, json={**keep, "leaves": "nothing"}).raise_for_status()
    try:
        sent = len(heard(sandbox))
        made = bring(noura, b"The obsidian ledger is kept for ten years.").json()
        assert models_of(door, made["id"]) == {embedding.model()}
        sweep(door)
        told = ask(noura, "obsidian ledger").json()
        assert told["passages"][0]["near"] > 0.5
        assert told["provenance"]["model"] == embedding.model()
        assert told["provenance"]["fall_back"] == {"chosen": "model", "because": "not_permitted"}
        assert len(heard(sandbox)) == sent
    finally:
        abeer.put(REGISTER, json=keep).raise_for_status()


def test_the_page_says_why_only_words_were_compared(door, noura, by_endpoint, sandbox, visiting):
    bring(noura, b"The heron pond is fed by two wells.")
    sandbox.fault("embeddings", "error_500", count=50)
    token = door.person("noura")["token"]
    with served(create_app(door.services, add_pages)) as url:
        for locale, said in (("en", "it did not answer."), ("ar", "فقورنت الكلمات وحدها")):
            window = visiting(url, locale, token)
            page = window.send(window.get("/knowledge"), "/knowledge", query="heron pond")
            assert said in page.text
            time.sleep(PAUSE)
