"""The global register of legal entity identifiers (LEI). Read only."""

from dealix.connectors.gleif.records import Gleif

__all__ = ["Gleif"]
