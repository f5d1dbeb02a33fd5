"""The customer's CRM: a Protocol and the client for HubSpot."""

from dealix.connectors.crm.hubspot import Crm, HubSpotCrm
from dealix.connectors.crm.records import (
    WITHDRAWN,
    CompanyWrite,
    CrmReceipt,
    CrmRecord,
    DealWrite,
)

__all__ = ["WITHDRAWN", "CompanyWrite", "Crm", "CrmReceipt", "CrmRecord", "DealWrite", "HubSpotCrm"]
