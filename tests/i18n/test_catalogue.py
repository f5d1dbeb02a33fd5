"""The catalogue that runs is whole, and values inside its texts keep their direction."""

import re

import pytest

from dealix.error_codes import CODES
from dealix.errors import Conflict, InvalidInput
from dealix.i18n import isolate, name_of, negotiate, ntranslate, sentence_of, translate
from dealix.i18n.catalogue import catalogue_file, translations
from dealix.i18n.extract import findings, merged, template, texts_of_code

ARABIC = re.compile(r"[\u0600-\u06ff]")


def test_every_text_is_translated_none_is_fuzzy_and_none_is_left_over():
    assert findings("ar") == []


def test_a_text_without_its_translation_is_found(monkeypatch, tmp_path):
    cut = tmp_path / "dealix.po"
    text = catalogue_file("ar").read_text(encoding="utf-8")
    cut.write_text(re.sub(r'(msgid "Sign in"\nmsgstr) ".*"', r'\1 ""', text), encoding="utf-8")
    monkeypatch.setattr("dealix.i18n.extract.catalogue_file", lambda _locale: cut)
    assert findings("ar") == ["untranslated: Sign in"]


def test_a_translation_that_loses_a_value_is_found(monkeypatch, tmp_path):
    cut = tmp_path / "dealix.po"
    text = catalogue_file("ar").read_text(encoding="utf-8")
    wrong = re.sub(r'(msgid "Hash: \{hash\}"\nmsgstr) ".*"', r'\1 "البصمة"', text)
    assert wrong != text
    cut.write_text(wrong, encoding="utf-8")
    monkeypatch.setattr("dealix.i18n.extract.catalogue_file", lambda _locale: cut)
    assert findings("ar") == ["places differ: Hash: {hash}"]


def test_texts_come_from_code_templates_codes_schemas_and_the_catalogue():
    found = {str(message.id) for message in template()}
    assert CODES["stale_packet"] in found
    assert "Skip to the content" in found  # a template
    assert "Riyadh" in found  # marked in code
    assert "Commercial registration" in found  # the title of a schema's field
    assert "It lasts up to {duration}: short ends at 30 seconds." in found  # a rule's reason
    assert any(file.endswith(".html") for file, _line, _msgid in texts_of_code())


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_error_code_speaks_arabic(code):
    assert ARABIC.search(translate("ar", CODES[code]))


def test_values_are_isolated_in_arabic_and_plain_in_english():
    assert translate("en", "Hash: {hash}", hash="abc") == "Hash: abc"
    assert isolate("abc") in translate("ar", "Hash: {hash}", hash="abc")


def test_a_missing_value_does_not_break_a_sentence():
    assert translate("en", "Hash: {hash}") == "Hash: …"


def test_an_unknown_text_and_an_unknown_locale_speak_english():
    assert translate("ar", "nobody has ever said this") == "nobody has ever said this"
    assert translate("fr", "Sign in") == "Sign in"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 يوم"), (1, "يوم واحد"), (2, "يومان"), (3, "3 أيام"), (11, "11 يومًا"), (100, "100 يوم")],
)
def test_arabic_counts_in_its_six_forms(count, text):
    assert ntranslate("ar", "{count} day", "{count} days", count) == text


def test_the_counted_noun_stands_in_the_accusative_from_eleven_on_and_not_at_a_hundred():
    wrong = [
        texts[0]
        for texts in (one.string for one in merged("ar") if isinstance(one.string, tuple))
        if re.search(r"\{count\} \w+\u064b\u0627", texts[4])
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("ar-SA,ar;q=0.9,en;q=0.8", "ar"),
        ("en-GB,en;q=0.9,ar;q=0.5", "en"),
        ("fr,de;q=0.5", "ar"),
        ("fr, en;q=0.1", "en"),
        ("ar;q=0, en;q=0.2", "en"),
        ("", "ar"),
        (None, "ar"),
        ("en;q=broken", "ar"),
    ],
)
def test_the_browsers_languages_are_weighed(header, locale):
    assert negotiate(header) == locale


def test_a_name_falls_back_to_its_other_language():
    assert name_of({"name": "Rawabi", "name_ar": "روابي"}, "ar") == "روابي"
    assert name_of({"name": "Rawabi", "name_ar": "روابي"}, "en") == "Rawabi"
    assert name_of({"name": "Rawabi", "name_ar": ""}, "ar") == "Rawabi"
    assert name_of({"name": None, "name_ar": None}, "ar") == ""


def test_an_error_says_the_words_of_its_values():
    error = Conflict("no_authority_row", gate="manager_approval", type="referral")
    assert "موافقة المدير" in sentence_of(error, "ar")
    assert "إحالة" in sentence_of(error, "ar")
    assert "Manager approval" in sentence_of(error, "en")


def test_an_error_never_shows_a_place_that_was_not_filled():
    assert "{" not in sentence_of(InvalidInput("unknown_person"), "ar")


def test_the_po_file_is_what_runs():
    assert translations("ar").gettext("Sign in") == "تسجيل الدخول"
