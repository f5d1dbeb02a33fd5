"""Knowledge in the demo: a PDF brought in, questions in both languages, answers in time."""

import time
from collections.abc import Mapping
from typing import Any

import httpx

from dealix import catalog
from dealix.cli.http_stage import HttpStage
from dealix.clock import real_now
from dealix.printing import Block, Heading, Paper, Paragraph, printed

KEY = "knowledge_retrieval"
PATIENCE = 60.0
"""Seconds for which the example's vectors are waited for; a new stack makes them by itself."""

WARRANTY = (
    "يشمل ضمان الأجهزة ثلاث سنوات عيوب التصنيع دون سوء الاستخدام أو انقطاع الكهرباء.",
    "يُستبدل الجهاز بآخر جديد إن تعذر إصلاحه خلال أسبوعين من تسليمه إلى مركز الصيانة.",
    "تُقبل البضاعة غير المفتوحة خلال سبعة أيام من التسليم، ويُعاد المبلغ بالوسيلة نفسها.",
)
TITLE = "شروط الضمان والإرجاع"
ASKED = (
    ("كم يوم إجازة أقدر أرحّلها للسنة الجاية؟", "لائحة الإجازات والسفر"),
    ("متى ندفع عمولة الشريك المحيل؟", "دليل الشركاء"),
    ("ضاع جهازي وفيه بيانات الشركة، من أبلغ؟", "Information security at Rawabi"),
    ("How long are device defects covered?", TITLE),
    ("كم مدة استبدال الجهاز إذا ما تصلح؟", TITLE),
    ("How long may a hotel bill wait after a trip?", "لائحة الإجازات والسفر"),
)
"""A question, and the document that answers it; some are asked in the other language."""

AMONG = 3
"""The answer stands among so many passages."""


def answers(record: Mapping[str, Any]) -> tuple[bool, list[str]]:
    """Bring a PDF in and ask: whether all was found, in time, and a line for each question."""
    budget = next(row.here.duration.longest for row in catalog.rows() if row.key == KEY)
    most = budget.total_seconds() * 1000
    stage = HttpStage(record, "rawabi-sa", "partner_manager")
    headers = {"Authorization": f"Bearer {stage.person('partner_manager')['token']}"}
    lines, held = list[str](), True
    try:
        with httpx.Client(
            base_url=f"{record['url']}/api/v1/knowledge", headers=headers, timeout=60
        ) as door:
            lines.append(_bring_in(door))
            _await_vectors(door)
            for question, title in ASKED:
                answer = door.post("/search", json={"query": question, "limit": AMONG})
                found = answer.raise_for_status().json()
                titles = [one["source"]["title"] for one in found["passages"]]
                good = title in titles and found["ms"] < most
                held = held and good
                place = f"{titles.index(title) + 1}." if title in titles else "–"
                lines.append(
                    f"{KEY:<24}{place:<3}{found['ms']:>7.1f} ms of {most:.0f}  {question} → {title}"
                    f"{'' if good else '  (not found in time)'}"
                )
    finally:
        stage.close()
    return held, lines


def _bring_in(door: httpx.Client) -> str:
    """A PDF of two pages goes in. Answers the line about it."""
    blocks: tuple[Block, ...] = (Heading(TITLE), *(Paragraph(each) for each in WARRANTY))
    paper = Paper(title=TITLE, locale="ar", created_at=real_now(), blocks=blocks, face="naskh")
    files, began = {"file": ("warranty.pdf", printed(paper))}, time.perf_counter()
    answer = door.post("/documents", files=files, data={"title": TITLE})
    made = answer.raise_for_status().json()
    seconds = time.perf_counter() - began
    return f"{TITLE}: {made['passages']} passages of a PDF, brought in within {seconds:.1f} s"


def _await_vectors(door: httpx.Client) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        documents = door.get("/documents").raise_for_status().json()
        if not any(one["waiting"] for one in documents):
            return
        time.sleep(0.5)
