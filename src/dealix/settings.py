"""What an installation can set, each with its meaning; read from `DEALIX_*`."""

from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting of every process; an engine without an address is embedded."""

    model_config = SettingsConfigDict(env_prefix="DEALIX_", extra="ignore", frozen=True)

    home: Path = Field(Path("var"), description="Folder of data, secrets and `stack.json`.")
    process: str = Field("command", description="Name of this process, for logs and metrics.")

    database_url: SecretStr | None = Field(
        None, description="PostgreSQL for the role `dealix_app`, which owns nothing."
    )
    migration_database_url: SecretStr | None = Field(
        None, description="PostgreSQL for the owner of the tables; used by migrations only."
    )
    database_pool: int = Field(12, ge=1, description="Connections a process keeps at most.")

    broker_url: SecretStr | None = Field(
        None, description="Celery broker: Valkey, Redis or RabbitMQ."
    )

    medium_threads: int = Field(
        4, ge=1, le=10, description="Pipelines that one worker of the medium lane runs at once."
    )

    temporal_address: str | None = Field(None, description="host:port of a Temporal cluster.")
    temporal_namespace: str = Field("dealix", description="Namespace of real runs.")
    temporal_rehearsal_namespace: str = Field(
        "dealix-rehearsal", description="Namespace of rehearsals; never a production namespace."
    )
    temporal_rehearsal_address: str | None = Field(
        None, description="A local server that can skip time; embedded when the main one cannot."
    )
    temporal_task_queue: str = Field("dealix-durable", description="Its task queue of ours.")
    temporal_tls: bool = Field(False, description="Use TLS to Temporal.")
    temporal_tls_cert_file: Path | None = Field(None, description="Client certificate for mTLS.")
    temporal_tls_key_file: Path | None = Field(None, description="Client key for mTLS.")
    temporal_tls_ca_file: Path | None = Field(None, description="Authority of the server.")
    temporal_api_key: SecretStr | None = Field(None, description="API key of Temporal Cloud.")
    temporal_binary: Path | None = Field(
        None, description="A `temporal` program that takes the place of the wheel's."
    )
    temporal_ui_url: str | None = Field(None, description="Address of Temporal's own UI.")
    temporal_metrics: str | None = Field(
        None, description="host:port on which a process serves the Temporal SDK's metrics."
    )

    start_patience: float = Field(
        60.0, gt=0, description="Seconds that a start waits for an engine or a process to answer."
    )

    opa_url: str | None = Field(
        None, description="An OPA server that evaluates the policies instead of each process."
    )
    opa_auth: bool = Field(
        default=False, description="Whether it gets the secret `opa.token` as bearer."
    )
    secrets_file: Path | None = Field(
        None, description="JSON file of secrets (mode 0600); environment variables win over it."
    )
    codec_current: str | None = Field(
        None, description="ID of the payload key that encrypts; older keys still decrypt."
    )

    public_url: str = Field("http://127.0.0.1:8000", description="Address that people open.")
    api_host: str = Field("127.0.0.1", description="Address the API listens on.")
    api_port: int = Field(8000, description="Port the API listens on.")
    trusted_proxies: str = Field(
        "",
        description=(
            "Addresses or networks, apart by commas, of the proxies in front; only they may say "
            "whom a request comes from."
        ),
    )
    client_address_header: str = Field(
        "X-Forwarded-For",
        pattern=r"^[A-Za-z][A-Za-z-]{0,60}$",
        description="Header in which those proxies name the client's address.",
    )
    metrics_port: int | None = Field(None, description="Port of `/metrics` of a process.")
    max_body_bytes: int = Field(1_000_000, ge=1024, description="Largest request body accepted.")
    max_upload_bytes: int = Field(
        20_000_000, ge=1024, le=20_000_000, description="Largest document that is taken in."
    )
    max_mail_bytes: int = Field(
        10_000_000,
        ge=1024,
        le=30_000_000,
        description="Largest mail, with its files in base64, that a webhook may bring.",
    )
    session_hours: int = Field(12, ge=1, description="A sign-in lasts this long.")
    secure_cookies: bool = Field(False, description="Cookies only over HTTPS; set in production.")

    smtp_url: str | None = Field(None, description="smtp://[user:password@]host:port of mail.")
    smtp_from: str = Field("partners@dealix.example", description="Sender of outgoing mail.")
    hubspot_url: str | None = Field(None, description="Base address of HubSpot.")
    hubspot_prefix: str = Field(
        "/crm/v3/objects", description="Path of HubSpot's object API; HubSpot dates newer ones."
    )
    whatsapp_url: str | None = Field(
        None, description="Base address of Meta's Graph API, for WhatsApp."
    )
    whatsapp_version: str = Field(
        "v23.0", pattern=r"^v\d{1,3}\.\d{1,2}$", description="Pinned version of the Graph API."
    )
    whatsapp_phone_number_id: str = Field(
        "100000000000001",
        pattern=r"^\d{5,25}$",
        description="ID of the number that WhatsApp messages leave from; the default is played.",
    )
    whatsapp_rehearsal_number_id: str = Field(
        "100000000000002",
        pattern=r"^\d{5,25}$",
        description="ID of the played number that rehearsals use, so that no answer goes astray.",
    )
    whatsapp_business_account_id: str = Field(
        "200000000000001",
        pattern=r"^\d{5,25}$",
        description="ID of the WhatsApp Business Account (WABA) that the number belongs to.",
    )
    status_patience: float = Field(
        120.0,
        gt=0,
        description="Seconds without a status after which a person is asked about a message whose "
        "answer was lost, or that the provider holds back.",
    )
    docusign_url: str | None = Field(
        None,
        description="Base address of DocuSign's API, `/restapi` included; when unset the account "
        "server is asked once where the account lives.",
    )
    docusign_account_url: str | None = Field(
        None, description="Address of DocuSign's account server, which grants tokens."
    )
    docusign_account_id: str = Field(
        "5a6d0b1e-0000-4000-8000-000000000001", description="Account in DocuSign."
    )
    docusign_user_id: str = Field(
        "5a6d0b1e-0000-4000-8000-000000000002", description="User on whose behalf we send."
    )
    docusign_integration_key: str = Field(
        "5a6d0b1e-0000-4000-8000-000000000003", description="Our application in DocuSign."
    )
    wathq_url: str | None = Field(None, description="Base address of Wathq, the Saudi registry.")
    wathq_generation: Literal["current", "v5", "v4"] = Field(
        "current", description="Which generation of Wathq's API the subscription shows."
    )
    gleif_url: str | None = Field(
        None, description="Base address of GLEIF, the register of legal entity identifiers."
    )
    opencorporates_url: str | None = Field(
        None, description="Base address of OpenCorporates, a directory of company registers."
    )
    sandbox_url: str | None = Field(None, description="HTTP address of the sandbox, if one runs.")
    sandbox_smtp: str | None = Field(None, description="host:port of the sandbox's SMTP server.")

    # The inventory reads these too: it judges a row by where its questions go.
    embeddings_url: str | None = Field(
        None,
        description="OpenAI-compatible endpoint that embeds texts for search, such as "
        "`https://host/v1`; our own process when unset.",
    )
    embeddings_name: str = Field("default", description="Embedding model that it is asked for.")
    embeddings_shorten: bool = Field(
        default=False,
        description="Whether it is asked for `dimensions`: 384, for a model whose vectors are "
        "longer and can be shortened.",
    )
    embeddings_before_question: str = Field(
        "", max_length=400, description="What its model wants before a question, as `query: `."
    )
    embeddings_before_passage: str = Field(
        "", max_length=400, description="What it wants before a passage, as `passage: `."
    )
    model_url: str | None = Field(
        None,
        description="OpenAI-compatible endpoint of model steps, such as `https://host/v1`; rules "
        "decide when unset.",
    )
    model_name: str = Field("default", description="Model that the endpoint is asked for.")
    model_price_in: Decimal = Field(
        Decimal(0), ge=0, description="Price in SAR of a million tokens that the model reads."
    )
    model_price_out: Decimal = Field(
        Decimal(0), ge=0, description="Price in SAR of a million tokens that the model writes."
    )
    openclaw_url: str | None = Field(
        None, description="Address of an OpenClaw gateway that only this installation reaches."
    )
    openclaw_agent: str = Field(
        "steps",
        pattern=r"^[a-z][a-z0-9_-]{0,39}$",
        description=(
            "Agent of the gateway that may do nothing but `llm-task`; one of the same name with "
            "`-reads` behind it may do nothing by itself."
        ),
    )

    operating_tenant: str | None = Field(
        None,
        description="Company whose operators settle what belongs to none; the oldest when unset.",
    )
    inbound_tenant: str | None = Field(
        None,
        description=(
            "Company that the mailbox and the WhatsApp number belong to: what strangers write "
            "there is offered to it as leads. Unset, such a message is put aside as nobody's."
        ),
    )
    audit_anchor: str | None = Field(
        None,
        description=(
            "Second owner of the audit's heads: a file, or `mailto:` an address of our own. Unset, "
            "a stack writes them beside its data: better than nothing, and no second owner."
        ),
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Log from.")
    crash_at: str | None = Field(
        None,
        description="Crash harness only: `step:point`s at which this process holds until killed.",
    )
    crash_dir: Path | None = Field(None, description="Crash harness only: folder of its barriers.")

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, listed: str) -> str:
        for one in filter(None, map(str.strip, listed.split(","))):
            ip_network(one)  # a ValueError names what is no address
        return listed

    @property
    def anchors_lie_here(self) -> bool:
        """Whether the audit's heads leave for a file beside our data, which is no second owner."""
        target = self.audit_anchor
        if target is None or target.startswith("mailto:"):
            return False
        return Path(target).resolve().is_relative_to(self.home.resolve())

    @property
    def openclaw_reader(self) -> str:
        """The agent of steps that may have something read by us; the gateway gives it no tool."""
        return f"{self.openclaw_agent}-reads"

    def plays(self, url: str) -> bool:
        """Whether an address is the sandbox's, so that what answers there is played."""
        base = (self.sandbox_url or "").rstrip("/")
        return bool(base) and f"{url.rstrip('/')}/".startswith(f"{base}/")
