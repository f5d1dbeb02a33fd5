"""The short tasks of messages in the demo: what came in, what it was heard as, and how quickly."""

from collections.abc import Mapping
from typing import Any

import httpx

from dealix import catalog
from dealix.cli.http_stage import HttpStage

CALLS = {"message_classification": "classify", "dialect_detection": "dialect"}
SAID = (
    ("كم سعر الباقة السنوية؟", "pricing_question", "undetermined"),
    ("وش رايك نتقابل الأسبوع الجاي", "meeting_request", "gulf"),
    ("لا ترسلون لي رسائل مرة ثانية", "opt_out", "gulf"),
    ("مو مهتمين، شكرا", "not_interested", "undetermined"),
    ("يسعدنا إبلاغكم بأن الاجتماع سيعقد يوم الأحد القادم", "meeting_request", "msa"),
    ("We would like to become your partner in Jeddah", "partner_enquiry", "other_language"),
)
"""A message, what it wants and in which dialect it is; too short a one tells no dialect."""


def answers(record: Mapping[str, Any]) -> tuple[bool, list[str]]:
    """Every message to both calls: whether all were heard as meant, in time, and a line for each.

    `record` is the content of `stack.json`.
    """
    budgets = {row.key: row.here.duration.longest for row in catalog.rows() if row.key in CALLS}
    stage = HttpStage(record, "rawabi-sa", "partner_manager")
    headers = {"Authorization": f"Bearer {stage.person('partner_manager')['token']}"}
    lines, held = list[str](), True
    try:
        with httpx.Client(base_url=f"{record['url']}/api/v1/messages", headers=headers) as door:
            for text, *wanted in SAID:
                for (key, call), label in zip(CALLS.items(), wanted, strict=True):
                    found = door.post(f"/{call}", json={"text": text}).raise_for_status().json()
                    budget = budgets[key].total_seconds() * 1000
                    good = found["label"] == label and found["ms"] < budget
                    held = held and good
                    lines.append(
                        f"{key:<24}{found['label']:<18}{found['confidence']:<8}"
                        f"{found['ms']:>7.1f} ms of {budget:.0f}  {text}"
                        f"{'' if good else f'  (meant: {label})'}"
                    )
    finally:
        stage.close()
    return held, lines
