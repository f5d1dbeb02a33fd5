"""The codec's test key: it opens the recorded histories and nothing else."""

import base64
import json
from pathlib import Path

TEST_KEYS = json.dumps({"test": base64.b64encode(b"a key of replay tests: no secret").decode()})
HISTORIES = Path(__file__).parent / "histories"
