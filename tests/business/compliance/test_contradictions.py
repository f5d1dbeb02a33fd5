"""Claims are found in both languages, and what does not hold together is named with both places."""

from pathlib import Path

import pytest

import dealix
from dealix.business.compliance.claims import Document, claims_of
from dealix.business.compliance.conflicts import conflicts_of

SEED = Path(dealix.__file__).parents[3] / "shared" / "seed-workflow-inventory.md"


def found(*texts):
    claims = [
        claim
        for number, text in enumerate(texts)
        for claim in claims_of(Document(f"d{number}", text))
    ]
    return conflicts_of([*claims])


@pytest.mark.parametrize(
    ("one", "other", "rule", "kind", "severity"),
    [
        ("All data is encrypted at rest.", "Backups are not encrypted at rest.",
         "promised_and_denied", "policy", "high"),
        ("البيانات مشفّرة أثناء التخزين.", "Files are never encrypted at rest",
         "promised_and_denied", "policy", "high"),
        ("تبقى البيانات داخل المملكة.", "لا تبقى البيانات داخل المملكة في النسخ الاحتياطية.",
         "promised_and_denied", "policy", "high"),
        ("We never share data with third parties.", "Data is shared with third parties.",
         "promised_and_denied", "policy", "high"),
        ("Retention of WhatsApp messages: 24 months", "نحتفظ برسائل واتساب ٣٦ شهرًا",
         "different_times", "temporal", "medium"),
        ("The discount limit is 15%.", "حد الخصم 20٪", "different_numbers", "factual", "medium"),
        ("# Signature\nOwner: Legal", "# Signature\nOwner: Sales", "different_values", "factual",
         "low"),
        ("# Launch\nDeadline: 2027-03-01", "# Launch\nDeadline: 2027-04-01", "different_days",
         "temporal", "medium"),
        ("There are 3 temporal candidates.", "We list 6 temporal candidates.", "different_counts",
         "factual", "low"),
    ],
)  # fmt: skip
def test_what_contradicts_is_found(one, other, rule, kind, severity):
    [conflict] = found(one, other)
    assert (conflict.rule, conflict.kind, conflict.severity) == (rule, kind, severity)
    quotes = {conflict.a.quote, conflict.b.quote}
    assert quotes == {one.splitlines()[-1], other.splitlines()[-1]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("All data is encrypted at rest.", "البيانات مشفرة عند التخزين"),
        ("Retention of WhatsApp messages: 24 months", "Retention of email messages: 36 months"),
        ("Retention of leads: 24 months", "مدة الاحتفاظ بالعملاء المحتملين: سنتان، أي 2 سنوات"),
        ("Uptime is 99.9%", "The discount limit is 15%"),
        ("# A\nOwner: Legal", "# B\nOwner: Sales"),
        ("24 hours", "48 hours"),
        ("", "\x00\u202e" * 50),
        ("🙂" * 200, "| | |\n|-|-|\n" * 50),
    ],
)  # fmt: skip
def test_what_speaks_of_two_things_is_none(one, other):
    assert found(one, other) == []


def test_a_hundred_thousand_characters_are_read_in_time():
    text = "Retention of email: 24 months and encrypted at rest | a | b\n" * 1700
    assert len(text) > 100_000
    assert found(text) == []


def test_the_seed_s_own_contradictions_about_its_classes_are_found():
    if not SEED.exists():
        pytest.skip("the inventory that the catalogue follows is not beside this checkout")
    conflicts = found(SEED.read_text(encoding="utf-8"))
    told = {
        (one.rule, one.b.quote.split("|")[1].strip()) for one in conflicts if "|" in one.b.quote
    }
    outside = {name for rule, name in told if rule == "class_forbids_outside"}
    assert outside == {
        "Lead scoring",  # short, and calls a model
        "Lead qualification pipeline",
        "Multi-channel outreach sequence",
        "Meeting booking flow",
        "Proposal generation",
        "Affiliate onboarding",
        "Contradiction scan",
    }
    assert ("longer_than_its_class", "Multi-channel outreach sequence") in told
    [counts] = [one for one in conflicts if one.rule == "different_counts"]
    assert "3 Temporal candidates" in counts.a.quote
    assert "(Temporal Candidates)" in counts.b.quote
    assert len(conflicts) == len(outside) + 2
