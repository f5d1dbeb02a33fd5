"""The executor that flows are given: who does a step is the company's word, else rules."""

from collections.abc import Callable
from typing import Any, Protocol

from dealix.actors import Actor
from dealix.connectors.llm import StructuredModel
from dealix.errors import NotConfigured
from dealix.lanes.provenance import Executor, FallBack, FallBackReason
from dealix.lanes.step_executor import A, F, ModelStep, Rules, StepContext, StepResult
from dealix.records import audit
from dealix.store.session import Database
from dealix.trust.model_use.executor import ModelExecutor, Prices
from dealix.trust.model_use.reading import PolicyGuard
from dealix.trust.model_use.settings import ModelSettings, set_settings, settings_of
from dealix.trust.model_use.spending import DaysSpending, usage_of
from dealix.trust.policy.engine import Evaluator
from dealix.trust.privacy.processing import AI_ANALYSIS, entry_of

MODELS: tuple[Executor, ...] = ("model", "openclaw")
SHOWN_DAYS = 31


class FindsModel(Protocol):
    """Finds the model of this installation: real, or played for a rehearsal."""

    def __call__(self, kind: Executor, *, rehearsal: bool) -> StructuredModel:
        """The model; `NotConfigured` where the installation has none of this kind."""
        ...


class ModelUse:
    """`StepExecutor` by each company's choice; and what its people see and change of it."""

    def __init__(
        self,
        database: Database,
        find: FindsModel,
        prices: Prices,
        permit: Callable[[Actor, str], None],
        policy: Evaluator,
    ) -> None:
        self.database = database
        self.permit = permit
        self._find = find
        self._prices = prices
        self._policy = policy

    def execute(self, step: ModelStep[F, A], facts: F, context: StepContext) -> StepResult[A]:
        """See `StepExecutor.execute`."""
        with self.database.tenant(context.tenant_id) as session:
            chosen, register = settings_of(session), entry_of(session, AI_ANALYSIS)
        kind = chosen.executor_of(step.name)
        rules = self._rules()
        if kind == "rules":
            return rules.execute(step, facts, context)
        if register.leaves == "nothing":
            return rules.instead_of(_back(kind, "not_permitted"), step, facts, context)
        try:
            model = self._find(kind, rehearsal=context.rehearsal)
        except NotConfigured:
            missing = Rules(not_configured=(kind,))
            return missing.instead_of(_back(kind, "not_configured"), step, facts, context)
        spending = DaysSpending.today(self.database, context.tenant_id, chosen)
        executor = ModelExecutor(
            kind,
            model,
            spending,
            rules,
            self._prices,
            as_is=register.leaves == "as_is",
            guard=PolicyGuard(self.database, self._policy),
        )
        return executor.execute(step, facts, context)

    def by_rules(self, step: ModelStep[F, A], facts: F, context: StepContext) -> StepResult[A]:
        """See `StepExecutor.by_rules`."""
        return self._rules().execute(step, facts, context)

    def configured(self) -> list[Executor]:
        """The kinds of models that this installation has."""
        return [kind for kind in MODELS if self._has(kind)]

    def show(self, actor: Actor) -> dict[str, Any]:
        """What is set, what the installation has, and what the last days took."""
        self.permit(actor, "model.read")
        with self.database.tenant(actor.tenant_id) as session:
            return {
                "settings": settings_of(session).model_dump(mode="json"),
                "configured": self.configured(),
                "personal_data": entry_of(session, AI_ANALYSIS).leaves,
                "usage": usage_of(session, SHOWN_DAYS),
            }

    def change(self, actor: Actor, settings: ModelSettings) -> dict[str, Any]:
        """Set who does which step and the limits of a day; audited with what changed."""
        self.permit(actor, "model.write")
        with self.database.tenant(actor.tenant_id) as session:
            before = settings_of(session).model_dump(mode="json")
            after = settings.model_dump(mode="json")
            set_settings(session, settings, actor.user_id)
            changed = {name: after[name] for name in after if after[name] != before[name]}
            audit.append(session, actor.user_id, "model.settings_changed", actor.tenant_id, changed)
        return self.show(actor)

    def _rules(self) -> Rules:
        return Rules(not_configured=() if self.configured() else ("model",))

    def _has(self, kind: Executor) -> bool:
        try:
            self._find(kind, rehearsal=False)
        except NotConfigured:
            return False
        return True


def _back(kind: Executor, because: FallBackReason) -> FallBack:
    return FallBack(chosen=kind, because=because)
