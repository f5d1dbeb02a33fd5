"""A packet as people read it, and what two packets differ in."""

from zoneinfo import ZoneInfo

from dealix.console.packets import value_said
from dealix.console.speech import Speech
from dealix.trust.approvals.differences import Change, differences

ENGLISH = Speech("en", ZoneInfo("Asia/Riyadh"))
ARABIC = Speech("ar", ZoneInfo("Asia/Riyadh"))
PACKET = {
    "asks": "partner.send_terms",
    "subject": {"name": "Najd", "registration_number": "1010123456"},
    "context": {"fit_score": 78},
    "risks": [],
    "reversibility": "partially",
    "effects": [{"action": "email.send", "payload_hash": "sha256:aa"}],
    "draft": "Share: 12.5 %",
}


def test_a_changed_packet_shows_each_value_that_differs():
    changed = {
        **PACKET,
        "draft": "Share: 15 %",
        "context": {"fit_score": 61, "exclusivity": True},
        "effects": [{"action": "email.send", "payload_hash": "sha256:bb"}],
    }
    assert differences(PACKET, changed) == [
        Change("fit_score", "78", "61"),
        Change("payload_hash", "sha256:aa", "sha256:bb"),
        Change("draft", "Share: 12.5 %", "Share: 15 %"),
        Change("exclusivity", None, "True"),
    ]


def test_of_a_long_text_only_the_changed_lines_are_shown():
    before = {**PACKET, "draft": "1. Kind\n2. Share: 15 %\n3. Revenue"}
    after = {**PACKET, "draft": "1. Kind\n2. Share: 12 %\n3. Revenue\n4. Term"}
    assert differences(before, after) == [
        Change("draft", "2. Share: 15 %", "2. Share: 12 %\n4. Term")
    ]


def test_what_is_no_part_of_what_was_seen_is_no_difference():
    assert differences(PACKET, {**PACKET, "person_id": "per_1"}) == []


def test_the_same_packet_has_no_difference():
    assert differences(PACKET, PACKET) == []


def test_who_has_seen_nothing_is_shown_no_difference():
    assert differences({}, PACKET) == []


def test_values_are_said_and_never_trusted():
    assert value_said(ENGLISH, "<b>x</b>") == "<bdi>&lt;b&gt;x&lt;/b&gt;</bdi>"
    assert value_said(ARABIC, "partially") == "قابل للتراجع جزئيًا"
    assert "1,200,000" in value_said(ARABIC, "1200000.00")
    assert "1010123456" in value_said(ARABIC, "1010123456")  # no amount: digits stay together
    assert value_said(ARABIC, "≥ 5") == '<bdi dir="ltr">≥ 5</bdi>'
    assert "نوفمبر" in value_said(ARABIC, "2026-11-24T10:00:00Z")


def test_a_comparison_is_read_from_left_to_right_in_arabic_too():
    signal = {"name": "expected_revenue", "weight": 35, "points": 28, "because": "≥ 1000000"}
    assert '<bdi dir="ltr">≥ ' in value_said(ARABIC, signal)
    assert "1,000,000" in value_said(ENGLISH, signal)
