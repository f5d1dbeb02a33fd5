from tests.connectors.conftest import peer

__all__ = ["peer"]
