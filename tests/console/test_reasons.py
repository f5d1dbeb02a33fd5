"""Reasons of verdicts are said in Arabic, whatever fills them."""

import re
from zoneinfo import ZoneInfo

import pytest

from dealix import catalog
from dealix.catalog.rules import REASONS
from dealix.console.reasons import matched, reasons
from dealix.console.speech import Speech
from dealix.settings import Settings

ARABIC = Speech("ar", ZoneInfo("Asia/Riyadh"))
ENGLISH = Speech("en", ZoneInfo("Asia/Riyadh"))
BRANDS = {
    "Celery", "task", "chain", "OpenClaw", "Sequence", "Engine", "Sync", "Temporal", "Cal.com",
    "WhatsApp", "HubSpot", "Wathq", "durable_flow", "PostgreSQL", "Valkey", "DocuSign", "S3",
}  # fmt: skip


@pytest.mark.parametrize("row", catalog.rows(), ids=lambda row: row.key)
def test_every_reason_of_every_row_is_arabic(row):
    shown = catalog.as_public(row, Settings())
    say = reasons(ARABIC, row)
    verdicts = (shown["verdict_declared"], shown["verdict_built"])
    found = [violation["reason"] for verdict in verdicts for violation in verdict["violations"]]
    for sentence in found:
        pattern, _ = matched(sentence)
        assert pattern in REASONS.values()
        text = say(sentence).striptags()
        latin = {w.strip(".") for w in re.findall(r"[A-Za-z][A-Za-z.0-9_]*", text)} - BRANDS
        assert not latin, text


@pytest.mark.parametrize("row", catalog.rows(), ids=lambda row: row.key)
def test_no_reason_shows_a_key_of_the_program(row):
    say = reasons(ENGLISH, row)
    verdicts = catalog.as_public(row, Settings())
    for name in ("verdict_declared", "verdict_built"):
        for violation in verdicts[name]["violations"]:
            text = say(violation["reason"]).striptags()
            assert not set(re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", text)) - BRANDS, text


def test_a_ruling_is_said_in_arabic():
    row = next(row for row in catalog.rows() if row.ruling)
    assert re.search(r"[\u0600-\u06ff]", reasons(ARABIC, row)(row.ruling.reason))
