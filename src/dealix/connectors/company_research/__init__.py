"""Company registries: a Protocol and the client for Wathq, the Saudi one. Read only."""

from dealix.connectors.company_research.records import Manager, RegistryRecord
from dealix.connectors.company_research.wathq import RegistryReader, Wathq

__all__ = ["Manager", "RegistryReader", "RegistryRecord", "Wathq"]
