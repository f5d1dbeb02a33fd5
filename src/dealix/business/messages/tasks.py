"""The two short tasks of messages, part by part."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dealix import clock
from dealix.business.messages.follow_ups import follow_up
from dealix.business.messages.schemas import ClassifiedMessage, DetectedDialect, NextMove
from dealix.business.messages.second_look import HEAR_INTENT, Unsure, is_unsure
from dealix.catalog.words import iso
from dealix.i18n import translate
from dealix.lanes.provenance import Provenance
from dealix.lanes.short import part, task
from dealix.lanes.step_executor import StepContext, StepExecutor
from dealix.language.dialects import Dialect, dialects
from dealix.language.intents import Intent, intents
from dealix.records.canonical import digest

RULES_VERSION = "intent-rules-1"


@dataclass(frozen=True)
class Message:
    """A message as it came in, with the headers and the subject of a mail. Personal."""

    text: str
    locale: str = "ar"
    subject: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    tenant_id: str = ""


@dataclass(frozen=True)
class Found:
    """An intent, and where it comes from where somebody outside this process was asked."""

    intent: Intent
    asked: Provenance | None = None


@task(name="message_classification")
@dataclass(frozen=True)
class ClassifyMessage:
    """What a message wants, and what follows."""

    models: StepExecutor

    def run(self, message: Message) -> ClassifiedMessage:
        """Classify, then tag."""
        began = time.perf_counter()
        found = self.classify(message)
        return self.tag(message, found, began)

    @part("classify", method="upsert", system="step_model")
    def classify(self, message: Message) -> Found:
        """The intent, by rules and the models of this process.

        Where these cannot tell, whoever the company has chosen for this step is asked; no
        transaction may be open.
        """
        intent = read(message)
        if not is_unsure(intent):
            return Found(intent)
        context = StepContext(message.tenant_id, f"message:{_hash_of(message)[-16:]}", ("message",))
        heard = self.models.execute(HEAR_INTENT, Unsure.of(message.text, intent), context)
        if heard.provenance.fall_back is None and heard.provenance.model is None:
            return Found(intent)
        return Found(replace(intent, label=heard.output.label), heard.provenance)

    @part("tag", method="upsert")
    def tag(self, message: Message, found: Found, began: float) -> ClassifiedMessage:
        """The intent with what follows from it and where it comes from."""
        intent = found.intent
        follows = follow_up(intent.label, intent.rule)
        by_rules = intent.method == "rules"
        embedding = not by_rules and intent.method == "model" and intent.embedded is None
        return ClassifiedMessage.model_validate(
            {
                "label": intent.label,
                "best": intent.best,
                "confidence": round(intent.confidence, 4),
                "rule": intent.rule,
                "follows": NextMove(
                    action=follows.action,
                    text=translate(message.locale, follows.sentence),
                    after=iso(follows.after) if follows.after else None,
                    by_itself=follows.by_itself,
                ),
                "ms": _ms(began),
                "provenance": Provenance(
                    generated_at=clock.real_now(),
                    method="model" if intent.method == "model" else "rules",
                    model=intents().version if intent.method == "model" else None,
                    rules_version=RULES_VERSION,
                    inputs_hash=_hash_of(message),
                    sources=["message"],
                    confidence=f"{intent.confidence:.4f}",
                    not_configured=["embeddings"] if embedding else [],
                ).model_copy(update=_asked(found)),
            }
        )


def read(message: Message) -> Intent:
    """The intent by rules and the models of this process alone."""
    return intents().classify(message.text, message.headers, message.subject)


def _asked(found: Found) -> dict[str, Any]:
    """What a model step adds to the provenance: who was asked, or why nothing came of it."""
    if found.asked is None:
        return {}
    told = {"executor": found.asked.executor, "fall_back": found.asked.fall_back}
    if found.asked.model is None:
        return told
    return {**told, "model": found.asked.model, "prompt_version": found.asked.prompt_version}


@task(name="dialect_detection")
class DetectDialect:
    """In which dialect a message is written."""

    def run(self, message: Message) -> DetectedDialect:
        """Detect."""
        began = time.perf_counter()
        return self.detect_dialect(message, began)

    @part("detect_dialect", method="upsert")
    def detect_dialect(self, message: Message, began: float) -> DetectedDialect:
        """The dialect, by script, marker words and the model of this process."""
        found: Dialect = dialects().detect(message.text)
        return DetectedDialect.model_validate(
            {
                "label": found.label,
                "best": found.best,
                "confidence": round(found.confidence, 4),
                "note": found.note,
                "ms": _ms(began),
                "provenance": Provenance(
                    generated_at=clock.real_now(),
                    method="model" if found.method == "model" else "rules",
                    model=dialects().version if found.method == "model" else None,
                    rules_version="script-gate-1" if found.method != "model" else None,
                    inputs_hash=_hash_of(message),
                    sources=["message"],
                    confidence=f"{found.confidence:.4f}",
                ),
            }
        )


def _ms(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)


def _hash_of(message: Message) -> str:
    told = [message.text, message.subject, *(f"{k}: {v}" for k, v in message.headers.items())]
    return digest([each.encode("utf-8", "replace").decode() for each in told])
