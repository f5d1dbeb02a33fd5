"""Records the histories of each way a flow can end, under the test key.

Run `python -m tests.replay.record` after a deliberate, versioned change of a flow; the old files
stay as long as runs of that version may live.
"""

import asyncio
import re
import shutil
import sys
import tempfile
from pathlib import Path

from tests.replay.keys import HISTORIES, TEST_KEYS

from dealix.bootstrap import services
from dealix.lanes import run_book
from dealix.lanes.codec import data_converter
from dealix.lanes.temporal import connect
from dealix.observability.exit import leave
from dealix.proof import prices, rounds
from dealix.proof.cast import CANCELLED, EARLY, HAPPY, REJECTED, TENANT
from dealix.proof.rig import Rig, until
from dealix.proof.trials import Trials


async def fetch(made, workflow_id):
    engines = await connect(made.settings, data_converter(made.secrets, made.settings))
    return await engines.runs.get_workflow_handle(workflow_id).fetch_history()


def priced(cast, outcome):
    """The approval of a price by percentage and by money, ended so. Answers its run."""
    run = prices.start(cast)
    word = "approve" if outcome == "approved" else "reject"

    def over():
        prices.decide(cast, [run], word)
        asked = prices.offer(cast, run)["price_run"]
        return asked and cast.door.get(cast.starter, f"/runs/{asked}")["outcome"] == outcome

    assert until(over, 60, 0.3)
    return prices.offer(cast, run)["price_run"]


def record(home):
    HISTORIES.mkdir(exist_ok=True)
    environment = {"DEALIX_SECRET_CODEC_KEYS": TEST_KEYS}
    with Rig(home, environment) as rig:
        cast = rounds.cast_of(rig)
        plays = {
            "activated": cast.start(HAPPY),
            "rejected_after_terms": cast.start(REJECTED),
            "rejected_before_terms": cast.start(EARLY),
            "cancelled_after_terms": cast.start(CANCELLED),
        }
        assert cast.play_on() == []
        trials = Trials(rig, cast)
        trials._fault("smtp", "timeout_after", cast.number)
        plays["activated_after_doubt"] = cast.start(HAPPY)
        assert cast.play_on() == []
        runs = {name: play.run for name, play in plays.items()}
        runs |= {f"price_{word}": priced(cast, word) for word in ("approved", "rejected")}
        made = services(rig.settings())
        for name, run in runs.items():
            with made.database.tenant(TENANT) as session:
                engine_id = run_book.get(session, run).engine_id
            history = asyncio.run(fetch(made, engine_id))
            text = re.sub(r'"identity": "[^"]*"', '"identity": "recorded"', history.to_json())
            (HISTORIES / f"{name}.json").write_text(
                f'{{"id": "{engine_id}", "history": {text}}}\n', encoding="utf-8"
            )
        trials.close()
        made.close()


def main():
    home = Path(tempfile.mkdtemp(prefix="dealix-record-"))
    try:
        record(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    sys.stdout.write(f"{len(list(HISTORIES.glob('*.json')))} histories\n")
    return 0


if __name__ == "__main__":
    leave(main())
