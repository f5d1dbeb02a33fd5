"""What one good run really sent, look-ups included, fits what the providers officially describe."""

import pytest
from tests.official import misfits, needs_both
from tests.rehearsal.conftest import WORKFLOW

from dealix.cli import rehearse
from dealix.lanes.scenarios import Trouble, load

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]


@needs_both
def test_every_request_of_a_good_run_fits_its_providers_description(theatre):
    story = load(rehearse.STORIES / WORKFLOW / rehearse.FIRST)
    lost = Trouble(provider="docusign", fault="timeout_after", count=1)
    asks = story.model_copy(update={"faults": [lost]})
    performance = rehearse.play(theatre.record, asks, lambda _line: None)
    assert performance.held, [str(each) for each in performance.differences]
    answer = theatre.stage.sandbox.get("/requests", params={"scope": performance.run["id"]})
    sent = [
        row
        for row in answer.json()
        if row["provider"] in {"docusign", "whatsapp"} and "oauth" not in row["path"]
    ]
    assert {row["path"]: found for row in sent if (found := misfits(row))} == {}
    kinds = {(row["provider"], row["method"]) for row in sent}
    assert kinds == {("docusign", "GET"), ("docusign", "POST"), ("whatsapp", "POST")}
    assert [row for row in sent if "transaction_ids" in row["query"]], "it was looked up"
