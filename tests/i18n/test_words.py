"""Every key that a built workflow shows to people has a word in both languages."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any, get_args

import pytest

import dealix
import dealix.business
from dealix import catalog
from dealix.api.schemas import EffectView, Status, TimelineEntry
from dealix.business.partners import activation, answering, negotiation
from dealix.business.partners.schemas import PARTNER_TYPES, PartnerAnswer
from dealix.business.partners.service import EVENTS, GATES
from dealix.connectors.deliveries import Standing
from dealix.console.packets import DECIDED
from dealix.i18n import translate
from dealix.i18n.words import WORDS
from dealix.lanes.cases import ALLOWED, Resolution
from dealix.lanes.schemas import GateState, Outcome
from dealix.lanes.steps import ATTRIBUTE, StepFacts
from dealix.trust.approvals.schemas import ApprovalPacket, Opening, Word

ARABIC = re.compile(r"[\u0600-\u06ff]")


def declared() -> list[StepFacts]:
    """Every step, question and undo that an activity declares, wherever it is written."""
    found = []
    for module in pkgutil.walk_packages(dealix.business.__path__, "dealix.business."):
        if not module.name.rpartition(".")[2].startswith("activities"):
            continue
        for _name, thing in inspect.getmembers(importlib.import_module(module.name)):
            if inspect.isclass(thing) and thing.__module__ == module.name:
                methods = inspect.getmembers(thing, inspect.isfunction)
                found += [getattr(m, ATTRIBUTE) for _, m in methods if hasattr(m, ATTRIBUTE)]
    return found


def of_steps() -> set[str]:
    """Names of steps with their questions, undos, gates and systems."""
    facts = declared()
    names = {each.name for each in facts} | {each.undo for each in facts if each.undo}
    names |= {each.gate for each in facts if each.gate}
    names |= {each.system for each in facts if each.system}
    return names | {each.method for each in facts}


def of_deeds() -> set[str]:
    """Every deed that some code writes into the audit by its name."""
    named, found = re.compile(r"[a-z]+(?:\.[a-z_0-9]+)+"), set()
    for file in Path(dealix.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = getattr(node, "func", None)
            name = getattr(called, "attr", getattr(called, "id", ""))
            if isinstance(node, ast.Call) and name in {"append", "note", "_note"}:
                words = [w for a in [*node.args, *node.keywords] for w in ast.walk(a)]
                texts = [w.value for w in words if isinstance(w, ast.Constant)]
                found |= {t for t in texts if isinstance(t, str) and named.fullmatch(t)}
    return found


def of_deliveries() -> set[str]:
    """The deeds of the inbox, whose names are put together."""
    return {f"{what}.{end}" for what in ("message", "receipt") for end in ("attached", "unmatched")}


def test_every_deed_of_the_records_has_a_word() -> None:
    deeds = of_deeds() | of_deliveries()
    assert {"run.started", "approval.decided", "person.erased"} <= deeds
    assert deeds - WORDS.keys() == set()
    assert all(ARABIC.search(translate("ar", WORDS[each])) for each in deeds)


def of_rows() -> set[str]:
    """Names of built workflows with their steps and pauses."""
    built = [row for row in catalog.rows() if row.built]
    names = {row.key for row in built}
    for row in built:
        names |= {step.key for step in row.here.steps} | set(row.here.pauses or ())
    return names


def of_kinds() -> set[str]:
    """Gates and events of the workflows that start, and what is entered by hand."""
    return {*GATES, *EVENTS, answering.EVENT, negotiation.REVISION, activation.EVENT}


def literals(model: Any, field: str) -> set[str]:
    return set(get_args(model.model_fields[field].annotation))


STATES = {
    *get_args(Status),
    *get_args(Outcome),
    *get_args(Standing),
    *get_args(Word),
    *DECIDED.values(),
    *literals(EffectView, "status"),
    *literals(GateState, "status"),
    *literals(TimelineEntry, "kind"),
    *literals(PartnerAnswer, "answer"),
    *literals(ApprovalPacket, "reversibility"),
    *literals(Opening, "priority"),
    *PARTNER_TYPES,
    *("registered", "by_hand"),  # of undos
    *("new", "heard"),  # of answers
    *("attached", "waiting", "unmatched"),  # of messages
    *("open", "resolved"),  # of cases
}
CASES = {*ALLOWED, *get_args(Resolution)}
KEYS = sorted(of_steps() | of_rows() | of_kinds() | STATES | CASES)


def test_the_steps_of_every_workflow_are_found():
    assert {"ask_legal", "send_terms_whatsapp", "retract_terms_whatsapp"} <= of_steps()
    assert {"terms_revision", "executive_approval"} <= of_rows()


@pytest.mark.parametrize("key", KEYS)
def test_a_key_has_a_word_in_both_languages(key):
    assert key in WORDS
    assert "_" not in WORDS[key]
    assert ARABIC.search(translate("ar", WORDS[key]))
