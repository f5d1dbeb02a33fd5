"""The sandbox, which plays the model's endpoint and the gateway."""

from tests.connectors.conftest import running, sandbox  # noqa: F401 (fixtures)
