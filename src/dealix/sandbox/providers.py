"""Every provider that is played, in one place: its routes, its faults, how it signs its webhooks.

A new provider is one entry of `ALL`, and its folder.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from starlette.routing import Route

from dealix.sandbox import webhooks
from dealix.sandbox.docusign import connect
from dealix.sandbox.docusign.routes import OWN_FAULTS as DOCUSIGN_FAULTS
from dealix.sandbox.docusign.routes import DocuSign
from dealix.sandbox.docusign.tokens import Tokens
from dealix.sandbox.faults import REQUEST_FAULTS, WEBHOOK_FAULTS
from dealix.sandbox.hubspot.routes import HubSpot
from dealix.sandbox.llm.embeddings import OWN_FAULTS as EMBEDDING_FAULTS
from dealix.sandbox.llm.embeddings import Embeddings
from dealix.sandbox.llm.faults import OWN_FAULTS as MODEL_FAULTS
from dealix.sandbox.llm.routes import ChatModel
from dealix.sandbox.openclaw.routes import OpenClaw
from dealix.sandbox.options import Options
from dealix.sandbox.registers.routes import OWN_FAULTS as DIRECTORY_FAULTS
from dealix.sandbox.registers.routes import Registers
from dealix.sandbox.wathq.routes import Wathq
from dealix.sandbox.webhooks import Deliverer, Signing
from dealix.sandbox.whatsapp import events
from dealix.sandbox.whatsapp.routes import WhatsAppCloud
from dealix.sandbox.world import World

Words = Mapping[str, str]


def _no_routes(_world: World, _deliverer: Deliverer, _options: Options) -> Iterable[Route]:
    return ()


def _unsigned(_words: Words) -> Signing | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One provider. `signing` makes its signature of the environment's words; None: no key set.

    A provider that sends webhooks lists `WEBHOOK_FAULTS` too: they strike in `webhooks`.
    """

    name: str
    faults: frozenset[str]
    routes: Callable[[World, Deliverer, Options], Iterable[Route]] = _no_routes
    signing: Callable[[Words], Signing | None] = _unsigned


def _hubspot(world: World, _: Deliverer, options: Options) -> Iterable[Route]:
    return HubSpot(world, options.word("hubspot_token")).routes()


def _docusign(world: World, deliverer: Deliverer, options: Options) -> Iterable[Route]:
    tokens = Tokens(options.word("docusign_public_key"), options.word("docusign_integration_key"))
    return DocuSign(world, deliverer, tokens).routes()


def _wathq(world: World, _: Deliverer, options: Options) -> Iterable[Route]:
    return Wathq(world, options.word("wathq_key")).routes()


def _gleif(world: World, _: Deliverer, _options: Options) -> Iterable[Route]:
    return Registers(world, None).gleif()


def _opencorporates(world: World, _: Deliverer, options: Options) -> Iterable[Route]:
    return Registers(world, options.word("opencorporates_token")).open_corporates()


def _llm(world: World, _: Deliverer, options: Options) -> Iterable[Route]:
    return ChatModel(world, options.word("model_key"), options.word("embeddings_key")).routes()


def _embeddings(world: World, _: Deliverer, options: Options) -> Iterable[Route]:
    return Embeddings(world, options.word("embeddings_key")).routes()


def _openclaw(world: World, _: Deliverer, options: Options) -> Iterable[Route]:
    return OpenClaw(world, options.word("openclaw_token")).routes()


def _docusign_signing(words: Words) -> Signing | None:
    keys = words.get("docusign_hmac_keys")
    return connect.signing(keys) if keys else None


def _smtp_signing(words: Words) -> Signing | None:
    secret = words.get("smtp_webhook_secret")
    return webhooks.standard(secret) if secret else None


def _whatsapp(world: World, deliverer: Deliverer, options: Options) -> Iterable[Route]:
    return WhatsAppCloud(world, deliverer, options).routes()


def _whatsapp_signing(words: Words) -> Signing | None:
    secret = words.get("whatsapp_app_secret")
    return events.signing(secret) if secret else None


ALL: tuple[Played, ...] = (
    Played(name="smtp", faults=REQUEST_FAULTS | WEBHOOK_FAULTS, signing=_smtp_signing),
    Played(name="hubspot", faults=REQUEST_FAULTS, routes=_hubspot),
    Played(
        name="whatsapp",
        faults=REQUEST_FAULTS | WEBHOOK_FAULTS,
        routes=_whatsapp,
        signing=_whatsapp_signing,
    ),
    Played(
        name="docusign",
        faults=REQUEST_FAULTS | WEBHOOK_FAULTS | DOCUSIGN_FAULTS,
        routes=_docusign,
        signing=_docusign_signing,
    ),
    Played(name="wathq", faults=REQUEST_FAULTS, routes=_wathq),
    Played(name="gleif", faults=REQUEST_FAULTS, routes=_gleif),
    Played(
        name="opencorporates",
        faults=REQUEST_FAULTS | DIRECTORY_FAULTS,
        routes=_opencorporates,
    ),
    Played(name="llm", faults=REQUEST_FAULTS | MODEL_FAULTS, routes=_llm),
    Played(name="embeddings", faults=REQUEST_FAULTS | EMBEDDING_FAULTS, routes=_embeddings),
    Played(name="openclaw", faults=REQUEST_FAULTS | MODEL_FAULTS, routes=_openclaw),
)


def routes(world: World, deliverer: Deliverer, options: Options) -> Iterable[Route]:
    """The routes of all providers, and of what the other party does at them."""
    for each in ALL:
        yield from each.routes(world, deliverer, options)


def faults_by_name() -> dict[str, frozenset[str]]:
    """Which faults each provider can show."""
    return {each.name: each.faults for each in ALL}


def signings(words: Words) -> dict[str, Signing]:
    """How each provider signs, where its key is set. ValueError for a key that cannot sign."""
    made = {each.name: each.signing(words) for each in ALL}
    return {name: signing for name, signing in made.items() if signing is not None}
