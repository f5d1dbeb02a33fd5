"""Texts that mislead: ours are refused, a stranger's lose what misleads."""

import json

import pytest

from dealix.connectors import inbound
from dealix.i18n.fit import OVERRIDES, fit, legible

MISLEADING = [*OVERRIDES, "\x00", "\x1b", "\x7f", "\x85", "\ud800"]


@pytest.mark.parametrize("sign", sorted(MISLEADING))
def test_what_is_refused_from_us_is_left_out_of_what_strangers_write(sign):
    text = f"We accept {sign}not"
    assert not fit(text)
    assert legible(text) == "We accept not"
    assert fit(legible(text))


def test_lines_and_the_marks_of_arabic_stay():
    text = "نقبل\u200f، \u200cشكرًا\n\tمحمد\r\n"
    assert fit(text)
    assert legible(text) == text


def test_a_mail_from_outside_reads_in_the_order_in_which_it_was_written():
    said = {"from": "a\u202eb@x.example", "subject": "\u202eno", "text": "We \u2067accept\u0000"}
    found = inbound.read("smtp", json.dumps({"type": "message", "data": said}).encode())
    assert (found.sender, found.subject, found.text) == ("ab@x.example", "no", "We accept")


def test_so_does_a_message_whatever_its_clock_says():
    message = {"from": "966501234567", "timestamp": "²", "type": "text"}
    message |= {"text": {"body": "\u202eok"}}
    found = inbound.read("whatsapp", json.dumps({"message": message}).encode())
    assert (found.text, found.sender) == ("ok", "+966501234567")
    later = json.dumps({"message": {**message, "timestamp": "9" * 40}}).encode()
    assert inbound.read("whatsapp", later).text == "ok"
