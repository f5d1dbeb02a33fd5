"""`dealix doctor` says in a line whether a model is configured and answers a structured step."""

from pathlib import Path
from typing import Any

import pytest
from tests.sandbox.conftest import EMBEDDINGS_KEY, MODEL_KEY, OPENCLAW_TOKEN, Sandbox

from dealix.cli.model_doctor import look_at_models, look_at_prices
from dealix.connectors.rehearsal import rehearsing
from dealix.errors import NotConfigured
from dealix.providers import Providers
from dealix.settings import Settings
from dealix.trust.model_use.connection import check


@pytest.fixture
def looked(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Looks at the installation with the sandbox as model, or with none."""
    url = f"http://{sandbox.http_address}"
    monkeypatch.setenv("DEALIX_SECRET_MODEL_KEY", MODEL_KEY)
    monkeypatch.setenv("DEALIX_SECRET_OPENCLAW_TOKEN", OPENCLAW_TOKEN)
    monkeypatch.setenv("DEALIX_SECRET_EMBEDDINGS_KEY", EMBEDDINGS_KEY)

    def look(**given: str) -> list[tuple[bool, str]]:
        settings = Settings(home=tmp_path, **{n: v.format(url) for n, v in given.items()})
        return [(each.ok, each.line()) for each in look_at_models(tmp_path, settings)]

    return look


def test_none_is_configured_and_that_is_no_failure(looked: Any) -> None:
    [(first, said), (second, other), (third, last)] = looked()
    assert first
    assert second
    assert third
    assert "not configured (DEALIX_EMBEDDINGS_URL): this process embeds" in last
    assert "not configured (DEALIX_MODEL_URL)" in said
    assert "not configured (DEALIX_OPENCLAW_URL)" in other


def test_what_is_configured_is_asked_for_one_step(
    looked: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = {"model_url": "{}/v1", "openclaw_url": "{}"}
    for ok, said in looked(**both)[:2]:
        assert ok, said
        assert "answers a structured step" in said
    sandbox.fault("llm", "refusal")
    [(ok, said), *_] = looked(**both)
    assert (ok, "refused" in said) == (False, True)
    monkeypatch.setenv("DEALIX_SECRET_MODEL_KEY", "wrong")
    [(ok, said), *_] = looked(**both)
    assert (ok, "check the key" in said) == (False, True)
    monkeypatch.delenv("DEALIX_SECRET_OPENCLAW_TOKEN")
    [_, (ok, said), _] = looked(**both)
    assert (ok, "openclaw.token" in said) == (False, True)


def test_a_model_whose_tokens_cost_nothing_is_warned_of(tmp_path: Path) -> None:
    def look(**given: str) -> list[str]:
        settings = Settings.model_validate({"home": tmp_path, **given})
        return [each.line() for each in look_at_prices(tmp_path, settings) if each.ok]

    for set_up in ("model_url", "openclaw_url"):
        [said] = look(**{set_up: "http://127.0.0.1:9"})
        assert "warning" in said
        assert "DEALIX_MODEL_PRICE_IN" in said
    for price in ("model_price_in", "model_price_out"):
        assert look(model_url="http://127.0.0.1:9/v1", **{price: "0.5"}) == []
    assert look() == []


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        ("error_500", "check the address"),
        ("not_numbers", "DEALIX_EMBEDDINGS_NAME"),
        ("wrong_dimensions", "choose a model of that length"),
    ],
)
def test_the_embeddings_endpoint_is_asked_for_one_vector(
    looked: Any, sandbox: Sandbox, fault: str, advice: str
) -> None:
    [*_, (ok, said)] = looked(embeddings_url="{}/v1")
    assert ok, said
    assert "default/384@" in said
    sandbox.fault("embeddings", fault)
    [*_, (ok, said)] = looked(embeddings_url="{}/v1")
    assert (ok, advice in said) == (False, True), said


def test_a_rehearsal_is_played_and_nothing_else_is(
    looked: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    del looked  # it sets the secrets
    url = f"http://{sandbox.http_address}"
    providers = Providers(Settings(home=tmp_path, sandbox_url=url, sandbox_smtp="127.0.0.1:1"))
    for kind in ("model", "openclaw"):
        model = providers.model(kind, rehearsal=True)
        with rehearsing(sandbox.scope):
            assert check(kind, model).fall_back is None
        model.close()
        with pytest.raises(NotConfigured):
            providers.model(kind, rehearsal=False)
    assert len(sandbox.rows("requests")) == 2
