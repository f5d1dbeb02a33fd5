"""What a stack is made of: which engines are embedded, every address, every process's settings."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import SecretStr

from dealix.engines import home as homes
from dealix.engines import postgres, temporal, valkey
from dealix.engines.home import Home
from dealix.engines.programs import Program, base_environment, mortal, python
from dealix.engines.secrets_file import ensure_secrets, public_half
from dealix.errors import NotConfigured
from dealix.settings import Settings

ENGINES = (postgres.NAME, valkey.NAME, temporal.NAME)
LANES = ("durable_worker", "medium_worker", "scheduler")
APPLICATION = ("api", *LANES, "sandbox")
REHEARSAL = "temporal_rehearsal"
EXAMPLE = "rawabi-sa"
"""The company of the example to which the channels belong that the sandbox plays."""
PORTS = (
    *("api", "postgres", "valkey", "temporal", "temporal_ui", "temporal_metrics"),
    *("sandbox_http", "sandbox_smtp", "api_sdk_metrics"),
    *(f"{lane}_metrics" for lane in LANES),
    *(f"{lane}_sdk_metrics" for lane in LANES),
)


@dataclass(frozen=True)
class Plan:
    """One stack on one folder; addresses of the settings win over embedded engines."""

    home: Home
    settings: Settings
    ports: Mapping[str, int]
    words: Mapping[str, str]

    @property
    def embedded(self) -> tuple[str, ...]:
        """The engines that this stack runs itself."""
        given = {
            postgres.NAME: self.settings.database_url is not None,
            valkey.NAME: self.settings.broker_url is not None,
            temporal.NAME: self.settings.temporal_address is not None,
        }
        own = [name for name in ENGINES if not given[name]]
        if given[temporal.NAME] and self.settings.temporal_rehearsal_address is None:
            own.append(REHEARSAL)  # a cluster of the settings is never asked to skip time
        return tuple(own)

    @property
    def database_url(self) -> str:
        """The database for the application's role."""
        return plain(self.settings.database_url) or self._own_database(postgres.APP, "app")

    @property
    def migration_url(self) -> str | None:
        """The database for the owner of the tables; None where somebody else migrates."""
        given = plain(self.settings.migration_database_url)
        if given is None and postgres.NAME in self.embedded:
            return self._own_database(postgres.OWNER, "owner")
        return given

    @property
    def superuser_url(self) -> str:
        """The embedded cluster's own superuser: for setting up roles, never for the application."""
        password = self.words["database.superuser"]
        return postgres.url(postgres.SUPERUSER, password, self.ports["postgres"], "postgres")

    @property
    def broker_url(self) -> str:
        """The broker of the medium lane."""
        own = valkey.url(self.ports["valkey"], self.words["broker.password"])
        return plain(self.settings.broker_url) or own

    @property
    def temporal_address(self) -> str:
        """The Temporal of real runs."""
        return self.settings.temporal_address or self._own_temporal

    @property
    def rehearsal_address(self) -> str:
        """The Temporal of rehearsals, which can skip time."""
        return self.settings.temporal_rehearsal_address or self._own_temporal

    @property
    def temporal_ui_url(self) -> str | None:
        """Temporal's own pages, where they are known."""
        if temporal.NAME not in self.embedded:
            return self.settings.temporal_ui_url
        return f"http://127.0.0.1:{self.ports['temporal_ui']}"

    @property
    def url(self) -> str:
        """The address that people open."""
        if "public_url" in self.settings.model_fields_set:
            return self.settings.public_url
        return f"http://127.0.0.1:{self.ports['api']}"

    @property
    def sandbox_url(self) -> str:
        """The sandbox over HTTP."""
        return f"http://127.0.0.1:{self.ports['sandbox_http']}"

    @property
    def sandbox_smtp(self) -> str:
        """The sandbox's SMTP server, host:port."""
        return f"127.0.0.1:{self.ports['sandbox_smtp']}"

    @cached_property
    def _own_temporal(self) -> str:
        return f"127.0.0.1:{self.ports['temporal']}"

    def _own_database(self, role: str, word: str) -> str:
        return postgres.url(role, self.words[f"database.{word}"], self.ports["postgres"])

    def engine(self, name: str) -> Program:
        """Prepare one embedded engine and name its program."""
        if name == postgres.NAME:
            program = postgres.prepare(
                self.home, self.ports["postgres"], self.words["database.superuser"]
            )
        elif name == valkey.NAME:
            program = valkey.prepare(self.home, self.ports["valkey"], self.words["broker.password"])
        else:
            program = temporal.prepare(
                self.home, self.settings, dict(self.ports), f"{self.url}/codec", name
            )
        return self._of_this_home(program, base_environment())

    def application(self, name: str) -> Program:
        """One of our own processes as a program."""
        command = (
            self._sandbox_command() if name == "sandbox" else python(f"dealix.processes.{name}")
        )
        environment = self._sandbox_environment() if name == "sandbox" else self.environment(name)
        return self._of_this_home(Program(name, mortal(command)), environment)

    def preparation(self, only: tuple[str, ...]) -> Program:
        """The command that runs once, when the engines are up, before the application starts."""
        command = python("dealix.engines.prepare", "--home", str(self.home.root))
        command += ["--only", ",".join(only)]
        given = plain(self.settings.migration_database_url)
        migration = {"DEALIX_MIGRATION_DATABASE_URL": given} if given else {}
        program = Program("prepare", mortal(command))
        return self._of_this_home(program, base_environment() | migration)

    def environment(self, process: str) -> dict[str, str]:
        """The settings of one of our processes: addresses here, secrets only in their file."""
        given = self.settings
        smtp = given.smtp_url or f"smtp://{self.sandbox_smtp}"
        values: dict[str, object] = {
            "process": process,
            "database_url": self.database_url,
            "broker_url": self.broker_url,
            "temporal_address": self.temporal_address,
            "temporal_rehearsal_address": self.rehearsal_address,
            "temporal_ui_url": self.temporal_ui_url,
            "secrets_file": given.secrets_file or self.home.secrets_file,
            "public_url": self.url,
            "api_host": given.api_host,
            "api_port": self.ports["api"],
            "smtp_url": smtp,
            "hubspot_url": given.hubspot_url or self.sandbox_url,
            "whatsapp_url": given.whatsapp_url or self.sandbox_url,
            "docusign_url": given.docusign_url or f"{self.sandbox_url}/restapi",
            "docusign_account_url": given.docusign_account_url or self.sandbox_url,
            "docusign_account_id": given.docusign_account_id,
            "docusign_user_id": given.docusign_user_id,
            "docusign_integration_key": given.docusign_integration_key,
            "wathq_url": given.wathq_url or self.sandbox_url,
            "wathq_generation": given.wathq_generation,
            "gleif_url": given.gleif_url or self.sandbox_url,
            "opencorporates_url": given.opencorporates_url or self.sandbox_url,
            "model_url": given.model_url,
            "model_name": given.model_name,
            "model_price_in": given.model_price_in,
            "model_price_out": given.model_price_out,
            "embeddings_url": given.embeddings_url,
            "embeddings_name": given.embeddings_name,
            "embeddings_shorten": given.embeddings_shorten,
            "embeddings_before_question": given.embeddings_before_question,
            "embeddings_before_passage": given.embeddings_before_passage,
            "openclaw_url": given.openclaw_url,
            "openclaw_agent": given.openclaw_agent,
            "inbound_tenant": given.inbound_tenant or self._inbound_tenant(),
            "sandbox_url": self.sandbox_url,
            "sandbox_smtp": self.sandbox_smtp,
            "metrics_port": self.ports.get(f"{process}_metrics"),
        }
        sdk = self.ports.get(f"{process}_sdk_metrics")
        values["temporal_metrics"] = f"127.0.0.1:{sdk}" if sdk else None
        named = {f"DEALIX_{key.upper()}": str(v) for key, v in values.items() if v is not None}
        return base_environment() | named

    def _inbound_tenant(self) -> str | None:
        """The company of the example, where the sandbox plays all channels; else nobody's."""
        given = self.settings
        return None if given.smtp_url or given.whatsapp_url else EXAMPLE

    def _sandbox_command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "dealix.sandbox", "--home", str(self.home.root / "sandbox")),
            *("--http", f"127.0.0.1:{self.ports['sandbox_http']}", "--smtp", self.sandbox_smtp),
            *("--webhook-base", self.url),
        ]

    def _sandbox_environment(self) -> dict[str, str]:
        """The judge gets what the real providers would know, and none of our settings."""
        given = self.settings
        inherited = base_environment()
        clean = {name: v for name, v in inherited.items() if not name.startswith("DEALIX_")}
        return clean | {
            "SANDBOX_SMTP_WEBHOOK_SECRET": self.words["smtp.webhook"],
            "SANDBOX_HUBSPOT_TOKEN": self.words["hubspot.token"],
            "SANDBOX_WHATSAPP_TOKEN": self.words["whatsapp.token"],
            "SANDBOX_WHATSAPP_APP_SECRET": self.words["whatsapp.app_secret"],
            "SANDBOX_WHATSAPP_VERIFY_TOKEN": self.words["whatsapp.verify_token"],
            "SANDBOX_WHATSAPP_WABA": given.whatsapp_business_account_id,
            "SANDBOX_WHATSAPP_NUMBERS": (
                f"{given.whatsapp_phone_number_id} {given.whatsapp_rehearsal_number_id}"
            ),
            "SANDBOX_DOCUSIGN_HMAC_KEYS": self.words["docusign.hmac"],
            "SANDBOX_DOCUSIGN_PUBLIC_KEY": public_half(self.words["docusign.private_key"]),
            "SANDBOX_DOCUSIGN_INTEGRATION_KEY": self.settings.docusign_integration_key,
            "SANDBOX_WATHQ_KEY": self.words["wathq.key"],
            "SANDBOX_OPENCORPORATES_TOKEN": self.words["opencorporates.token"],
            "SANDBOX_MODEL_KEY": self.words["model.key"],
            "SANDBOX_EMBEDDINGS_KEY": self.words["embeddings.key"],
            "SANDBOX_OPENCLAW_TOKEN": self.words["openclaw.token"],
            "SANDBOX_TOKEN": self.words["sandbox.token"],
        }

    def _of_this_home(self, program: Program, environment: Mapping[str, str]) -> Program:
        marked = {**environment, "DEALIX_HOME": str(self.home.root)}
        return Program(
            program.name, program.argv, marked, program.stop_signal, program.stop_seconds
        )


def make(home: Home, settings: Settings) -> Plan:
    """The plan of a stack about to start: its secrets exist and its ports are free."""
    fixed = {"api": settings.api_port} if "api_port" in settings.model_fields_set else {}
    chosen = homes.ports(home, PORTS, fixed)
    return Plan(home, settings, chosen, ensure_secrets(home))


def read(home: Home, settings: Settings) -> Plan:
    """The plan of a stack that has started before on this folder."""
    if not home.ports_file.exists():
        raise NotConfigured("no_stack", home=home.root)
    ports: dict[str, int] = json.loads(home.ports_file.read_text(encoding="utf-8"))
    return Plan(home, settings, ports, ensure_secrets(home))


def settings_for(home: Path) -> Settings:
    """The settings of the environment, for this folder."""
    return Settings(home=home)


def plain(secret: SecretStr | None) -> str | None:
    """The text of a secret setting."""
    return secret.get_secret_value() if secret is not None else None
