"""Every connector says all of itself, and classifies every field that leaves."""

import importlib
import pkgutil
from datetime import timedelta
from typing import Annotated

import pytest
from pydantic import BaseModel

import dealix.connectors
from dealix.connectors.data_class import DataClass, Outgoing, classes_of, highest
from dealix.connectors.metadata import Connector
from dealix.connectors.registry import ALL, cards
from dealix.lanes.pipelines import stage
from dealix.lanes.steps import StepFacts, step, undo
from dealix.proof import points

every = pytest.mark.parametrize("connector", ALL, ids=lambda each: each.metadata.key)


def test_every_folder_of_connectors_is_registered() -> None:
    folders = {each.name for each in pkgutil.iter_modules(dealix.connectors.__path__) if each.ispkg}
    assert folders == set(cards())


@every
def test_the_card_is_complete(connector: type[Connector]) -> None:
    card = connector.metadata
    for words in (card.key, card.name, card.api_version, card.idempotency.reason):
        assert words.strip()
    assert any("\u0600" <= letter <= "\u06ff" for letter in card.name_ar)
    assert timedelta(0) < card.timeouts.connect <= timedelta(seconds=30)
    assert timedelta(0) < card.timeouts.answer <= timedelta(minutes=2)
    assert card.retries.first > timedelta(0)
    assert card.retries.factor >= 1
    assert card.retries.longest >= card.retries.first
    assert card.actions
    assert card.audit_events
    assert card.sends
    assert callable(connector.probe)


@every
def test_who_cannot_dedup_never_resends(connector: type[Connector]) -> None:
    idempotency = connector.metadata.idempotency
    assert (idempotency.method == "message_id") <= (idempotency.on_started in {"ask", "look_up"})


STEPS = [
    pytest.param(facts, id=f"{workflow}-{facts.name}")
    for workflow in (*points.GROUPS, *points.PIPELINES)
    for facts in points.facts(workflow)
    if facts.system is not None
]
CARD_OF = {"step_model": "llm", "wathq": "company_research"}
"""The connector of a system that is called otherwise."""


@pytest.mark.parametrize("facts", STEPS)
def test_a_step_found_started_does_what_its_connector_s_card_says(facts: StepFacts) -> None:
    card = cards()[CARD_OF.get(facts.system or "", facts.system or "")]
    assert facts.on_started == card.idempotency.on_started


@pytest.mark.parametrize("declare", [stage, step, undo])
def test_a_step_that_calls_a_system_states_what_happens_when_it_is_found_started(declare) -> None:
    with pytest.raises(TypeError, match="is not stated"):
        declare("write", method="upsert", system="crm")
    with pytest.raises(TypeError, match="never sent again blindly"):
        declare("tell", method="message_id", system="email", on_started="resend")
    declare("keep", method="upsert")


@every
def test_every_field_that_leaves_is_classified(connector: type[Connector]) -> None:
    for model in connector.metadata.sends:
        assert None not in classes_of(model).values()
    assert connector.metadata.data_class == highest(*connector.metadata.sends)


def test_no_request_model_hides_from_its_card() -> None:
    for name in (
        "email.message",
        "crm.records",
        "whatsapp.messages",
        "esign.envelopes",
        "company_research.wathq",
        "gleif.records",
        "opencorporates.companies",
        "llm.chat",
        "openclaw.gateway",
    ):
        importlib.import_module(f"dealix.connectors.{name}")
    models = {each for each in all_subclasses(Outgoing) if each.__module__.startswith("dealix.")}
    assert models == {model for card in cards().values() for model in card.sends}


def test_an_unclassified_field_cannot_exist() -> None:
    with pytest.raises(TypeError, match="no data class on phone"):

        class _Leak(Outgoing):
            name: Annotated[str, DataClass.RESTRICTED]
            phone: str


def all_subclasses(kind: type[BaseModel]) -> set[type[BaseModel]]:
    direct = set(kind.__subclasses__())
    found = direct | {below for each in direct for below in all_subclasses(each)}
    return {each for each in found if each.__name__ != "_Leak"}
