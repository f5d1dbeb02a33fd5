"""Every connector by name: for the contract test, health probes and the pages that list them."""

from dealix.connectors.company_research import Wathq
from dealix.connectors.crm import HubSpotCrm
from dealix.connectors.email import SmtpMailer
from dealix.connectors.embeddings import EmbeddingsEndpoint
from dealix.connectors.esign import DocuSign
from dealix.connectors.gleif import Gleif
from dealix.connectors.llm import ChatCompletions
from dealix.connectors.metadata import Connector, ConnectorMetadata
from dealix.connectors.openclaw import OpenClawGateway
from dealix.connectors.opencorporates import OpenCorporates
from dealix.connectors.whatsapp import CloudWhatsApp

ALL: tuple[type[Connector], ...] = (
    SmtpMailer,
    HubSpotCrm,
    CloudWhatsApp,
    DocuSign,
    Wathq,
    Gleif,
    OpenCorporates,
    ChatCompletions,
    EmbeddingsEndpoint,
    OpenClawGateway,
)


def cards() -> dict[str, ConnectorMetadata]:
    """The metadata of every connector, by key."""
    return {connector.metadata.key: connector.metadata for connector in ALL}
