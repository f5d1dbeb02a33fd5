"""The customer's CRM: a Protocol and the client for HubSpot."""

from dealix.connectors.crm.hubspot import Crm, HubSpotCrm
from dealix.connectors.crm.records import CompanyWrite, CrmReceipt, CrmRecord, DealWrite

__all__ = ["CompanyWrite", "Crm", "CrmReceipt", "CrmRecord", "DealWrite", "HubSpotCrm"]
