"""A dialect is named offline, well enough on lines that were never learnt from, and fast."""

import numpy as np
import pytest
from tests.language.lines import HERE, HOSTILE, TRAINING, milliseconds, rows
from tests.measuring import hold

from dealix.errors import InvariantBroken
from dealix.language import table
from dealix.language.dialects import DIALECTS, LABELS, dialects
from dealix.language.evaluation import measure
from dealix.language.marks import saudi_marks
from dealix.language.normal import plain

UNSEEN = rows(HERE / "dialects_unseen.jsonl")
OWN = TRAINING / "dialects"


def own(name):
    return [line for line in (OWN / f"{name}.test.txt").read_text("utf-8").splitlines() if line]


def measured(lines):
    found = [dialects().detect(text) for text, _ in lines]
    best = ["gulf" if each.best == "saudi" else each.best for each in found]
    return measure([label for _, label in lines], best, [each.confidence for each in found])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("ازيك عامل ايه النهارده، مش هعرف آجي دلوقتي", "egyptian"),
        ("شو بدك تعمل هلق؟ ما عم بفهم عليك", "levantine"),
        ("شنو هاي السالفة، هسه اني ما اكدر اجي", "iraqi"),
        ("واش راك، علاش ما جيتيش البارح، راني عيان بزاف", "maghrebi"),
        ("شلونك عساك طيب، الحين وين رايح؟ ما ابي شي", "gulf"),
        ("نشكركم على تواصلكم ونود إفادتكم بأن الاجتماع سيعقد يوم الأحد", "msa"),
        ("وش ذا الكلام يا رجال، أبغى أعرف السعر دحين", "saudi"),
        ("momken a3raf el se3r kam law sam7t", "arabizi"),
        ("Could you please send me a quotation?", "other_language"),
        ("Pouvez-vous m'envoyer un devis ?", "other_language"),
        ("آپ کا بہت شکریہ، میں دلچسپی نہیں رکھتا", "other_language"),
        ("سلام، قیمت این نرم افزار چند است؟", "other_language"),
        ("您好，请问价格是多少？", "other_language"),
        ("שלום, כמה זה עולה?", "other_language"),
    ],
)
def test_a_plain_case_is_named(text, label):
    assert dialects().detect(text).label == label


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_comes_gets_a_label_in_time(name):
    found = dialects().detect(HOSTILE[name])
    assert found.label in LABELS
    assert 0 <= found.confidence <= 1
    assert milliseconds(dialects().detect, [HOSTILE[name]]) < 200


@pytest.mark.parametrize("name", ["empty", "blank", "one letter", "emoji", "nul", "bidi"])
def test_what_says_nothing_is_undetermined(name):
    assert dialects().detect(HOSTILE[name]).label == "undetermined"


def test_one_decorative_letter_makes_no_other_language_of_arabic():
    assert dialects().detect("ہلا والله شلونك عساك طيب وش اخبارك").label == "gulf"
    assert dialects().detect("شلونك خويه هسه گلي شنو هالحچي").label == "iraqi"


def test_spelling_makes_no_difference():
    one = dialects().detect("شلونك يا أخي، وين رايح الحين؟ تعال عندنا بكرة")
    other = dialects().detect("شـــلونك يا اخي \u200fوين رايح الحييييين!!! تعال عندنا بكره 123")
    assert (one.best, other.best) == ("gulf", "gulf")
    assert one.confidence == pytest.approx(other.confidence, abs=0.1)


def test_unseen_lines_are_named_well_enough():
    found = measured([(each["text"], each["label"]) for each in UNSEEN])
    assert found.macro_f1 >= 0.85, found.confusion
    at_60 = next(each for each in found.curve if each.coverage == 0.6)
    assert at_60.accuracy >= 0.90


def test_our_own_held_out_lines_are_named_well_enough():
    found = measured([(line, label) for label in DIALECTS for line in own(label)])
    assert found.macro_f1 >= 0.85, found.confusion


def test_latin_letters_are_told_apart():
    lines = [(line, label) for label in ("arabizi", "other_language") for line in own(label)]
    assert measured(lines).accuracy >= 0.9


def test_saudi_is_said_by_marker_words_alone_and_never_of_its_neighbours_here():
    marked = [line for line in own("saudi") if saudi_marks(plain(line))]
    assert len(marked) > len(own("saudi")) / 2
    assert [line for line in own("gulf_other") if saudi_marks(plain(line))] == []
    others = [line for name in DIALECTS if name != "gulf" for line in own(name)]
    assert [line for line in others if dialects().detect(line).label == "saudi"] == []


def test_gulf_says_that_it_includes_saudi():
    assert dialects().detect("شلونك عساك طيب، الحين وين رايح؟").note == "incl_saudi"


def test_no_unseen_line_was_learnt_from():
    learnt = {
        plain(line)
        for name in DIALECTS
        for line in (OWN / f"{name}.txt").read_text("utf-8").splitlines()
    }
    unseen = [
        *(each["text"] for each in UNSEEN),
        *(line for name in DIALECTS for line in own(name)),
    ]
    assert [line for line in unseen if plain(line) in learnt] == []


@pytest.mark.measured
def test_a_message_takes_about_a_millisecond():
    took = milliseconds(dialects().detect, [each["text"] for each in UNSEEN])
    hold("dialect detection, p95", took, 1, "ms", otherwise=5)


def test_the_models_are_small_and_their_version_names_their_content():
    files = sorted(table.MODELS.glob("*.npz"))
    assert sum(file.stat().st_size for file in files) < 8_000_000
    assert dialects().version.startswith("dialects-1-")


def test_a_file_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "torn.npz").write_bytes(b"PK\x03\x04 torn")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    for name in ("torn.npz", "other.npz", "absent.npz"):
        with pytest.raises(InvariantBroken):
            table.read(tmp_path / name)
