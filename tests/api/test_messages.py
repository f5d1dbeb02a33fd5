"""Messages are classified at the door: rights, limits, odd input, and nothing of them is kept."""

import json

import pytest
from jsonschema import Draft202012Validator
from tests.api.served import served

from dealix.api.app import create_app
from dealix.bootstrap import Services
from dealix.business.messages.follow_ups import FOLLOW_UPS
from dealix.language.intents import INTENTS

CLASSIFY, DIALECT = "/api/v1/messages/classify", "/api/v1/messages/dialect"


def ask(client, text, path=CLASSIFY, **more):
    return client.post(path, json={"text": text, **more})


def test_an_intent_comes_with_what_follows_and_where_it_comes_from(door, noura):
    answer = ask(noura, "بكم الباقة السنوية لعشرين مستخدم؟")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["label"], found["follows"]["action"]) == ("pricing_question", "send_pricing")
    assert found["follows"]["text"] == "أرسل الأسعار واعرض تقديم عرض توضيحي."
    assert found["provenance"]["method"] == "model"
    assert found["provenance"]["model"].startswith("intents-1-")
    assert found["provenance"]["inputs_hash"].startswith("sha256:")
    assert found["ms"] > 0
    assert 0.5 < found["confidence"] <= 1
    assert "الباقة" not in answer.text
    english = ask(door.client("turki"), "not now, maybe after Ramadan").json()
    assert (english["label"], english["follows"]["after"]) == ("not_now", "P30D")


def test_a_rule_says_that_it_decided(noura):
    found = ask(noura, "إيـقـاف").json()
    assert (found["label"], found["rule"], found["confidence"]) == ("opt_out", "stop_word", 1.0)
    assert (found["provenance"]["method"], found["provenance"]["model"]) == ("rules", None)
    away = ask(noura, "Re: offer", headers={"Auto-Submitted": "auto-replied"}).json()
    assert (away["label"], away["rule"]) == ("out_of_office", "automatic_headers")


def test_a_dialect_comes_with_its_certainty(noura):
    found = ask(noura, "شلونك عساك طيب، الحين وين رايح؟", DIALECT).json()
    assert (found["label"], found["note"]) == ("gulf", "incl_saudi")
    assert found["provenance"]["model"].startswith("dialects-1-")
    other = ask(noura, "您好，请问价格是多少？", DIALECT).json()
    assert (other["label"], other["provenance"]["method"]) == ("other_language", "rules")


def test_answers_are_as_the_document_says(door, noura):
    document = door.client().get("/openapi.json").json()
    for path in (CLASSIFY, DIALECT):
        told = document["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]
        schema = {**told["schema"], "components": document["components"]}
        for text in ("كم السعر؟", "STOP", "😂"):
            Draft202012Validator(schema).validate(ask(noura, text, path).json())


@pytest.mark.parametrize("path", [CLASSIFY, DIALECT])
def test_who_is_not_signed_in_is_told_so(door, path):
    assert ask(door.client(), "هلا", path).status_code == 401


@pytest.mark.parametrize("path", [CLASSIFY, DIALECT])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": None},
        {"text": 5},
        {"text": ["a"]},
        {"text": "a\x00b"},
        {"text": "a\u202eb"},
        {"text": "a\x1bb"},
        {"text": "a", "tenant": "x"},
    ],
)
def test_what_is_no_message_is_422(noura, path, body):
    answer = noura.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize("path", [CLASSIFY, DIALECT])
def test_a_lone_surrogate_is_422(noura, path):
    headers = {"Content-Type": "application/json"}
    answer = noura.post(path, content=b'{"text": "\\ud800"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize("text", ["ا", "?", "😂👍🏽", "   ", "1", "שלום привет 你好 مرحبا hello"])
def test_little_gets_a_clear_answer(noura, text):
    assert ask(noura, text).json()["label"] in INTENTS
    assert ask(noura, text, DIALECT).json()["label"]


def test_a_hundred_thousand_characters_are_read_in_time_and_more_are_refused(door):
    wide = Services(door.services.settings.model_copy(update={"max_body_bytes": 1_000_000}))
    with served(create_app(wide)) as url:
        noura = door.client("noura")
        for path, budget in ((CLASSIFY, 2000), (DIALECT, 1000)):
            found = ask(noura, "والله ما أدري " * 7200, f"{url}{path}")
            assert (found.status_code, found.json()["ms"] < budget) == (200, True)
            assert ask(noura, "a" * 200_001, f"{url}{path}").status_code == 422
    wide.close()
    assert ask(door.client("noura"), "a" * 100_000).json()["code"] == "body_too_large"


def test_nothing_of_a_message_is_logged_and_labels_are_counted(door, noura, caplog):
    secret = "my number is 0551234567 and I want to know the price"
    ask(noura, secret)
    ask(noura, secret, DIALECT)
    ask(noura, f"{secret}\x00")
    assert "0551234567" not in caplog.text
    shown = door.client().get("/metrics").text
    assert 'dealix_message_labels_total{kind="intent",label="pricing_question"}' in shown
    assert 'dealix_short_seconds_count{outcome="done",workflow="message_classification"}' in shown
    assert "0551234567" not in shown


def test_every_intent_has_what_follows():
    assert set(FOLLOW_UPS) == set(INTENTS)


@pytest.mark.parametrize(
    ("key", "path"), [("message_classification", CLASSIFY), ("dialect_detection", DIALECT)]
)
def test_the_inventory_shows_an_input_that_runs(noura, key, path):
    texts = set()
    for number in (0, 1, 7):
        row = noura.get(f"/api/v1/inventory/{key}?example={number}").json()
        Draft202012Validator(row["input_schema"]).validate(row["example"])
        assert noura.post(path, json=row["example"]).status_code == 200
        texts.add(row["example"]["text"])
    assert len(texts) == 3
    refused = noura.post("/api/v1/runs", json={"workflow": key, "input": row["example"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "answers_at_once")


def test_the_rows_of_both_tasks_are_built(noura):
    rows = {row["key"]: row for row in noura.get("/api/v1/inventory").json()}
    assert all(rows[key]["built"] for key in ("message_classification", "dialect_detection"))
    assert "text" not in json.dumps(noura.get("/api/v1/audit?limit=20").json())
