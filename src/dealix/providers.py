"""Builds what the services stand on: stores, sign-in, and the providers, real or played."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from dealix import model_steps
from dealix.business.knowledge.embedders import Embedders
from dealix.connectors.company_research import RegistryReader, Wathq
from dealix.connectors.company_research.directories import Directory
from dealix.connectors.crm import Crm, HubSpotCrm
from dealix.connectors.email import Mailer, SmtpMailer
from dealix.connectors.embeddings import EmbeddingsEndpoint
from dealix.connectors.esign import DocuSign, ESign
from dealix.connectors.gleif import Gleif
from dealix.connectors.llm import ChatCompletions, StructuredModel
from dealix.connectors.metadata import Timeouts
from dealix.connectors.openclaw import OpenClawGateway
from dealix.connectors.opencorporates import OpenCorporates
from dealix.connectors.secrets import LocalSecrets, SecretStore
from dealix.connectors.whatsapp import CloudWhatsApp, WhatsApp
from dealix.errors import NotConfigured
from dealix.lanes.provenance import Executor
from dealix.settings import Settings
from dealix.store.session import Database
from dealix.trust.access.devices import Devices
from dealix.trust.access.limiting import SignInLimits, Windows
from dealix.trust.access.passkeys import Passkeys, Site
from dealix.trust.access.rights import permit
from dealix.trust.access.service import Access
from dealix.trust.model_use.executor import Prices
from dealix.trust.model_use.service import ModelUse
from dealix.trust.policy.engine import Evaluator, PolicyEngine
from dealix.trust.policy.opa import server_of
from dealix.trust.privacy import Vault
from dealix.trust.privacy.processing import ProcessingRegister

DIRECTORIES: dict[str, type[Gleif | OpenCorporates]] = {
    each.metadata.key: each for each in (Gleif, OpenCorporates)
}
AT_DOOR = Timeouts(connect=timedelta(seconds=1), answer=timedelta(seconds=2))


@dataclass
class Providers:
    """The stores of this process, who may come in, and whom it speaks to outside."""

    settings: Settings

    @cached_property
    def secrets(self) -> SecretStore:
        """The port behind which every secret lies."""
        return LocalSecrets.of(self.settings)

    @cached_property
    def database(self) -> Database:
        """The application's door to PostgreSQL."""
        url = self.settings.database_url
        if url is None:
            raise NotConfigured("setting_missing", setting="DEALIX_DATABASE_URL")
        return Database(url.get_secret_value(), pool_size=self.settings.database_pool)

    @cached_property
    def vault(self) -> Vault:
        """Personal values."""
        return Vault(self.secrets)

    @cached_property
    def access(self) -> Access:
        """Signing in and out."""
        limits = SignInLimits(self.windows)
        return Access(self.database, self.vault, limits, self.settings.session_hours)

    @cached_property
    def windows(self) -> Windows:
        """Counted tries, the same for every process."""
        broker = self.settings.broker_url
        return Windows.at(broker.get_secret_value() if broker else None)

    @cached_property
    def devices(self) -> Devices:
        """Devices that stay signed in."""
        return Devices(self.database, self.settings.session_hours)

    @cached_property
    def passkeys(self) -> Passkeys:
        """Signing in, and touching, by passkey."""
        site = Site.of(self.settings.public_url)
        return Passkeys(self.database, self.access.limits, site, self.settings.session_hours)

    def mailer(self, rehearsal: bool) -> Mailer:  # noqa: FBT001
        """The mail server of real runs, or for a rehearsal the sandbox's."""
        return SmtpMailer.of(self._played() if rehearsal else self.settings)

    def crm(self, rehearsal: bool) -> Crm:  # noqa: FBT001
        """The CRM of real runs, or for a rehearsal the sandbox's."""
        return HubSpotCrm.of(self._played() if rehearsal else self.settings, self.secrets)

    def messenger(self, rehearsal: bool) -> WhatsApp:  # noqa: FBT001
        """The WhatsApp number of real runs, or for a rehearsal the one that the sandbox plays."""
        return CloudWhatsApp.of(self._played() if rehearsal else self.settings, self.secrets)

    def esign(self, rehearsal: bool) -> ESign:  # noqa: FBT001
        """The signature provider of real runs, or for a rehearsal the sandbox's.

        One client each for a process, since it keeps the token that it was granted.
        """
        if rehearsal not in self._esign:
            chosen = self._played() if rehearsal else self.settings
            self._esign.setdefault(rehearsal, DocuSign.of(chosen, self.secrets))
        return self._esign[rehearsal]

    def plays_signatories(self, rehearsal: bool) -> bool:  # noqa: FBT001
        """Whether the sandbox is the signature provider, where people may act as the signatories.

        A rehearsal's always is.
        """
        if self.settings.sandbox_url is None:
            return False
        return rehearsal or DocuSign.is_played(self.settings)

    @cached_property
    def _esign(self) -> dict[bool, DocuSign]:
        return {}

    def company_registry(self, rehearsal: bool) -> RegistryReader:  # noqa: FBT001
        """The company registry of real runs, or for a rehearsal the sandbox's."""
        return self._registry(rehearsal, None)

    def company_registry_at_door(self, rehearsal: bool) -> RegistryReader:  # noqa: FBT001
        """The same registry, for somebody who waits before a form: it must answer soon."""
        return self._registry(rehearsal, AT_DOOR)

    def _registry(self, rehearsal: bool, timeouts: Timeouts | None) -> RegistryReader:  # noqa: FBT001
        """One client each for a process, since its connections are pooled."""
        place = (rehearsal, timeouts)
        if place not in self._registries:
            chosen = self._played() if rehearsal else self.settings
            self._registries.setdefault(place, Wathq.of(chosen, self.secrets, timeouts))
        return self._registries[place]

    @cached_property
    def _registries(self) -> dict[tuple[bool, Timeouts | None], RegistryReader]:
        return {}

    def directory(self, name: str) -> Directory:
        """The directory of companies of this name: `gleif` or `opencorporates`.

        One client each for a process. `NotConfigured` where it has no address or no key.
        """
        if name not in self._directories:
            made = DIRECTORIES[name].of(self.settings, self.secrets)
            self._directories.setdefault(name, made)
        return self._directories[name]

    @cached_property
    def _directories(self) -> dict[str, Directory]:
        return {}

    def model(self, kind: Executor, *, rehearsal: bool) -> StructuredModel:
        """A model of this installation, or for a rehearsal the one that the sandbox plays.

        `NotConfigured` where none of this kind is set: the sandbox never stands in for a real one.
        """
        place = (kind, rehearsal)
        if place not in self._models:
            chosen = self._played() if rehearsal else self.settings
            made = ChatCompletions if kind == "model" else OpenClawGateway
            self._models.setdefault(place, made.of(chosen, self.secrets))
        return self._models[place]

    @cached_property
    def _models(self) -> dict[tuple[Executor, bool], StructuredModel]:
        return {}

    @cached_property
    def embeddings(self) -> EmbeddingsEndpoint | None:
        """The endpoint that embeds texts; None where none is set."""
        if self.settings.embeddings_url is None:
            return None
        return EmbeddingsEndpoint.of(self.settings, self.secrets)

    @cached_property
    def embedders(self) -> Embedders:
        """Who makes the vectors of a company's documents and questions."""
        return Embedders(self.embeddings)

    def close_clients(self) -> None:
        """Close the connections that are kept open to providers."""
        opened = [*self.__dict__.get("_models", {}).values()]
        opened += self.__dict__.get("_registries", {}).values()
        opened += self.__dict__.get("_directories", {}).values()
        opened += [self.embeddings] if self.__dict__.get("embeddings") else []
        for client in opened:
            client.close()

    @property
    def prices(self) -> Prices:
        """What tokens of the model endpoint cost."""
        return Prices(self.settings.model_price_in, self.settings.model_price_out)

    @cached_property
    def model_use(self) -> ModelUse:
        """Does steps that may use a model."""
        return ModelUse(
            self.database, self.model, self.prices, permit, model_steps.ALL, self.policy
        )

    @cached_property
    def policy(self) -> Evaluator:
        """Rego policies: evaluated in this process, or by the company's OPA server."""
        return server_of(self.settings, self.secrets) or PolicyEngine()

    @cached_property
    def processing(self) -> ProcessingRegister:
        """The register of processing."""
        return ProcessingRegister(self.database, permit)

    def _played(self) -> Settings:
        """These settings with every provider played by the sandbox; refused where none runs."""
        given = self.settings
        if given.sandbox_url is None or given.sandbox_smtp is None:
            raise NotConfigured("setting_missing", setting="DEALIX_SANDBOX_URL")
        played = {
            "hubspot_url": given.sandbox_url,
            "smtp_url": f"smtp://{given.sandbox_smtp}",
            "whatsapp_url": given.sandbox_url,
            "whatsapp_phone_number_id": given.whatsapp_rehearsal_number_id,
            "wathq_url": given.sandbox_url,
            "gleif_url": given.sandbox_url,
            "opencorporates_url": given.sandbox_url,
            "model_url": f"{given.sandbox_url}/v1",
            "openclaw_url": given.sandbox_url,
            "docusign_url": f"{given.sandbox_url}/restapi",
            "docusign_account_url": given.sandbox_url,
        }
        return given.model_copy(update=played)
