"""OpenCorporates, a directory of many countries' company registers. Read only."""

from dealix.connectors.opencorporates.companies import OpenCorporates

__all__ = ["OpenCorporates"]
