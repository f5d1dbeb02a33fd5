"""The executor that flows are given: who does a step is the company's word, else rules."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from dealix.actors import Actor
from dealix.connectors.llm import StructuredModel
from dealix.errors import InvalidInput, NotConfigured
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
    """`StepExecutor` by each company's choice; and what its people see and change of it.

    `steps` are those that may use a model: a company chooses for one of them, or for all.
    """

    def __init__(
        self,
        database: Database,
        find: FindsModel,
        prices: Prices,
        permit: Callable[[Actor, str], None],
        steps: Sequence[ModelStep[Any, Any]],
        policy: Evaluator,
    ) -> None:
        self.database = database
        self.permit = permit
        self._find = find
        self._prices = prices
        self._steps = {each.name: each for each in steps}
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
            settings = self._known(settings_of(session))
            return {
                "settings": settings.model_dump(mode="json"),
                "steps": [self._shown(each, settings) for each in self._steps.values()],
                "configured": self.configured(),
                "personal_data": entry_of(session, AI_ANALYSIS).leaves,
                "usage": usage_of(session, SHOWN_DAYS),
            }

    def change(self, actor: Actor, settings: ModelSettings) -> dict[str, Any]:
        """Set who does which step and the limits of a day; audited with what changed.

        Raises:
            InvalidInput: `unknown_model_step`, a choice for what is no step or uses no model.
        """
        self.permit(actor, "model.write")
        for step in settings.steps:
            if step not in self._steps:
                wrong = [{"field": f"steps.{step}", "type": "unknown_model_step"}]
                raise InvalidInput("unknown_model_step", step=step, errors=wrong)
        with self.database.tenant(actor.tenant_id) as session:
            before = settings_of(session).model_dump(mode="json")
            after = settings.model_dump(mode="json")
            set_settings(session, settings, actor.user_id)
            changed = {name: after[name] for name in after if after[name] != before[name]}
            audit.append(session, actor.user_id, "model.settings_changed", actor.tenant_id, changed)
        return self.show(actor)

    def _known(self, settings: ModelSettings) -> ModelSettings:
        """Without choices for steps that are no more: they say nothing and could not be set."""
        steps = {name: who for name, who in settings.steps.items() if name in self._steps}
        return settings.model_copy(update={"steps": steps})

    def _shown(self, step: ModelStep[Any, Any], settings: ModelSettings) -> dict[str, Any]:
        return {
            "name": step.name,
            "executor": settings.executor_of(step.name),
            "chosen": step.name in settings.steps,
            "prompt": step.prompt,
            "seconds": step.seconds,
        }

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
