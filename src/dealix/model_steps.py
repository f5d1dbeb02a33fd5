"""Every step of a flow that may use a model: what a company may choose an executor for."""

from typing import Any

from dealix.business.compliance.judging import JUDGE_PAIRS
from dealix.business.leads.advising import ADJUST_SCORE
from dealix.business.leads.reading import READ_QUALIFICATION
from dealix.business.messages.second_look import HEAR_INTENT
from dealix.business.proposals.drafting import DRAFT
from dealix.lanes.step_executor import ModelStep

ALL: tuple[ModelStep[Any, Any], ...] = (
    HEAR_INTENT,
    ADJUST_SCORE,
    READ_QUALIFICATION,
    DRAFT,
    JUDGE_PAIRS,
)
