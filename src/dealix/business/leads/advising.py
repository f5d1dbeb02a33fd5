"""The port behind which a model adjusts a score; without one the rules score alone and say so."""

from collections.abc import Sequence
from typing import Protocol

from dealix.business.leads.schemas import Adjustment, Facts, ScoreSignal


class Adviser(Protocol):
    """Whoever looks at the facts and the rules' signals and may add a few points, with reasons.

    It sees no personal value. It answers within the task's budget or None; points beyond the
    scorecard's bound are cut to it.
    """

    def advise(
        self, tenant_id: str, facts: Facts, signals: Sequence[ScoreSignal]
    ) -> Adjustment | None:
        """The adjustment; None when the model has none or does not answer in time."""
        ...
