"""What a message wants is said well enough on unseen lines; who asks to stop is heard."""

from functools import cache

import pytest
from tests.language.lines import HERE, HOSTILE, SHARED, TRAINING, milliseconds, rows
from tests.measuring import hold

from dealix.language import embedding, table
from dealix.language.evaluation import measure
from dealix.language.intents import INTENTS, IntentModel, intents, read_head
from dealix.language.normal import plain

UNSEEN = rows(HERE / "intents_unseen.jsonl")
SEED = SHARED / "data" / "intents-seed.jsonl"


@cache
def classified(text):
    return intents().classify(text)


def measured(lines, model=None):
    found = [(model.classify if model else classified)(each["text"]) for each in lines]
    wanted = [each["label"] for each in lines]
    return measure(wanted, [each.label for each in found], [each.confidence for each in found])


@pytest.fixture(scope="module")
def ngrams_alone():
    return IntentModel(table.read(table.MODELS / "intents.npz"), read_head(), None)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("ما لنا فيه", "not_interested"),
        ("مو مهتمين", "not_interested"),
        ("مب حاب", "not_interested"),
        ("السلام عليكم", "other"),
        ("هلا", "other"),
        ("كم السعر لـ ٢٠ مستخدم؟", "pricing_question"),
        ("ابي demo بكرة الساعة ٤", "meeting_request"),
        ("نبي نصير وكلاء لكم", "partner_enquiry"),
        ("بعد رمضان ان شاء الله", "not_now"),
        ("غالي مرة", "objection"),
        ("bkam el ba8a?", "pricing_question"),
        ("mesh mohtam", "not_interested"),
        ("stop by our office on Sunday", "meeting_request"),
        ("STOP", "opt_out"),
        ("Out of office until Monday", "out_of_office"),
    ],
)
def test_a_plain_case_is_named(text, label):
    assert intents().classify(text).label == label


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_unseen_lines_reach_the_target(lang):
    found = measured([each for each in UNSEEN if each["lang"] == lang])
    assert found.macro_f1 >= (0.87 if lang == "ar" else 0.90), found.confusion


def test_all_unseen_lines_together_reach_the_target():
    assert measured(UNSEEN).macro_f1 >= 0.90


@pytest.mark.skipif(not SEED.exists(), reason="the shared examples are not beside this checkout")
def test_the_shared_examples_are_named_though_never_learnt_from():
    lines = rows(SEED)[::2]
    assert measured(lines).macro_f1 >= 0.93
    assert all(
        intents().classify(e["text"]).label == "opt_out" for e in lines if e["label"] == "opt_out"
    )


def test_everybody_who_asks_to_stop_is_heard():
    lines = [*UNSEEN, *rows(TRAINING / "intents.jsonl")]
    asked = [each["text"] for each in lines if each["label"] == "opt_out"]
    assert [text for text in asked if classified(text).label != "opt_out"] == []


def test_nobody_else_is_silenced():
    lines = [each for each in UNSEEN if each["label"] != "opt_out"]
    assert [e["text"] for e in lines if classified(e["text"]).label == "opt_out"] == []


def test_headers_of_a_mail_tell_an_automatic_answer_before_any_word():
    found = intents().classify("please unsubscribe", {"Auto-Submitted": "auto-replied"})
    assert (found.label, found.rule) == ("out_of_office", "automatic_headers")
    assert intents().classify("unsubscribe", {"Auto-Submitted": "no"}).label == "opt_out"


def test_a_subject_counts():
    assert intents().classify("", subject="STOP").label == "opt_out"
    assert (
        intents().classify("Regards, Sara", subject="Automatic reply: offer").label
        == "out_of_office"
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_comes_gets_a_label_in_time(name):
    found = intents().classify(HOSTILE[name])
    assert found.label in INTENTS
    assert 0 <= found.confidence <= 1
    assert milliseconds(intents().classify, [HOSTILE[name]]) < 1000


@pytest.mark.parametrize("name", ["empty", "blank", "nul", "bidi"])
def test_what_says_nothing_is_for_a_person(name):
    found = intents().classify(HOSTILE[name])
    assert (found.label, found.confidence, found.method) == ("other", 0.0, "nothing")


def test_who_is_unsure_leaves_it_to_a_person(ngrams_alone, monkeypatch):
    monkeypatch.setattr(ngrams_alone, "threshold", 1.1)
    found = ngrams_alone.classify("كم سعر الباقة السنوية؟")
    assert (found.label, found.best) == ("other", "pricing_question")


def test_without_the_embedder_ngrams_answer_alone_and_say_so(ngrams_alone):
    assert ngrams_alone.embedded is None
    assert ngrams_alone.version.endswith("+ngrams_only")
    assert measured(UNSEEN, ngrams_alone).macro_f1 >= 0.80
    assert ngrams_alone.classify("كم السعر؟").embedded is None


def test_an_embedder_that_cannot_be_imported_is_none(monkeypatch):
    def gone(name):
        raise ImportError(name)

    monkeypatch.setattr(embedding, "import_module", gone)
    embedding.local_embedder.cache_clear()
    assert embedding.local_embedder() is None
    embedding.local_embedder.cache_clear()


def test_another_embedder_s_vectors_are_never_read_by_this_head():
    class Other:
        name, dimensions = "other-1", 384

    model = IntentModel(table.read(table.MODELS / "intents.npz"), read_head(), Other())
    assert model.embedded is None


def test_no_unseen_line_was_learnt_from():
    learnt = {plain(each["text"]) for each in rows(TRAINING / "intents.jsonl")}
    assert [each["text"] for each in UNSEEN if plain(each["text"]) in learnt] == []


def test_each_label_has_enough_lines_in_both_languages():
    counts = {}
    for each in rows(TRAINING / "intents.jsonl"):
        counts[each["label"], each["lang"]] = counts.get((each["label"], each["lang"]), 0) + 1
    assert min(counts.values()) >= 60
    assert {label for label, _ in counts} == set(INTENTS)


@pytest.mark.measured
def test_a_message_takes_its_time_and_no_more():
    took = milliseconds(intents().classify, [each["text"] for each in UNSEEN[::12]])
    hold("message classification, p95", took, 40, "ms", otherwise=200)
