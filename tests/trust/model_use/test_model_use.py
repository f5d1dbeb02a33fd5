"""Who does a step is the company's word; its days' limits are kept by the database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from tests.sandbox.conftest import Sandbox
from tests.trust.model_use.steps import FACTS, HIDDEN, Verdict, model_of, step

from dealix.actors import Actor
from dealix.errors import InvalidInput, NotConfigured, NotEntitled, NotFound
from dealix.lanes.provenance import Provenance
from dealix.lanes.step_executor import StepContext
from dealix.records import audit
from dealix.store.session import Database
from dealix.trust.access.rights import permit
from dealix.trust.model_use.executor import Prices
from dealix.trust.model_use.service import ModelUse
from dealix.trust.model_use.settings import ModelSettings, set_settings
from dealix.trust.model_use.spending import DaysSpending
from dealix.trust.policy.engine import default_engine
from dealix.trust.privacy.processing import SHIPPED, Processing, ProcessingRegister

TENANT, OTHER = "rawabi-sa", "najd-sa"
ADMIN = Actor(TENANT, "user_admin", frozenset({"tenant_admin"}))
OFFICER = Actor(TENANT, "user_officer", frozenset({"compliance_officer"}))
PRICES = Prices(Decimal(10), Decimal(30))


def nothing(kind: str, *, rehearsal: bool) -> Any:
    del kind, rehearsal
    raise NotConfigured("setting_missing", setting="DEALIX_MODEL_URL")


@pytest.fixture
def use(database: Database, sandbox: Sandbox) -> Iterator[ModelUse]:
    """Model use over the sandbox's endpoint, with no gateway."""
    with model_of("model", f"http://{sandbox.http_address}") as model:

        def find(kind: str, *, rehearsal: bool) -> Any:
            return model if kind == "model" else nothing(kind, rehearsal=rehearsal)

        yield ModelUse(database, find, PRICES, permit, [step()], default_engine())


def done(use: ModelUse, tenant: str = TENANT) -> Provenance:
    found = use.execute(step(), FACTS, StepContext(tenant, "run_1:verdict:1"))
    assert isinstance(found.output, Verdict)
    return found.provenance


def because(told: Provenance) -> str | None:
    return told.fall_back.because if told.fall_back else None


def test_rules_until_the_company_chooses_and_per_step(use: ModelUse) -> None:
    assert (done(use).executor, done(use).not_configured) == ("rules", [])
    use.change(ADMIN, ModelSettings(steps={"test.verdict": "model"}))
    assert done(use).executor == "model"
    assert done(use, OTHER).executor == "rules"
    use.change(ADMIN, ModelSettings(otherwise="model", steps={"test.verdict": "openclaw"}))
    told = done(use)
    assert (because(told), told.not_configured) == ("not_configured", ["openclaw"])
    shown = use.show(ADMIN)
    assert (shown["configured"], shown["personal_data"]) == (["model"], "masked")
    with use.database.tenant(TENANT) as session:
        found = [one.record for one in audit.newest(session, limit=5) if one.record]
    assert [each.action for each in found] == ["model.settings_changed"] * 2
    assert found[0].data == {"otherwise": "model", "steps": {"test.verdict": "openclaw"}}
    for right in (use.show, lambda actor: use.change(actor, ModelSettings())):
        with pytest.raises(NotEntitled):
            right(Actor(TENANT, "user_rep", frozenset({"sales_rep"})))


def test_a_choice_is_for_a_step_that_may_use_a_model(use: ModelUse) -> None:
    with pytest.raises(InvalidInput, match="unknown_model_step") as refused:
        use.change(ADMIN, ModelSettings(steps={"test.verdict": "model", "test.verdikt": "model"}))
    assert refused.value.params["step"] == "test.verdikt"
    use.change(ADMIN, ModelSettings(otherwise="model"))
    [shown] = use.show(ADMIN)["steps"]
    assert (shown["name"], shown["executor"], shown["chosen"]) == ("test.verdict", "model", False)
    with use.database.tenant(TENANT) as session:
        set_settings(session, ModelSettings(steps={"gone.step": "model"}), ADMIN.user_id)
    assert use.show(ADMIN)["settings"]["steps"] == {}


def test_what_leaves_is_the_registers_word(use: ModelUse, sandbox: Sandbox) -> None:
    register = ProcessingRegister(use.database, permit)
    use.change(ADMIN, ModelSettings(otherwise="model"))
    entry = SHIPPED["ai_analysis"].model_dump()

    def leaves(word: str, **more: Any) -> None:
        register.change(
            OFFICER, "ai_analysis", Processing.model_validate({**entry, "leaves": word, **more})
        )

    def heard() -> str:
        last = {"provider": "llm", "last": 1}
        return str(sandbox.client.get("/_sandbox/requests", params=last).json()[0]["body"])

    assert done(use).executor == "model"
    assert [each for each in HIDDEN if each in heard().lower()] == []
    leaves("nothing")
    assert because(done(use)) == "not_permitted"
    with pytest.raises(InvalidInput):
        leaves("as_is")
    leaves("as_is", agreement="DPA-7")
    assert done(use).executor == "model"
    assert "العتيبي" in heard()
    entries = {each["activity"]: each for each in register.entries(OFFICER)}
    assert list(entries) == list(SHIPPED)
    assert entries["ai_analysis"]["set_by"] == OFFICER.user_id
    with pytest.raises(NotFound):
        register.change(OFFICER, "unheard_of", SHIPPED["email"])
    with pytest.raises(NotEntitled):
        register.change(ADMIN, "ai_analysis", SHIPPED["ai_analysis"])
    leaves("masked")


def test_a_day_is_counted_and_its_limit_holds(use: ModelUse) -> None:
    use.change(ADMIN, ModelSettings(otherwise="model"))
    assert because(done(use)) is None
    [day] = use.show(ADMIN)["usage"]
    assert day["calls"] >= 1
    assert day["tokens"] > 0
    assert Decimal(day["cost"]) > 0
    for limit in ({"tokens_per_day": day["tokens"]}, {"cost_per_day": Decimal("0.00")}):
        use.change(ADMIN, ModelSettings(otherwise="model", **limit))
        assert because(done(use)) == "over_limit"
    [after] = use.show(ADMIN)["usage"]
    assert (after["calls"], after["tokens"]) == (day["calls"], day["tokens"])


def test_many_at_once_take_no_more_than_a_day_has(database: Database) -> None:
    limits = ModelSettings(tokens_per_day=1000, cost_per_day=Decimal(100))
    spending = DaysSpending.today(database, "many-sa", limits)
    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda _: spending.set_aside(100, Decimal(1)), range(24)))
    assert sum(taken) == 10
    spending.settle(-100, Decimal(-1))
    assert spending.set_aside(100, Decimal(1))
    assert not spending.set_aside(1, Decimal(0))
