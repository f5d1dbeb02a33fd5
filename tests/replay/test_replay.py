"""Recorded histories replay on today's flows: running work survives the next version."""

import json

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError
from tests.replay.keys import HISTORIES, TEST_KEYS

from dealix.business.partners.activities import PartnerActivities
from dealix.business.partners.workflows import PartnerApproval
from dealix.connectors.secrets import LocalSecrets
from dealix.flows import FLOWS
from dealix.lanes.codec import data_converter
from dealix.settings import Settings

FILES = sorted(HISTORIES.glob("*.json"))


def replayer(keys=TEST_KEYS):
    secrets = LocalSecrets(None, {"DEALIX_SECRET_CODEC_KEYS": keys})
    return Replayer(
        workflows=FLOWS,
        data_converter=data_converter(secrets, Settings()),
        workflow_runner=UnsandboxedWorkflowRunner(),
    )


def history_of(file):
    content = json.loads(file.read_text(encoding="utf-8"))
    return WorkflowHistory.from_json(content["id"], content["history"])


async def replay(file):
    await replayer().replay_workflow(history_of(file))


def run(coroutine):
    import asyncio

    return asyncio.run(coroutine)


def test_every_kind_of_end_is_recorded():
    assert {file.stem for file in FILES} >= {
        "activated",
        "activated_after_doubt",
        "rejected_after_terms",
        "rejected_before_terms",
        "cancelled_after_terms",
        "price_approved",
        "price_rejected",
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_recorded_history_replays(file):
    run(replay(file))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_recorded_history_is_encrypted(file):
    text = file.read_text(encoding="utf-8")
    assert '"encryption-key-id"' in text
    for word in ("term_sheet", "packet_hash", "partner.example", "json/plain"):
        assert word not in text


def test_a_changed_flow_is_noticed(monkeypatch):
    async def shuffled(self):
        await self.step(PartnerActivities.send_terms)
        return "activated"

    monkeypatch.setattr(PartnerApproval, "steps", shuffled)
    with pytest.raises(NondeterminismError):
        run(replay(HISTORIES / "activated.json"))
