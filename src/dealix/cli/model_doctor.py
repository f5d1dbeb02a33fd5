"""`dealix doctor` on models: whether one is configured, and whether it answers in a schema."""

import time
from collections.abc import Iterator
from pathlib import Path

from dealix.engines.doctor import Finding
from dealix.engines.home import Home
from dealix.errors import DealixError, NotConfigured
from dealix.lanes.provenance import Executor
from dealix.providers import Providers
from dealix.settings import Settings
from dealix.trust.model_use.connection import SECONDS, WORD, check

NAMES: dict[Executor, str] = {"model": "model endpoint", "openclaw": "openclaw gateway"}
ADVICE = {
    "rejected": "check the key (DEALIX_SECRET_MODEL_KEY, DEALIX_SECRET_OPENCLAW_TOKEN) and the "
    "model's or agent's name",
    "unavailable": "check the address, and whether it runs",
    "too_slow": "it took longer than a step may; give it a smaller model",
    "invalid_answer": "it breaks JSON Schema; choose a model that keeps to structured output",
    "refused": "it declined a greeting; choose another model",
    "cut_off": "it ends its answers early; look at its limits",
    "rate_limited": "its limit is used up",
    "not_configured": "set its address",
}
EMBEDDING_ADVICE = {
    "embeddings_dimensions": "choose a model of that length, or set DEALIX_EMBEDDINGS_SHORTEN=true "
    "for one that can be shortened",
    "provider_refused": "check the key (DEALIX_SECRET_EMBEDDINGS_KEY) and DEALIX_EMBEDDINGS_NAME",
    "provider_unavailable": "check the address, and whether it runs",
    "setting_missing": "see docs/settings.md",
}


def look_at_models(root: Path, settings: Settings | None = None) -> Iterator[Finding]:
    """A line for each kind of model; that none is set is no failure."""
    given = settings or Settings(home=root)
    file = given.secrets_file or Home(root).secrets_file
    providers = Providers(given.model_copy(update={"secrets_file": file}))
    for kind, name in NAMES.items():
        yield _found(providers, kind, name)
    yield _embedding(providers)


def _embedding(providers: Providers) -> Finding:
    """Whether the embeddings endpoint makes a vector of the length that the search keeps."""
    name = "embeddings endpoint"
    try:
        endpoint = providers.embeddings
    except NotConfigured as missing:
        return Finding(name, False, missing.sentence, "see docs/settings.md")
    if endpoint is None:
        return Finding(name, True, "not configured (DEALIX_EMBEDDINGS_URL): this process embeds")
    began = time.perf_counter()
    try:
        endpoint.question(WORD, SECONDS)
    except DealixError as error:
        return Finding(name, False, error.sentence, EMBEDDING_ADVICE.get(error.code, ""))
    finally:
        endpoint.close()
    took = f"{(time.perf_counter() - began) * 1000:.0f} ms"
    return Finding(name, True, f"{endpoint.name} makes a vector in {took}")


def look_at_prices(root: Path, settings: Settings | None = None) -> Iterator[Finding]:
    """A warning where a model is set and its tokens cost nothing; such a model may well exist."""
    given = settings or Settings(home=root)
    configured = given.model_url or given.openclaw_url
    if configured and not (given.model_price_in or given.model_price_out):
        yield Finding(
            "model prices",
            True,
            "warning: tokens cost 0 SAR, so no day's limit of money binds, only that of tokens",
            "set DEALIX_MODEL_PRICE_IN and DEALIX_MODEL_PRICE_OUT, unless the model costs nothing",
        )


def _found(providers: Providers, kind: Executor, name: str) -> Finding:
    try:
        model = providers.model(kind, rehearsal=False)
    except NotConfigured as missing:
        if missing.code != "setting_missing":
            return Finding(name, False, missing.sentence, "see docs/settings.md")
        setting = missing.params["setting"]
        return Finding(name, True, f"not configured ({setting}): rules do its steps")
    began = time.perf_counter()
    try:
        told = check(kind, model)
    except DealixError as error:
        return Finding(name, False, error.sentence)
    finally:
        model.close()
    took = f"{(time.perf_counter() - began) * 1000:.0f} ms"
    if told.fall_back is None:
        again = ", after one repair" if told.repaired else ""
        return Finding(name, True, f"{told.model} answers a structured step in {took}{again}")
    because = told.fall_back.because
    return Finding(
        name, False, f"no structured step: {because} after {took}", ADVICE.get(because, "")
    )
